package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// finding is one thing that doctor looked at.
type finding struct {
	Check  string `json:"check"`
	State  string `json:"state"` // ok, warn, fail
	Detail string `json:"detail"`
}

// Figures beyond which doctor warns, and how it measures.
const (
	skewWarn     = 500 * time.Millisecond // the ledger's clock agrees within 1 s
	fsyncWarn    = 20 * time.Millisecond  // a commit costs about two
	fsyncSamples = 50
	fsyncBytes   = 4096
	doctorTries  = 5 * time.Second // for each thing asked
)

func doctorCommand() *cobra.Command {
	var path, dir string
	c := &cobra.Command{
		Use: "doctor", Short: "Look for what is wrong: nodes, clocks, peers, disk, providers", Args: cobra.NoArgs,
		Long: `Look for what is wrong: nodes, clocks, peers, disk, providers.

It asks the nodes at -addr, from there all members, and compares their clocks with this
machine's. With -config it also asks the providers of that config, and times the disk of
its data_dir (or of -dir). Ends with status 1 when something fails.`,
		RunE: func(c *cobra.Command, _ []string) error {
			var d doctor
			var cfg *config.Config
			if path != "" {
				var err error
				if cfg, err = config.Load(path, os.Environ()); err != nil {
					return err
				}
				if dir == "" {
					dir = cfg.Node.DataDir
				}
			}
			if err := d.nodes(c); err != nil {
				return err
			}
			if dir != "" {
				d.disk(dir)
			}
			if cfg != nil {
				d.logStore(cfg)
				d.providers(c.Context(), cfg)
			}
			if err := emit(c, map[string]any{"findings": d.findings}, d.show); err != nil {
				return err
			}
			if n := d.count("fail"); n > 0 {
				return fmt.Errorf("doctor: %d of %d checks failed", n, len(d.findings))
			}
			return nil
		},
	}
	c.Flags().StringVar(&path, "config", "", "config of a node: look at its providers and its disk too")
	c.Flags().StringVar(&dir, "dir", "", "directory on the disk to time")
	return c
}

// logStore looks whether the log in data_dir is of the store that is configured.
func (d *doctor) logStore(cfg *config.Config) {
	if err := raftnode.CheckLogStore(cfg.Node.DataDir, cfg.Node.LogStore); err != nil {
		d.add("log store", "fail", "%v", err)
		return
	}
	d.add("log store", "ok", "%s", cmp.Or(cfg.Node.LogStore, raftnode.LogStoreBolt))
}

type doctor struct{ findings []finding }

func (d *doctor) add(check, state, format string, args ...any) {
	d.findings = append(d.findings, finding{check, state, fmt.Sprintf(format, args...)})
}

func (d *doctor) count(state string) int {
	n := 0
	for _, f := range d.findings {
		if f.State == state {
			n++
		}
	}
	return n
}

func (d *doctor) show(t *table) {
	for _, f := range d.findings {
		t.row("["+f.State+"]", f.Check, f.Detail)
	}
	t.line("\n%d checks: %d ok, %d to look at, %d failed.", len(d.findings), d.count("ok"), d.count("warn"), d.count("fail"))
}

// nodes looks at the named nodes, and at the members they tell of.
func (d *doctor) nodes(c *cobra.Command) error {
	cl, err := connect(c)
	if err != nil {
		return err
	}
	scheme := "http://"
	for _, base := range cl.Addresses() {
		if strings.HasPrefix(base, "https") {
			scheme = "https://"
		}
		if err := d.node(c, "node "+base, base); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(c.Context(), doctorTries)
	defer cancel()
	members, err := cl.Members(ctx)
	if err != nil {
		d.add("members", "fail", "%v", err)
		return nil
	}
	voters, leader := 0, ""
	for _, m := range members {
		if m.Suffrage == "voter" {
			voters++
		}
		if m.Role == "leader" {
			leader = m.ID
		}
		d.peer(m)
		if m.HTTPAddress == "" || slices.Contains(cl.Addresses(), scheme+m.HTTPAddress) {
			continue
		}
		if err := d.node(c, "node "+m.ID, scheme+m.HTTPAddress); err != nil {
			return err
		}
	}
	switch {
	case leader == "":
		d.add("leader", "fail", "none is known: without a majority of the %d voters every call is refused", voters)
	case voters < 3:
		d.add("voters", "warn", "%d: no node may fail; three are the least that survive one", voters)
	case voters%2 == 0:
		d.add("voters", "warn", "%d: an even number survives no more failures than one less", voters)
	default:
		d.add("voters", "ok", "%d, led by %s: %d may fail", voters, leader, (voters-1)/2)
	}
	return nil
}

// node asks one node whether it is ready, and what time it is there.
func (d *doctor) node(c *cobra.Command, check, base string) error {
	cl, err := connectTo(c, base)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Context(), doctorTries)
	defer cancel()
	before := time.Now()
	ready, text, at, err := cl.Ready(ctx)
	took := time.Since(before)
	switch {
	case err != nil:
		d.add(check, "fail", "%v", err)
		return nil
	case !ready:
		d.add(check, "fail", "not ready: %s", strings.ReplaceAll(text, "\n", " "))
	default:
		d.add(check, "ok", "ready, answers in %s", took.Round(100*time.Microsecond))
	}
	if at.IsZero() {
		return nil
	}
	// A Date header is whole seconds: the clock there is within [at, at+1s).
	skew := time.Duration(0)
	if mid := before.Add(took / 2); mid.Before(at) {
		skew = at.Sub(mid)
	} else if mid.After(at.Add(time.Second)) {
		skew = mid.Sub(at.Add(time.Second))
	}
	if skew > skewWarn+took {
		d.add("clock of "+check, "warn", "at least %s off this machine's; run NTP on both", skew.Round(time.Millisecond))
	} else {
		d.add("clock of "+check, "ok", "agrees with this machine's to the second")
	}
	return nil
}

// peer connects to a member's cluster port.
func (d *doctor) peer(m client.Member) {
	conn, err := net.DialTimeout("tcp", m.Address, doctorTries)
	if err != nil {
		d.add("cluster port of "+m.ID, "fail", "%v", err)
		return
	}
	_ = conn.Close() // nothing was said on it
	d.add("cluster port of "+m.ID, "ok", "%s takes connections", m.Address)
}

// disk times small synced writes, as a log makes them.
func (d *doctor) disk(dir string) {
	took, err := timeSyncs(dir)
	if err != nil {
		d.add("disk", "fail", "%v", err)
		return
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	state, advice := "ok", ""
	if p99 > fsyncWarn {
		state, advice = "warn", ": every commit waits for it; use a disk with a write cache that survives power loss"
	}
	d.add("disk", state, "fsync in %s takes %s (p50), %s (p99)%s", dir, p50.Round(10*time.Microsecond), p99.Round(10*time.Microsecond), advice)
}

func timeSyncs(dir string) (took []time.Duration, err error) {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	block := make([]byte, fsyncBytes)
	for range fsyncSamples {
		begin := time.Now()
		if _, err := f.Write(block); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
	return took, nil
}

// providers asks each provider of a config for its models, which is free.
func (d *doctor) providers(ctx context.Context, cfg *config.Config) {
	paths := map[string]string{"openai": "/v1/models", "anthropic": "/v1/models", "gemini": "/v1beta/models"}
	for _, p := range cfg.Providers {
		check := fmt.Sprintf("provider %q", p.Name)
		ctx, cancel := context.WithTimeout(ctx, doctorTries)
		status, err := askProvider(ctx, p, paths[p.Dialect])
		cancel()
		switch {
		case err != nil:
			d.add(check, "fail", "%v", err)
		case (status == http.StatusUnauthorized || status == http.StatusForbidden) && p.PassThroughKey:
			d.add(check, "ok", "%s answers; its key comes with each call", p.BaseURL)
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			d.add(check, "fail", "%s does not take the key (status %d): check api_key", p.BaseURL, status)
		case status >= http.StatusInternalServerError:
			d.add(check, "warn", "%s answers with status %d", p.BaseURL, status)
		default:
			d.add(check, "ok", "%s answers (status %d)", p.BaseURL, status)
		}
	}
}

func askProvider(ctx context.Context, p config.Provider, path string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.BaseURL+path, nil)
	if err != nil {
		return 0, err
	}
	switch p.Dialect {
	case "anthropic":
		req.Header.Set("X-Api-Key", p.APIKey)
		req.Header.Set("Anthropic-Version", "2023-06-01")
	case "gemini":
		req.Header.Set("X-Goog-Api-Key", p.APIKey)
	default:
		req.Header.Set("Authorization", "Bearer "+p.APIKey)
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirect with the key
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
