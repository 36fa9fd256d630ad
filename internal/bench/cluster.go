package bench

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

const nodes = 3

// Cluster is three running nodes; the leader comes first.
type Cluster struct {
	URLs      []string // of what is called
	admin     []string // of metrics and profiles; the same order
	processes []*process
}

// nodeCluster starts three bench nodes on a log store, with the ledger or without.
func (h *Host) nodeCluster(ctx context.Context, name, store string, noLedger bool) (*Cluster, error) {
	ports, err := FreeAddresses(2 * nodes)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	for i := range nodes {
		id := fmt.Sprintf("%s%d", name, i+1)
		p, err := h.Start(id, h.Binary, []string{"bench", "node"}, NodeConfig{Name: id, Dir: filepath.Join(h.Dir, id), Listen: ports[i],
			HTTP: ports[nodes+i], Join: ports[:nodes], NoLedger: noLedger, LogStore: store})
		if err != nil {
			return nil, err
		}
		c.processes = append(c.processes, p)
		c.URLs = append(c.URLs, "http://"+ports[nodes+i])
	}
	lead := -1
	err = h.Until(ctx, c.processes[0], "a leader", func() bool {
		lead = slices.IndexFunc(c.URLs, func(u string) bool { return answers(u + "/leader") })
		return lead >= 0
	})
	if err != nil {
		return nil, err
	}
	c.lead(lead)
	c.admin = c.URLs
	return c, nil
}

// lead puts the leader first.
func (c *Cluster) lead(i int) {
	for _, l := range [][]string{c.URLs, c.admin} {
		if len(l) > 0 {
			l[0], l[i] = l[i], l[0]
		}
	}
	c.processes[0], c.processes[i] = c.processes[i], c.processes[0]
}

// submit has one node of the cluster drive its own Submit.
func (c *Cluster) submit(ctx context.Context, node int, in loadRequest) (Sample, error) {
	var s Sample
	b, err := json.Marshal(in)
	if err != nil {
		return s, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URLs[node]+"/load", bytes.NewReader(b))
	if err != nil {
		return s, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body) // without it there is less to say
		return s, fmt.Errorf("bench: load %s with %d callers: %s", in.Load, in.Callers, bytes.TrimSpace(text))
	}
	return s, json.UnmarshalRead(res.Body, &s)
}

// ServerCluster starts three nodes of "meshfw server", in open mode, whose
// models gpt-* are served by provider (a base URL).
func (h *Host) ServerCluster(ctx context.Context, provider string) (*Cluster, error) {
	ports, err := FreeAddresses(3 * nodes)
	if err != nil {
		return nil, err
	}
	http, admin, cluster := ports[:nodes], ports[nodes:2*nodes], ports[2*nodes:]
	c := &Cluster{}
	for i := range nodes {
		id := fmt.Sprintf("server%d", i+1)
		file := filepath.Join(h.Dir, id+".hcl")
		text := fmt.Sprintf(serverConfig, id, filepath.Join(h.Dir, id), cmp.Or(h.Store, raftnode.LogStoreBolt), http[i], admin[i], cluster[i], cluster[0], cluster[1], cluster[2], provider, limit)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		p, err := h.Start(id, h.Binary, []string{"server", "-config", file}, nil)
		if err != nil {
			return nil, err
		}
		c.processes = append(c.processes, p)
		c.URLs, c.admin = append(c.URLs, "http://"+http[i]), append(c.admin, "http://"+admin[i])
	}
	for i, p := range c.processes {
		if err := h.Until(ctx, p, "readiness", func() bool { return answers(c.admin[i] + "/readyz") }); err != nil {
			return nil, err
		}
	}
	lead, err := c.leader(ctx)
	if err != nil {
		return nil, err
	}
	c.lead(lead)
	return c, nil
}

// leader asks which node leads.
func (c *Cluster) leader(ctx context.Context) (int, error) {
	var list struct {
		Members []struct {
			ID   string `json:"id"`
			Role string `json:"role"`
		} `json:"members"`
	}
	if err := call(ctx, http.MethodGet, c.admin[0]+"/api/v1/cluster/members", "", &list); err != nil {
		return 0, err
	}
	for _, m := range list.Members {
		for i, p := range c.processes {
			if m.Role == "leader" && m.ID == p.name {
				return i, nil
			}
		}
	}
	return 0, errors.New("bench: the cluster names no leader")
}

// call makes one call of the API; out may be nil.
func call(ctx context.Context, method, url, body string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("bench: %s %s: %s: %s", method, url, res.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// serverConfig has the budgets of the Submit cases. The bound on reservations
// is for the batch case, whose holds stay open.
const serverConfig = `
node {
  id        = %q
  data_dir  = %q
  log_store = %q
}
http {
  listen         = %q
  drain_delay    = "1ms"
  header_timeout = "1h"
}
admin {
  listen = %q
}
cluster {
  listen           = %[6]q
  advertise        = %[6]q
  bootstrap_expect = 3
  join             = [%[7]q, %[8]q, %[9]q]
}
auth {
  mode = "open"
}
limits {
  reservations = 8000000
}
provider "openai" {
  dialect  = "openai"
  base_url = %[10]q
  api_key  = "sk-bench"
  models   = ["gpt-*"]
}
budget "global" {
  limit  = "%[11]s"
  window = "month"
}
budget "user" {
  per    = ["user"]
  limit  = "%[11]s"
  window = "month"
}
budget "agent" {
  per    = ["agent"]
  limit  = "%[11]s"
  window = "month"
}
`

// API is the base URL of the API of caller i's node.
func (c *Cluster) API(i int) string { return spread(c.admin, i) }
