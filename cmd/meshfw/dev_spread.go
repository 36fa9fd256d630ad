package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
	"time"
)

// How the spreader waits for nodes.
const (
	spreadWatch = 200 * time.Millisecond // between two looks at each node
	spreadWait  = 5 * time.Second        // for a node that is ready
	spreadPoll  = 20 * time.Millisecond
)

// spreader sends each call to a node that is ready, one after the other. A
// call that does not reach its node goes to the next; one that did is never
// sent twice.
type spreader struct {
	nodes []string
	ready []atomic.Bool
	turn  atomic.Uint64
	next  http.RoundTripper
	proxy *httputil.ReverseProxy
}

func newSpreader(o devOptions) *spreader {
	// A connection for each call: on one that was kept, the death of a node
	// shows only when the call is already half sent.
	s := &spreader{ready: make([]atomic.Bool, devNodes), next: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	for i := 1; i <= devNodes; i++ {
		s.nodes = append(s.nodes, o.node(i))
	}
	s.proxy = &httputil.ReverseProxy{
		FlushInterval: -1, Transport: s,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "meshfw-dev", r.In.Host // RoundTrip chooses the node
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "meshfw dev: "+err.Error(), http.StatusBadGateway)
		},
	}
	return s
}

func (s *spreader) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.proxy.ServeHTTP(w, r) }

// watch keeps looking which nodes are ready, until ctx ends.
func (s *spreader) watch(ctx context.Context) {
	for ctx.Err() == nil {
		for i, n := range s.nodes {
			s.ready[i].Store(ready(n))
		}
		sleep(ctx, spreadWatch)
	}
}

// keepOpen lets a body be read by another try after one that did not begin.
type keepOpen struct{ io.ReadCloser }

func (keepOpen) Close() error { return nil }

// RoundTrip sends a call to the next node that is ready and takes it.
func (s *spreader) RoundTrip(r *http.Request) (*http.Response, error) {
	for end := time.Now().Add(spreadWait); ; {
		turn := s.turn.Add(1)
		for k := range uint64(len(s.nodes)) {
			i := (turn + k) % uint64(len(s.nodes))
			if !s.ready[i].Load() {
				continue
			}
			try := r.Clone(r.Context())
			try.URL.Host = s.nodes[i]
			if r.Body != nil {
				try.Body = keepOpen{r.Body}
			}
			resp, err := s.next.RoundTrip(try)
			if !refused(err) {
				if err != nil {
					err = fmt.Errorf("%s did not answer to the end: %w; whatever the call cost is charged", s.nodes[i], err)
				}
				return resp, err
			}
			s.ready[i].Store(false)
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("no node became ready within %s", spreadWait)
		}
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(spreadPoll):
		}
	}
}

// refused tells that nothing listens there, so that nothing was sent.
func refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
