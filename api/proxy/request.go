package proxy

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

// refusal is an answer of the firewall's own.
type refusal struct {
	status  int
	reason  string
	message string
	details map[string]any
}

func (e *refusal) Error() string { return e.message }

func bad(format string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, reason: "bad_request", message: fmt.Sprintf(format, args...)}
}

// A body of unknown length is read in parts of so many bytes, growing.
const firstPart, bodyPart = 8 << 10, 256 << 10

// readBody reads a JSON body of bounded length, within a bounded time.
func (p *Proxy) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if t := r.Header["Content-Type"]; len(t) != 1 || !isJSON(t[0]) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, reason: "unsupported_media", message: "Content-Type: want application/json",
			details: map[string]any{"remedy": "send the header Content-Type: application/json (curl: -H 'Content-Type: application/json'); other types are refused, since any web page may make a browser send them"}}
	}
	if e := r.Header["Content-Encoding"]; len(e) > 1 || len(e) == 1 && e[0] != "" && !strings.EqualFold(e[0], "identity") {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, reason: "unsupported_media", message: "Content-Encoding: send the body uncompressed"}
	}
	if r.ContentLength > p.MaxBodyBytes {
		return nil, p.tooLarge()
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(p.BodyTimeout)) // writers without deadlines are tests'
	body, err := readAll(r.Body, r.ContentLength, p.MaxBodyBytes)
	if err != nil {
		return nil, bad("the body could not be read: it broke off, or took longer than %s", p.BodyTimeout)
	}
	if int64(len(body)) > p.MaxBodyBytes {
		return nil, p.tooLarge()
	}
	// The deadline stays where the body does not end well: net/http reads what
	// is left of it before it answers.
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

func (p *Proxy) tooLarge() error {
	return &refusal{status: http.StatusRequestEntityTooLarge, reason: "too_large", message: fmt.Sprintf("the body is larger than %d bytes", p.MaxBodyBytes)}
}

// isJSON tells whether a Content-Type is JSON's, with whatever parameters but
// another charset: some servers would read another text than was metered.
func isJSON(contentType string) bool {
	if contentType == "application/json" { // as nearly all send it
		return true
	}
	t, params, err := mime.ParseMediaType(contentType)
	charset, said := params["charset"]
	return err == nil && t == "application/json" && (!said || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8"))
}

// readAll reads up to limit+1 bytes. A body of known length is read into
// exactly so many; another never takes more than twice its size.
func readAll(from io.Reader, length, limit int64) ([]byte, error) {
	if length >= 0 && length <= limit {
		body := make([]byte, length)
		_, err := io.ReadFull(from, body)
		return body, err
	}
	var parts [][]byte
	from = io.LimitReader(from, limit+1)
	part := make([]byte, 0, firstPart)
	for {
		n, err := from.Read(part[len(part):cap(part)])
		if part = part[:len(part)+n]; len(part) == cap(part) || err != nil {
			parts = append(parts, part)
			part = make([]byte, 0, min(2*cap(part), bodyPart))
		}
		switch {
		case err == io.EOF && len(parts) == 1:
			return parts[0], nil
		case err == io.EOF:
			return bytes.Join(parts, nil), nil
		case err != nil:
			return nil, err
		}
	}
}

// read reads the request: body, what it asks for, and who asks.
func (p *Proxy) read(x *exchange) (*call, error) {
	c := &call{exchange: x}
	var err error
	if c.labels, err = p.Gate.Labels(x.caller, x.r.Header); err != nil {
		return nil, err
	}
	if d, ok := x.d.(dialect.Checker); ok {
		if err := d.Check(x.r.URL.Query(), x.r.Header); err != nil {
			return nil, bad("%s", err)
		}
	}
	raw, err := p.readBody(x.w, x.r)
	if err != nil {
		return nil, err
	}
	if c.body, err = dialect.ParseBody(raw); err != nil {
		return nil, bad("%s", err)
	}
	if c.asked, err = x.route.Endpoint.Read(c.body); err != nil {
		return nil, bad("%s", err)
	}
	if x.route.Model != "" {
		c.asked.Model = x.route.Model
	}
	c.asked.Stream = c.asked.Stream || x.route.Stream
	if c.asked.Model == "" {
		return nil, bad("model: name one")
	}
	if at := "/" + c.asked.Model; plainPath(at) != at { // it may become a part of the provider's path
		return nil, bad("model: %.120q has a part that is empty or made of dots", c.asked.Model)
	}
	return c, nil
}
