package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
)

// Ports of the development cluster.
const (
	devHTTP     = 8000 // spreads calls; the nodes are at the next three
	devCluster  = 7000 // the nodes are at the next three
	devProvider = 9009
	devNodes    = 3
)

func devCommand() *cobra.Command {
	var dir string
	var fresh bool
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run three nodes and a stand-in provider on this machine",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if fresh {
				if err := forget(dir); err != nil {
					return err
				}
			}
			return runDev(c.Context(), dir, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&dir, "dir", "data/dev", "where the nodes keep their state")
	c.Flags().BoolVar(&fresh, "fresh", false, "start with no state")
	return c
}

// runDev runs the development cluster until ctx ends.
func runDev(ctx context.Context, dir string, out io.Writer) error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	provider, err := mockprovider.New(mockprovider.Config{})
	if err != nil {
		return err
	}
	if err := provider.Listen(loopback(devProvider)); err != nil {
		return err
	}
	defer provider.Close()
	go provider.Serve()
	front, err := net.Listen("tcp", loopback(devHTTP))
	if err != nil {
		return err
	}
	defer front.Close()

	var nodes []*exec.Cmd
	exited := make(chan string, devNodes)
	for i := 1; i <= devNodes; i++ {
		cmd, err := startNode(binary, dir, i, provider.URL(), exited)
		if err != nil {
			return errors.Join(err, stopNodes(nodes, exited))
		}
		nodes = append(nodes, cmd)
	}
	server := &http.Server{Handler: spread(), ReadHeaderTimeout: readHeaderTimeout}
	go server.Serve(front)
	defer server.Close()
	banner(out, nodes)
	for running := devNodes; running > 0; {
		select {
		case how := <-exited:
			running--
			fmt.Fprintln(out, how)
		case <-ctx.Done():
			return stopNodes(nodes, exited)
		}
	}
	return errors.New("all nodes have exited; see the log files in " + dir)
}

// forget removes the nodes' state, and nothing else that may be in dir.
func forget(dir string) error {
	for i := 1; i <= devNodes; i++ {
		if err := os.RemoveAll(filepath.Join(dir, fmt.Sprintf("node%d", i))); err != nil {
			return err
		}
	}
	return nil
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// startNode writes node i's config and starts it as a process.
func startNode(binary, dir string, i int, provider string, exited chan<- string) (*exec.Cmd, error) {
	name := fmt.Sprintf("node%d", i)
	home := filepath.Join(dir, name)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, name+".hcl")
	if err := os.WriteFile(file, []byte(devConfig(name, home, i, provider)), 0o600); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(binary, "server", "-config", file)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches us; we end the nodes in order
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		err := cmd.Wait()
		exited <- fmt.Sprintf("%s (pid %d) has ended (%v); start it again with: %s server -config %s", name, cmd.Process.Pid, err, binary, file)
	}()
	return cmd, nil
}

func devConfig(name, home string, i int, provider string) string {
	join := fmt.Sprintf("%q, %q, %q", loopback(devCluster+1), loopback(devCluster+2), loopback(devCluster+3))
	text := fmt.Sprintf(`node {
  id       = %q
  data_dir = %q
}
http {
  listen = %q
}
cluster {
  listen           = %[4]q
  advertise        = %[4]q
  bootstrap_expect = %[5]d
  join             = [%[6]s]
}
auth {
  mode = "open"
}
`, name, home, loopback(devHTTP+i), loopback(devCluster+i), devNodes, join)
	for _, p := range [][2]string{{"openai", "gpt-*"}, {"anthropic", "claude-*"}} {
		text += fmt.Sprintf("provider %[1]q {\n  dialect  = %[1]q\n  base_url = %[2]q\n  api_key  = \"sk-dev\"\n  models   = [%[3]q]\n}\n", p[0], provider, p[1])
	}
	for _, b := range [][3]string{{"global", "", "100"}, {"user", `"user"`, "10"}, {"agent", `"agent"`, "1"}} {
		text += fmt.Sprintf("budget %q {\n  per    = [%s]\n  limit  = %q\n  window = \"month\"\n}\n", b[0], b[1], b[2])
	}
	return text
}

// stopNodes ends the nodes and waits for them.
func stopNodes(nodes []*exec.Cmd, exited <-chan string) error {
	running := 0
	for _, n := range nodes {
		if n.Process.Signal(syscall.SIGTERM) == nil {
			running++
		}
	}
	deadline := time.After(drainTimeout + closeTimeout)
	for ; running > 0; running-- {
		select {
		case <-exited:
		case <-deadline:
			for _, n := range nodes {
				_ = n.Process.Kill() // it may have ended meanwhile
			}
			return errors.New("some nodes did not stop in time and were killed")
		}
	}
	return nil
}

// spread sends each call to a node that is ready, one after the other.
func spread() http.Handler {
	var turn atomic.Uint64
	client := &http.Client{Timeout: time.Second}
	return &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		var target *url.URL
		for range devNodes {
			target = &url.URL{Scheme: "http", Host: loopback(devHTTP + 1 + int(turn.Add(1)%devNodes))}
			res, err := client.Get(target.String() + "/readyz")
			if err != nil {
				continue
			}
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		r.SetURL(target)
	}}
}

func banner(out io.Writer, nodes []*exec.Cmd) {
	fmt.Fprintf(out, "Three nodes are starting; calls to http://%s go to the ready ones.\n\n", loopback(devHTTP))
	for i, n := range nodes {
		fmt.Fprintf(out, "  node%d  http://%s  pid %d\n", i+1, loopback(devHTTP+i+1), n.Process.Pid)
	}
	const call = `  curl http://127.0.0.1:8000/v1/chat/completions -H 'Content-Type: application/json' -H 'X-Agent-Id: researcher_1' \
    -d '{"model":"%s","max_tokens":%d,"messages":[{"role":"user","content":"hello"}]}'
`
	fmt.Fprintf(out, "\nThis call passes:\n\n"+call+"\nThis one is refused, as it may cost more than the agent's 1 USD:\n\n"+call+"\nCtrl-C stops everything.\n", "gpt-4o-mini", 100, "gpt-4o", 200_000)
}
