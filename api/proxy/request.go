package proxy

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Bounds of what identifies a caller: bytes of one value, number of labels.
const maxLabelBytes, maxLabels = 256, 32

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

var identityHeaders = [...]struct{ header, label string }{
	{"X-Agent-Id", fsm.LabelAgent}, {"X-User-Id", fsm.LabelUser}, {"X-Team-Id", fsm.LabelTeam},
	{"X-Run-Id", fsm.LabelRun}, {"X-Parent-Run-Id", fsm.LabelParentRun},
}

// sessionHeaders name the run where no run header does.
var sessionHeaders = [...]string{"X-Claude-Code-Session-Id", "Session-Id"}

const tagHeader = "X-Meshfw-Tag-"

// labels reads who calls.
func labels(h http.Header) (fsm.Labels, error) {
	var ls fsm.Labels
	run := false
	for _, i := range identityHeaders {
		v, err := oneValue(h, i.header)
		if err != nil {
			return nil, err
		}
		if v != "" {
			ls = append(ls, fsm.Label{Name: i.label, Value: v})
			run = run || i.label == fsm.LabelRun
		}
	}
	for _, name := range sessionHeaders {
		v, err := oneValue(h, name)
		if err != nil {
			return nil, err
		}
		if v != "" && !run {
			ls, run = append(ls, fsm.Label{Name: fsm.LabelRun, Value: v}), true
		}
	}
	for name := range h {
		if tag, ok := strings.CutPrefix(name, tagHeader); ok && tag != "" {
			v, err := oneValue(h, name)
			if err != nil {
				return nil, err
			}
			if v != "" {
				ls = append(ls, fsm.Label{Name: fsm.LabelTagPrefix + strings.ToLower(tag), Value: v})
			}
		}
	}
	if len(ls) > maxLabels {
		return nil, &clientError{http.StatusBadRequest, fmt.Sprintf("more than %d labels", maxLabels)}
	}
	sort.Slice(ls, func(i, j int) bool { return ls[i].Name < ls[j].Name })
	return ls, nil
}

func oneValue(h http.Header, name string) (string, error) {
	v := h.Values(name)
	if len(v) == 0 {
		return "", nil
	}
	bad := len(v) > 1 || len(v[0]) > maxLabelBytes || len(name) > maxLabelBytes
	for i := 0; !bad && i < len(v[0]); i++ {
		bad = v[0][i] < ' ' || v[0][i] > '~'
	}
	if bad {
		return "", &clientError{http.StatusBadRequest, fmt.Sprintf("%.64s: give it once, in at most %d printable ASCII characters", name, maxLabelBytes)}
	}
	return v[0], nil
}

func refuseClient(w http.ResponseWriter, d dialect, err error) {
	var c *clientError
	if errors.As(err, &c) {
		refuse(w, d, c.status, "bad_request", c.message, nil)
		return
	}
	refuse(w, d, http.StatusBadRequest, "bad_request", err.Error(), nil)
}
