// Package openai is the wire format of OpenAI's API and of the many servers
// that are compatible with it, Azure's deployments included.
package openai

import (
	"net/http"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

// Dialect is OpenAI's wire format.
type Dialect struct{}

// Name implements dialect.Dialect.
func (Dialect) Name() string { return "openai" }

// Catalogue implements dialect.Dialect.
func (Dialect) Catalogue() string { return "openai" }

// Authorize implements dialect.Dialect.
func (Dialect) Authorize(h http.Header, key string, at dialect.Place) {
	if at.Azure {
		h.Set("Api-Key", key)
		return
	}
	h.Set("Authorization", "Bearer "+key)
}

// operations are the metered routes, by what follows the version.
var operations = map[string]dialect.Endpoint{
	"chat/completions": chat{}, "completions": completions{}, "embeddings": embeddings{}, "responses": responses{},
}

// Find implements dialect.Dialect.
func (Dialect) Find(method, path string, _ http.Header) (dialect.Route, bool) {
	rest, ok := strings.CutPrefix(path, "/v1/")
	model := ""
	if !ok {
		if rest, model, ok = azure(path); !ok {
			return dialect.Route{}, false
		}
	}
	if e := operations[rest]; e != nil && method == http.MethodPost {
		return dialect.Route{Name: strings.ReplaceAll(rest, "/", "."), Kind: dialect.Metered, Endpoint: e, Model: model,
			Path: place(path, rest)}, true
	}
	if rest == "responses/input_tokens" && method == http.MethodPost {
		return dialect.Route{Name: "responses.input_tokens", Kind: dialect.Free, Path: place(path, rest)}, true
	}
	if id, found := strings.CutPrefix(rest, "models"); found && (id == "" || id[0] == '/') && method == http.MethodGet {
		return dialect.Route{Name: "models", Kind: dialect.Free, Path: place(path, rest)}, true
	}
	return stored(method, path, rest)
}

// stored recognises the routes of a response that the provider keeps.
func stored(method, path, rest string) (dialect.Route, bool) {
	id, ok := strings.CutPrefix(rest, "responses/")
	if !ok || id == "" {
		return dialect.Route{}, false
	}
	id, verb, _ := strings.Cut(id, "/")
	switch {
	case verb == "" && (method == http.MethodGet || method == http.MethodDelete),
		verb == "cancel" && method == http.MethodPost:
		return dialect.Route{Name: "responses.stored", Kind: dialect.Stored, Endpoint: responses{}, ID: id, Path: place(path, rest)}, true
	case verb == "input_items" && method == http.MethodGet:
		return dialect.Route{Name: "responses.input_items", Kind: dialect.Free, Path: place(path, rest)}, true
	}
	return dialect.Route{}, false
}

// azure reads a path as Azure's clients write it: a deployment's, the version 1
// route, or the responses of an api-version.
func azure(path string) (rest, model string, ok bool) {
	rest, ok = strings.CutPrefix(path, "/openai/")
	if !ok {
		return "", "", false
	}
	if deployment, found := strings.CutPrefix(rest, "deployments/"); found {
		model, rest, ok = strings.Cut(deployment, "/")
		switch rest {
		case "chat/completions", "completions", "embeddings":
			return rest, model, ok && model != ""
		}
		return "", "", false
	}
	if v1, found := strings.CutPrefix(rest, "v1/"); found {
		return v1, "", true
	}
	return rest, "", rest == "responses" || strings.HasPrefix(rest, "responses/")
}

// place returns the provider's path of an operation for a model.
func place(came, operation string) func(string, dialect.Place) string {
	return func(model string, at dialect.Place) string {
		switch {
		case !at.Azure && strings.HasPrefix(came, "/openai/"):
			return "/v1/" + operation
		case at.APIVersion == "" && !strings.HasPrefix(came, "/openai/deployments/"):
			return came
		case model != "" && operations[operation] != nil && operation != "responses":
			return "/openai/deployments/" + model + "/" + operation
		}
		return "/openai/" + operation
	}
}

// kinds are OpenAI's words for HTTP statuses.
var kinds = map[int]string{
	http.StatusPaymentRequired: "insufficient_quota", http.StatusTooManyRequests: "rate_limit_error",
	http.StatusUnauthorized: "authentication_error", http.StatusForbidden: "permission_error",
}

// Error implements dialect.Dialect.
func (Dialect) Error(r *dialect.Refusal) any {
	return map[string]any{"error": map[string]any{
		"message": r.Message, "type": r.Word(kinds, "invalid_request_error", "server_error"), "param": nil, "code": r.Reason, "meshfw": r.Details,
	}}
}
