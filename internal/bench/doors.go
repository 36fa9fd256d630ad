package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// The shape of the batch and stream cases.
const (
	streamTokens  = 500 // chunks of the stand-in provider's stream
	gapTokens     = 100
	gapDelay      = 5 * time.Millisecond
	proxyMaxCalls = 256 // callers of the proxy cases at most: the provider shares the machine
)

// batchShapes are callers and reservations in each of their requests.
var batchShapes = [][2]int{{16, 64}, {4, 1024}}

// startServers starts the stand-in provider and three servers, once.
func (r *runner) startServers(ctx context.Context) (err error) {
	r.Progress("starting three servers and a stand-in provider")
	ports, err := FreeAddresses(1)
	if err != nil {
		return err
	}
	r.provider = "http://" + ports[0]
	p, err := r.host.Start("provider", r.host.Binary, []string{"mock-provider", "-listen", ports[0]}, nil)
	if err != nil {
		return err
	}
	if err := r.host.Until(ctx, p, "the stand-in provider", func() bool { return answers(r.provider + "/mock/billed") }); err != nil {
		return err
	}
	r.servers, err = r.host.ServerCluster(ctx, r.provider)
	return err
}

// spread is the node of caller i: the leader first, then the others in turn.
func spread(urls []string, i int) string { return urls[i%len(urls)] }

// overHTTP measures the API against a front without ledger or API.
func (r *runner) overHTTP(ctx context.Context) error {
	if !r.wants("http", "proxy", "batch", "memory") {
		return nil
	}
	if err := r.startServers(ctx); err != nil {
		return err
	}
	client := NewHTTPClient(maxCallers)
	defer client.CloseIdleConnections()
	api := func(hot bool) func(i int) Operation {
		return func(i int) Operation { return NewAPICaller(client, spread(r.servers.admin, i), i, hot).Do }
	}
	if r.wants("http") {
		r.part = "http"
		s := &Section{}
		for _, n := range r.Callers {
			front := clientArm(r.raw.admin, caseFront, n, 1, func(i int) Operation { return newFrontCaller(client, spread(r.raw.URLs, i), i).Do })
			cases, err := r.together(ctx, front, clientArm(r.servers.admin, loadUniform, n, 1, api(false)), clientArm(r.servers.admin, loadHot, n, 1, api(true)))
			if err != nil {
				return err
			}
			for _, c := range cases {
				c.RatioToRawRaft = ratio(&c, r.report.Raw.find(caseRaw, n))
				if c.Name != caseFront {
					c.RatioToFront = ratio(&c, &cases[0])
				}
				s.Cases = append(s.Cases, c)
			}
		}
		s.headline(loadUniform)
		r.report.HTTP = s
	}
	if r.wants("memory") {
		none := `{"limit":"0"}`
		if err := call(ctx, http.MethodPut, r.servers.admin[0]+"/api/v1/accounts/agent/"+broke+"/limit", none, nil); err != nil {
			return err
		}
		n := min(r.most(), 64)
		err := r.memory(ctx, "http", clientArm(r.servers.admin, loadUniform, n, 1, api(false)), clientArm(r.servers.admin, caseRefusedHTTP, n, 1,
			func(i int) Operation { return newRefusedCaller(client, spread(r.servers.admin, i), i) }))
		if err != nil {
			return err
		}
	}
	if r.wants("batch") {
		return r.batch(ctx, client)
	}
	return nil
}

// batch measures many reservations in a request against the raw log with as
// many operations under way.
func (r *runner) batch(ctx context.Context, client *http.Client) error {
	r.part = "batch"
	s := &Section{}
	for _, shape := range batchShapes {
		callers, size := shape[0], shape[1]
		name := fmt.Sprintf("%s_of_%d", caseBatch, size)
		cases, err := r.together(ctx, submitArm(r.raw, 0, caseRaw, loadUniform, min(callers*size, 1024)),
			clientArm(r.servers.admin, name, callers, size, func(i int) Operation { return NewBatchCaller(client, spread(r.servers.admin, i), i, size) }))
		if err != nil {
			return err
		}
		cases[1].RatioToRawRaft = ratio(&cases[1], &cases[0])
		s.Cases = append(s.Cases, cases...)
	}
	s.headline(fmt.Sprintf("%s_of_%d", caseBatch, batchShapes[0][1]))
	r.report.Batch = s
	return nil
}

// throughProxy measures calls through the cluster to the stand-in provider, to
// it directly, through a bare reverse proxy, and through one that commits an
// operation of the raw log before it forwards: what any firewall needs whose
// ledger is replicated. A commit within a call takes longer than one of a caller
// who does nothing else, for cores and disk go to sleep in between.
func (r *runner) throughProxy(ctx context.Context) error {
	if !r.wants("proxy") {
		return nil
	}
	if err := r.startRelay(ctx); err != nil {
		return err
	}
	client := NewHTTPClient(maxCallers)
	defer client.CloseIdleConnections()
	r.part = "proxy"
	s := &Section{}
	type door struct {
		name  string
		urls  []string
		watch []string
	}
	doors := []door{{caseDirect, []string{r.provider}, nil}, {caseRelay, []string{r.relay}, nil}, {caseCluster, r.servers.URLs, r.servers.admin}}
	arms := func(prefix string, n int, body, want string, doors ...door) []*arm {
		var out []*arm
		for _, d := range doors {
			out = append(out, clientArm(d.watch, prefix+d.name, n, 1, func(i int) Operation { return newChatCaller(client, spread(d.urls, i), i, body, want) }))
		}
		return out
	}
	const wholeAnswer = `"usage":`
	for _, n := range r.Callers {
		if n > proxyMaxCalls {
			continue
		}
		list := arms("", n, chatBody(false, ""), wholeAnswer, doors...)
		if n == 1 {
			list = append(list, arms("", 1, chatBody(false, ""), wholeAnswer, door{caseCommitting, r.raw.URLs[:1], nil},
				door{caseCluster + "_" + caseFollower, r.servers.URLs[1:2], r.servers.admin})...)
			list = append(list, arms(caseStream, 1, chatBody(true, fmt.Sprintf("output_tokens=%d", streamTokens)), "[DONE]", doors...)...)
			for _, d := range doors {
				list = append(list, gapArm(client, d.name, d.urls[0]))
			}
		}
		cases, err := r.together(ctx, list...)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.Name == caseCluster {
				c.RatioToRelay = ratio(&c, &cases[1])
				c.RatioToRawRaft = ratio(&c, r.report.Raw.find(caseRaw, n))
			}
			s.Cases = append(s.Cases, c)
		}
	}
	s.headline(caseCluster)
	s.added()
	r.report.Proxy = s
	return nil
}

// gapArm measures the times between the chunks of a stream whose provider
// waits between them.
func gapArm(client *http.Client, name, url string) *arm {
	p := newPoster(client)
	p.header.Set("Authorization", "Bearer sk-client")
	p.header.Set("X-Agent-Id", agentOf(0))
	body := chatBody(true, fmt.Sprintf("output_tokens=%d chunk_delay=%s", gapTokens, gapDelay))
	return &arm{name: caseGap + name, callers: 1, run: func(ctx context.Context, _, measure time.Duration) (Sample, error) {
		var h histogram
		s := Sample{Latencies: Latencies{}}
		for at := time.Now(); s.Elapsed < int64(measure); s.Elapsed = int64(time.Since(at)) {
			if err := p.gaps(ctx, url+"/v1/chat/completions", body, &h); err != nil {
				return s, err
			}
		}
		h.into(s.Latencies)
		s.All = s.Latencies.Count()
		return s, nil
	}}
}

func (r *runner) startRelay(ctx context.Context) error {
	ports, err := FreeAddresses(1)
	if err != nil {
		return err
	}
	r.relay = "http://" + ports[0]
	p, err := r.host.Start("reverse-proxy", r.host.Binary, []string{"bench", "relay"}, RelayConfig{HTTP: ports[0], To: r.provider})
	if err != nil {
		return err
	}
	if err := r.host.Until(ctx, p, "the reverse proxy", func() bool { return answers(r.relay + "/mock/billed") }); err != nil {
		return err
	}
	return call(ctx, http.MethodPut, r.raw.URLs[0]+"/relay", `{"to":"`+r.provider+`"}`, nil)
}

// added computes what the proxy adds at one caller.
func (s *Section) added() {
	difference := func(prefix string, at func(*Case) float64) *float64 {
		a, b := s.find(prefix+caseCluster, 1), s.find(prefix+caseRelay, 1)
		if a == nil || b == nil {
			return nil
		}
		d := (at(a) - at(b)) * 1000
		return &d
	}
	p50 := func(c *Case) float64 { return c.P50MS }
	p99 := func(c *Case) float64 { return c.P99MS }
	s.AddedP50US, s.AddedGapP50US, s.AddedGapP99US = difference("", p50), difference(caseGap, p50), difference(caseGap, p99)
	if least, all := s.find(caseCommitting, 1), s.find(caseCluster, 1); least != nil && all != nil {
		beyond := (all.P50MS - least.P50MS) * 1000
		s.BeyondCommitUS = &beyond
	}
	if stream := difference(caseStream, p50); stream != nil && s.AddedP50US != nil {
		chunk := (*stream - *s.AddedP50US) / streamTokens
		s.AddedPerChunkUS = &chunk
	}
}
