package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// NewHTTPClient keeps a connection for each caller.
func NewHTTPClient(callers int) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.DisableCompression, t.Proxy = 0, callers, true, nil
	return &http.Client{Transport: t, Timeout: time.Minute}
}

// poster posts JSON and looks at the answer, in memory of its own.
type poster struct {
	client *http.Client
	header http.Header
	buf    bytes.Buffer
}

func newPoster(c *http.Client) *poster {
	return &poster{client: c, header: http.Header{"Content-Type": {"application/json"}}}
}

// post sends a body; the answer must be a 200 that holds want.
func (p *poster) post(ctx context.Context, url, body, want string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = p.header
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	p.buf.Reset()
	_, err = p.buf.ReadFrom(res.Body)
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || !bytes.Contains(p.buf.Bytes(), []byte(want)) {
		return fmt.Errorf("%w: POST %s: %s: %.300s", errUnexpected, url, res.Status, p.buf.Bytes())
	}
	return nil
}

// APICaller reserves and settles in turn by the API of a node.
type APICaller struct {
	*poster
	base    string // of the routes
	hot     bool
	front   bool // the front without a ledger
	i       int
	pending string
}

// NewAPICaller is caller i of client c against the API at base, over all
// accounts in turn or over one hot one.
func NewAPICaller(c *http.Client, base string, i int, hot bool) *APICaller {
	return &APICaller{poster: newPoster(c), base: base + "/api/v1/reservations", hot: hot, i: i}
}

func reserveBody(id, agent, user string) string {
	if id != "" {
		id = `"id":"` + id + `",`
	}
	return `{` + id + `"labels":{"agent":"` + agent + `","user":"` + user + `"},"model":"gpt-4o-mini","provider":"openai","input_tokens":500,"max_output_tokens":500,"ttl":"1m"}`
}

const settleBody = `{"amount":"0.0001"}`

// Do reserves, or settles what was reserved before.
func (a *APICaller) Do(ctx context.Context) error {
	if id := a.pending; id != "" {
		a.pending = ""
		if a.front {
			return a.post(ctx, a.base+"/settle", settleBody, `"index":`)
		}
		return a.post(ctx, a.base+"/"+id+"/settle", settleBody, `"settled"`)
	}
	agent, user := agentOf(a.i), userOf(a.i)
	if a.hot {
		agent, user = agentOf(0), userOf(0)
	}
	a.i += 7
	a.pending = uuid.NewString()
	body := reserveBody(a.pending, agent, user)
	if a.front {
		return a.post(ctx, a.base+"/reserve", body, `"index":`)
	}
	return a.post(ctx, a.base, body, `"allowed":true`)
}

// NewBatchCaller is caller i that reserves size at a time.
func NewBatchCaller(c *http.Client, base string, i, size int) Operation {
	p := newPoster(c)
	next := i
	var body strings.Builder
	want := `"allowed":true`
	return func(ctx context.Context) error {
		body.Reset()
		body.WriteString(`{"reservations":[`)
		for k := range size {
			if k > 0 {
				body.WriteByte(',')
			}
			body.WriteString(reserveBody(uuid.NewString(), agentOf(next), userOf(next)))
			next += 7
		}
		body.WriteString(`]}`)
		if err := p.post(ctx, base+"/api/v1/reservations/batch", body.String(), want); err != nil {
			return err
		}
		if n := bytes.Count(p.buf.Bytes(), []byte(want)); n != size {
			return fmt.Errorf("%w: %d of %d reservations were granted: %.500s", errUnexpected, n, size, p.buf.Bytes())
		}
		return nil
	}
}

// newRefusedCaller reserves for an agent that may spend nothing.
func newRefusedCaller(c *http.Client, base string, i int) Operation {
	p := newPoster(c)
	return func(ctx context.Context) error {
		i++
		return p.post(ctx, base+"/api/v1/reservations", reserveBody("", broke, userOf(i)), `"allowed":false`)
	}
}

// chatBody is a chat completion of about 2 KB. directive steers the stand-in
// provider; "" is its usual answer.
func chatBody(stream bool, directive string) string {
	content := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 40)
	if directive != "" {
		content += `\nmock: ` + directive
	}
	return `{"model":"gpt-4o-mini","max_tokens":` + strconv.Itoa(streamTokens) + `,"stream":` + strconv.FormatBool(stream) +
		`,"messages":[{"role":"user","content":"` + content + `"}]}`
}

// newChatCaller makes chat completions, whole answers.
func newChatCaller(c *http.Client, base string, i int, body, want string) Operation {
	p := newPoster(c)
	p.header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer sk-client"}, "X-Agent-Id": {agentOf(i)}, "X-User-Id": {userOf(i)}}
	return func(ctx context.Context) error { return p.post(ctx, base+"/v1/chat/completions", body, want) }
}

// gaps reads one stream and adds the times between its chunks to h.
func (p *poster) gaps(ctx context.Context, url, body string, h *histogram) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = p.header
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	buf := make([]byte, 16<<10)
	var last time.Time
	for {
		n, err := res.Body.Read(buf)
		if n > 0 && bytes.Contains(buf[:n], []byte(`"content":"`)) {
			now := time.Now()
			if !last.IsZero() {
				h.add(now.Sub(last))
			}
			last = now
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// newFrontCaller is caller i against the front of a node without a ledger.
func newFrontCaller(c *http.Client, base string, i int) *APICaller {
	return &APICaller{poster: newPoster(c), base: base + "/append", front: true, i: i}
}
