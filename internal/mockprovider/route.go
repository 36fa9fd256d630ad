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

// fixed are the routes whose path is all there is to say.
var fixed = map[string]struct {
	dialect Dialect
	name    string
	methods map[string]handler
}{
	"/v1/chat/completions":      {OpenAI, "chat.completions", map[string]handler{"POST": (*call).chatCompletions}},
	"/v1/messages":              {Anthropic, "messages", map[string]handler{"POST": (*call).messages}},
	"/v1/messages/count_tokens": {Anthropic, "messages.count_tokens", map[string]handler{"POST": (*call).countMessageTokens}},
}

// findRoute tells the dialect and the handler from path, method and, for the
// models routes that two vendors share, the anthropic-version header.
func findRoute(r *http.Request) route {
	path := r.URL.Path
	if path == "/" {
		return route{dialect: guessDialect(r), name: "root", open: true, handle: (*call).root}
	}
	if f, ok := fixed[path]; ok {
		return byMethod(r, f.dialect, f.name, f.methods)
	}
	if path == "/v1/models" || strings.HasPrefix(path, "/v1/models/") {
		return findModelsRoute(r, strings.TrimPrefix(strings.TrimPrefix(path, "/v1/models"), "/"))
	}
	return unknownRoute(r, guessDialect(r))
}

func findModelsRoute(r *http.Request, model string) route {
	dialect := guessDialect(r)
	if model == "" {
		return byMethod(r, dialect, "models", map[string]handler{"GET": (*call).listModels})
	}
	found := byMethod(r, dialect, "models.get", map[string]handler{"GET": (*call).getModel})
	found.model = model
	return found
}

// guessDialect is for paths that do not tell.
func guessDialect(r *http.Request) Dialect {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/messages"), r.Header.Get("Anthropic-Version") != "":
		return Anthropic
	case strings.HasPrefix(r.URL.Path, "/v1beta/"):
		return Gemini
	case strings.HasPrefix(r.URL.Path, "/openai/"):
		return Azure
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
	if dialect == Anthropic {
		message = "Not found"
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
