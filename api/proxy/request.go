package proxy

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
)

// clientError is a request that the client must change.
type clientError struct {
	status  int
	message string
}

func (e *clientError) Error() string { return e.message }

// parsed is what the proxy reads of a request's body itself.
type parsed struct {
	Model         string         `json:"model"`
	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// readBody reads a JSON body of bounded length.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return nil, &clientError{http.StatusUnsupportedMediaType, "Content-Type: want application/json"}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &clientError{http.StatusUnsupportedMediaType, "Content-Encoding: send the body uncompressed"}
	}
	tooLarge := &clientError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", limit)}
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, &clientError{http.StatusBadRequest, "the body could not be read"}
	}
	if int64(len(body)) > limit {
		return nil, tooLarge
	}
	return body, nil
}

// parse reads strictly: a repeated name, a wrong type or trailing data is an
// error, since parsers differ on them.
func parse(body []byte) (parsed, error) {
	var q parsed
	if jsontext.Value(body).Kind() != '{' {
		return q, &clientError{http.StatusBadRequest, "the body must be a JSON object"}
	}
	if err := json.Unmarshal(body, &q); err != nil {
		return q, &clientError{http.StatusBadRequest, "the body is not valid JSON for this route: " + err.Error()}
	}
	if q.Model == "" {
		return q, &clientError{http.StatusBadRequest, "model: name one"}
	}
	return q, nil
}

func refuseClient(w http.ResponseWriter, d dialect, err error) {
	var denied *auth.Error
	if errors.As(err, &denied) {
		refuse(w, d, denied.Status, denied.Reason, denied.Message, nil)
		return
	}
	var c *clientError
	if errors.As(err, &c) {
		refuse(w, d, c.status, "bad_request", c.message, nil)
		return
	}
	refuse(w, d, http.StatusBadRequest, "bad_request", err.Error(), nil)
}
