package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Error is what the firewall answers instead of a result.
type Error struct {
	Status int    `json:"status"` // HTTP
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`

	retryAfter time.Duration
}

func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = e.Title
	}
	text = fmt.Sprintf("%s (%d %s)", text, e.Status, e.Code)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// UnreachableError says that no node took the call.
type UnreachableError struct {
	Addresses []string
	Err       error // of the last one
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no node answers at %s: %v", strings.Join(e.Addresses, ", "), e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// request is one call, before a node is chosen for it.
type request struct {
	method, path string // path below /api/v1
	query        url.Values
	header       http.Header
	in           any  // sent as JSON; nil: no body
	once         bool // repeating it may do it twice: only when it certainly did not arrive
}

// call makes a call and reads its answer into out, which may be nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	var body []byte
	if r.in != nil {
		var err error
		if body, err = json.Marshal(r.in); err != nil {
			return err
		}
	}
	var answer []byte
	err := c.try(ctx, r, func(base string) (err error) {
		ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
		defer cancel()
		resp, err := c.send(ctx, base, r, bytes.NewReader(body), int64(len(body)))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes+1))
		if err == nil && len(answer) > maxAnswerBytes {
			err = fmt.Errorf("the answer is longer than %d bytes", maxAnswerBytes)
		}
		return err
	})
	if err != nil || out == nil || len(answer) == 0 {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: the answer cannot be read (is this a meshfw node?): %w", r.method, r.path, err)
	}
	return nil
}

// get is call with the answer returned.
func get[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	err := c.call(ctx, r, &out)
	return out, err
}

// try carries out one call at the nodes in turn, beginning with the one that
// answered last, until one serves it or the attempts are used up.
func (c *Client) try(ctx context.Context, r request, one func(base string) error) error {
	start := int(c.last.Load())
	var err error
	for attempt := range max(c.o.Attempts, len(c.bases)) {
		at := (start + attempt) % len(c.bases)
		if err = one(c.bases[at]); err == nil {
			c.last.Store(int64(at))
			return nil
		}
		delay, again := c.again(r, err)
		if !again || ctx.Err() != nil {
			break
		}
		if (attempt+1)%len(c.bases) != 0 {
			continue // the next node may serve it now
		}
		if unreachable(err) {
			break // no node was there; whoever waits for one has his own loop
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(delay):
		}
	}
	if unreachable(err) {
		if in, ok := errors.AsType[*url.Error](err); ok {
			err = in.Err // the address is told beside it
		}
		return &UnreachableError{Addresses: c.bases, Err: err}
	}
	return err
}

// again tells whether a failed try may be repeated, and when.
func (c *Client) again(r request, err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.retryAfter > 0 {
			return e.retryAfter, e.Status == http.StatusServiceUnavailable
		}
		return c.o.RetryDelay, e.Status == http.StatusServiceUnavailable
	}
	return c.o.RetryDelay, !r.once || unreachable(err)
}

// unreachable tells that a call did not arrive.
func unreachable(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED)
}

// send makes one try; a status of 300 or more is an *Error.
func (c *Client) send(ctx context.Context, base string, r request, body io.Reader, length int64) (*http.Response, error) {
	target := base + "/api/v1" + r.path
	query := r.query
	if r.method == http.MethodGet && c.o.Consistency != "" {
		query = url.Values{"consistency": {c.o.Consistency}}
		for k, v := range r.query {
			query[k] = v
		}
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, err
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	if req.ContentLength = length; length == 0 {
		req.Body = http.NoBody
	} else if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.o.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	return nil, problemOf(resp)
}

func problemOf(resp *http.Response) error {
	e := &Error{Code: "http_error", Title: http.StatusText(resp.StatusCode)}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media == "application/problem+json" {
		if err := json.Unmarshal(b, e); err != nil {
			return fmt.Errorf("status %d with a problem that cannot be read: %w", resp.StatusCode, err)
		}
	} else if len(b) < 200 {
		e.Detail = strings.TrimSpace(string(b))
	}
	e.Status = resp.StatusCode
	if ms, err := strconv.ParseInt(resp.Header.Get("retry-after-ms"), 10, 64); err == nil && ms > 0 && ms < 60_000 {
		e.retryAfter = time.Duration(ms) * time.Millisecond
	}
	return e
}

// pages reads a list page by page; member is the list's name in the answer.
func pages[T any](ctx context.Context, c *Client, path, member string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		q := url.Values{"limit": {"1000"}}
		for k, v := range query {
			q[k] = v
		}
		for {
			var page map[string]jsontext.Value
			if err := c.call(ctx, request{method: http.MethodGet, path: path, query: q}, &page); err != nil {
				yield(none, err)
				return
			}
			var list []T
			var next string
			if err := errors.Join(into(page[member], &list), into(page["next_cursor"], &next)); err != nil {
				yield(none, fmt.Errorf("%s: %w", path, err))
				return
			}
			for _, v := range list {
				if !yield(v, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.Set("cursor", next)
		}
	}
}

// into reads a part of an answer that may be left out.
func into(v jsontext.Value, out any) error {
	if len(v) == 0 {
		return nil
	}
	return json.Unmarshal(v, out)
}

// collect reads a whole list.
func collect[T any](list iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	for v, err := range list {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
