package mockprovider

import (
	"net/http"
	"strings"
)

// route says who answers a request.
type route struct {
	dialect Dialect
	// name is what the record calls the route.
	name string
	// model is the one the path names, if it does.
	model string
	// open routes need no key.
	open   bool
	handle func(*call) *apiError
	// err is set where no vendor has the path or not with this method.
	err *apiError
}

// handler answers a call, or returns the error to answer with.
type handler = func(*call) *apiError

// endpoint is a route whose path is all there is to say.
type endpoint struct {
	dialect Dialect
	name    string
	methods map[string]handler
}

var fixed = map[string]endpoint{
	"/v1/chat/completions":       {OpenAI, "chat.completions", map[string]handler{"POST": (*call).chatCompletions}},
	"/v1/completions":            {OpenAI, "completions", map[string]handler{"POST": (*call).completions}},
	"/v1/embeddings":             {OpenAI, "embeddings", map[string]handler{"POST": (*call).embeddings}},
	"/v1/responses":              {OpenAI, "responses", map[string]handler{"POST": (*call).createResponse}},
	"/v1/responses/input_tokens": {OpenAI, "responses.input_tokens", map[string]handler{"POST": (*call).countResponseInput}},
	"/v1/messages":               {Anthropic, "messages", map[string]handler{"POST": (*call).messages}},
	"/v1/messages/count_tokens":  {Anthropic, "messages.count_tokens", map[string]handler{"POST": (*call).countMessageTokens}},
}

// geminiMethods are what follows the colon after a model.
var geminiMethods = map[string]handler{
	"generateContent":       func(c *call) *apiError { return c.generateContent(false) },
	"streamGenerateContent": func(c *call) *apiError { return c.generateContent(true) },
	"embedContent":          func(c *call) *apiError { return c.embedContent(false) },
	"batchEmbedContents":    func(c *call) *apiError { return c.embedContent(true) },
	"countTokens":           (*call).countContentTokens,
}

// findRoute tells the dialect and the handler from path, method and, for the
// models routes that two vendors share, the anthropic-version header.
func findRoute(r *http.Request) route {
	path := r.URL.Path
	if path == "/" {
		return route{dialect: guessDialect(r), name: "root", open: true, handle: (*call).root}
	}
	if rest, ok := strings.CutPrefix(path, "/openai/"); ok {
		return findAzureRoute(r, rest)
	}
	if rest, ok := cutGeminiPrefix(path); ok {
		return findGeminiRoute(r, rest)
	}
	return findPlainRoute(r, path)
}

// findPlainRoute finds a route under /v1.
func findPlainRoute(r *http.Request, path string) route {
	if f, ok := fixed[path]; ok {
		return byMethod(r, f.dialect, f.name, f.methods)
	}
	if path == "/v1/models" {
		return byMethod(r, guessDialect(r), "models", map[string]handler{"GET": (*call).listModels})
	}
	if model, ok := strings.CutPrefix(path, "/v1/models/"); ok {
		found := byMethod(r, guessDialect(r), "models.get", map[string]handler{"GET": (*call).getModel})
		found.model = model
		return found
	}
	if rest, ok := strings.CutPrefix(path, "/v1/responses/"); ok {
		switch id, verb, more := strings.Cut(rest, "/"); {
		case !more && id != "":
			return byMethod(r, OpenAI, "responses.stored", map[string]handler{
				"GET": (*call).getResponse, "DELETE": (*call).deleteResponse,
			})
		case id != "" && verb == "cancel":
			return byMethod(r, OpenAI, "responses.cancel", map[string]handler{"POST": (*call).cancelResponse})
		}
	}
	return unknownRoute(r, guessDialect(r))
}

// findAzureRoute finds a route under /openai/: Azure's deployments, which name
// the model in the path and need an api-version, or its v1 routes, which are
// OpenAI's.
func findAzureRoute(r *http.Request, rest string) route {
	found := route{err: &apiError{}}
	versioned := true
	if deployment, ok := strings.CutPrefix(rest, "deployments/"); ok {
		model, operation, _ := strings.Cut(deployment, "/")
		switch operation {
		case "chat/completions", "completions", "embeddings":
			found = findPlainRoute(r, "/v1/"+operation)
			found.model = model
		}
	} else if strings.HasPrefix(rest, "v1/") {
		versioned = false
		found = findPlainRoute(r, "/"+rest)
	} else if rest == "responses" || strings.HasPrefix(rest, "responses/") {
		found = findPlainRoute(r, "/v1/"+rest)
	}
	if found.dialect != OpenAI || versioned && r.URL.Query().Get("api-version") == "" {
		return route{dialect: Azure, name: "unknown", err: &apiError{status: http.StatusNotFound, code: "404", message: "Resource not found"}}
	}
	found.dialect = Azure
	return found
}

// cutGeminiPrefix returns what follows the version of a Gemini path.
func cutGeminiPrefix(path string) (rest string, ok bool) {
	for _, prefix := range []string{"/v1beta/", "/v1alpha/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return rest, true
		}
	}
	if rest, ok := strings.CutPrefix(path, "/v1/"); ok && strings.HasPrefix(rest, "models/") {
		_, method, colon := cutLast(rest, ":")
		return rest, colon && geminiMethods[method] != nil
	}
	return "", false
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

func findGeminiRoute(r *http.Request, rest string) route {
	if rest == "models" {
		return byMethod(r, Gemini, "models", map[string]handler{"GET": (*call).listGeminiModels})
	}
	name, ok := strings.CutPrefix(rest, "models/")
	if !ok || name == "" {
		return unknownRoute(r, Gemini)
	}
	model, method, colon := cutLast(name, ":")
	if !colon {
		found := byMethod(r, Gemini, "models.get", map[string]handler{"GET": (*call).getGeminiModel})
		found.model = name
		return found
	}
	handle := geminiMethods[method]
	if handle == nil {
		return unknownRoute(r, Gemini)
	}
	found := byMethod(r, Gemini, method, map[string]handler{"POST": handle})
	found.model = model
	return found
}

// guessDialect is for paths that do not tell.
func guessDialect(r *http.Request) Dialect {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/messages"), r.Header.Get("Anthropic-Version") != "":
		return Anthropic
	}
	return OpenAI
}

func byMethod(r *http.Request, dialect Dialect, name string, methods map[string]handler) route {
	found := route{dialect: dialect, name: name, handle: methods[r.Method]}
	if found.handle == nil {
		found.err = &apiError{status: http.StatusMethodNotAllowed, code: "method_not_supported",
			message: "Not allowed to " + r.Method + " on " + r.URL.Path + "."}
	}
	return found
}

func unknownRoute(r *http.Request, dialect Dialect) route {
	message := "Invalid URL (" + r.Method + " " + r.URL.Path + ")"
	switch dialect {
	case Anthropic:
		message = "Not found"
	case Gemini:
		message = "The requested URL " + r.URL.Path + " was not found on this server."
	}
	return route{dialect: dialect, name: "unknown", err: &apiError{status: http.StatusNotFound, message: message}}
}

// root answers the probe that some clients send first.
func (c *call) root() *apiError {
	if c.r.Method != http.MethodHead && c.r.Method != http.MethodGet {
		return unknownRoute(c.r, c.dialect).err
	}
	c.rec.Status = http.StatusOK
	c.rec.Outcome = Answered
	c.w.WriteHeader(http.StatusOK)
	return nil
}
