package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// How a node under measurement is opened and closed.
const (
	headerTimeout = time.Hour // a client's connection that was opened in vain may wait for its first request
	closeLimit    = 5 * time.Second
	maxFrontBody  = 1 << 20
)

// NodeConfig is what a bench node reads from its standard input. When that
// ends, the node ends.
type NodeConfig struct {
	Name     string   `json:"name"`
	Dir      string   `json:"dir"`
	Listen   string   `json:"listen"` // cluster port
	HTTP     string   `json:"http"`   // of the benchmark: loads, front, metrics, profiles
	Join     []string `json:"join"`
	NoLedger bool     `json:"no_ledger"`
	LogStore string   `json:"log_store"`
}

// loadRequest asks a bench node to drive its own Submit.
type loadRequest struct {
	Load    string `json:"load"`
	Callers int    `json:"callers"`
	Warm    int64  `json:"warm_ns"`
	Measure int64  `json:"measure_ns"`
}

// RunNode runs one node of a cluster under measurement until in ends.
func RunNode(ctx context.Context, in io.Reader) (err error) {
	c, err := readConfig[NodeConfig](in)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	node, err := raftnode.Open(raftnode.Config{Name: c.Name, DataDir: c.Dir, Listen: c.Listen, Advertise: c.Listen, BootstrapExpect: len(c.Join), Join: c.Join,
		Seed: fsm.Seed{Actor: fsm.Actor{Name: "bench"}, Budgets: budgets()}, Registerer: registry, NoLedger: c.NoLedger, LogStore: c.LogStore})
	if err != nil {
		return err
	}
	defer func() {
		end, stop := context.WithTimeout(context.Background(), closeLimit)
		defer stop()
		err = errors.Join(err, node.Close(end))
	}()
	f := &front{node: node, config: c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /leader", f.leader)
	mux.HandleFunc("POST /load", f.load)
	mux.HandleFunc("POST /append/{kind}", f.append)
	mux.HandleFunc("PUT /relay", f.relayTo)
	mux.HandleFunc("POST /v1/", f.commitThenRelay)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return serveUntil(ctx, in, c.HTTP, mux)
}

// readConfig reads one JSON value and leaves what follows.
func readConfig[T any](in io.Reader) (c T, err error) {
	line := make([]byte, 0, 512)
	for one := make([]byte, 1); ; {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' {
			break
		}
		if line = append(line, one[:n]...); err != nil || len(line) > 1<<16 {
			return c, fmt.Errorf("bench: want a line of JSON on the standard input; this command is for meshfw bench alone (%w)", err)
		}
	}
	if err := json.Unmarshal(line, &c); err != nil {
		return c, fmt.Errorf("bench: standard input: %w", err)
	}
	return c, nil
}

// serveUntil serves on an address until ctx or in ends.
func serveUntil(ctx context.Context, in io.Reader, address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: headerTimeout}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	left := make(chan struct{})
	go func() {
		defer close(left)
		_, _ = io.Copy(io.Discard, in) // its end is all that is waited for
	}()
	select {
	case err := <-failed:
		return err
	case <-left:
	case <-ctx.Done():
	}
	return s.Close()
}

// front is the HTTP side of a bench node.
type front struct {
	node   *raftnode.Node
	config NodeConfig
	runs   atomic.Int64
	ids    atomic.Int64
	relay  atomic.Pointer[http.Handler] // to the provider
}

// leader answers 200 on the node that leads and serves.
func (f *front) leader(w http.ResponseWriter, _ *http.Request) {
	if !f.node.Leading() {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// load drives this node's Submit with callers in its own process.
func (f *front) load(w http.ResponseWriter, r *http.Request) {
	var in loadRequest
	err := json.UnmarshalRead(r.Body, &in)
	if err == nil && in.Load == loadRefused {
		none := money.USD(0)
		var res fsm.Result
		res, err = f.node.Submit(r.Context(), &fsm.SetLimit{Account: fsm.AccountRef{Budget: "agent", Partition: broke}, Limit: &none})
		err = answered(res, err, fsm.OK)
	}
	var s Sample
	if err == nil {
		run := f.config.Name + "-" + strconv.FormatInt(f.runs.Add(1), 10) + "-"
		s, err = Load(r.Context(), in.Callers, time.Duration(in.Warm), time.Duration(in.Measure), func(i int) Operation {
			// 36 bytes or so, as the ids that the API mints.
			c := &submitter{node: f.node, raw: f.config.NoLedger, load: in.Load, i: i, prefix: fmt.Sprintf("%s%06d-0123456789-", run, i)}
			return c.operation
		})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.MarshalWrite(w, s) // who asked has left
}

// append is the HTTP front without a ledger or an API: it reads the body, puts
// one operation of the size of the ledger's through the log, and answers.
func (f *front) append(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrontBody)); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var c fsm.Command = f.next()
	if r.PathValue("kind") == "settle" {
		c = &fsm.Settle{ID: f.next().ID, Amount: 100_000, Origin: fsm.OriginAPI}
	}
	res, err := f.node.Submit(raftnode.ThroughLog(r.Context()), c)
	if err := answered(res, err, fsm.OK); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"index":%d}`, res.Index) // who asked has left
}

// next is a reservation of the size of the API's.
func (f *front) next() *fsm.Reserve {
	s := &submitter{i: int(f.ids.Add(1)), prefix: f.config.Name + "-0123456789-0123456789-"}
	s.n = s.i
	return s.reserve()
}

// relayTo sets the provider that commitThenRelay forwards to.
func (f *front) relayTo(w http.ResponseWriter, r *http.Request) {
	var in struct {
		To string `json:"to"` // base URL
	}
	err := json.UnmarshalRead(r.Body, &in)
	var relay http.Handler
	if err == nil {
		relay, err = newRelay(in.To)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.relay.Store(&relay)
}

// commitThenRelay is the least that a proxy with a replicated ledger does: it
// puts one operation through the log and forwards the call.
func (f *front) commitThenRelay(w http.ResponseWriter, r *http.Request) {
	relay := f.relay.Load()
	if relay == nil {
		http.Error(w, "no provider is set", http.StatusServiceUnavailable)
		return
	}
	res, err := f.node.Submit(raftnode.ThroughLog(r.Context()), f.next())
	if err := answered(res, err, fsm.OK); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	(*relay).ServeHTTP(w, r)
}
