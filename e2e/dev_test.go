package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// devCluster is a running "meshfw dev".
type devCluster struct {
	t                     *testing.T
	dir                   string
	http, cluster, remote int // -http-base, -cluster-base, -provider-port
	cmd                   *exec.Cmd
	out                   *clustertest.Buffer
	exited                chan error
}

func newDev(t *testing.T) *devCluster {
	base := clustertest.Row(t, 10, 1)
	d := &devCluster{t: t, dir: t.TempDir(), http: base, cluster: base + 4, remote: base + 9}
	t.Cleanup(func() {
		if d.cmd != nil && d.cmd.ProcessState == nil {
			d.cmd.Process.Kill() // the nodes end with it
		}
		if t.Failed() {
			t.Logf("meshfw dev printed:\n%s", d.out)
		}
	})
	return d
}

// start starts meshfw dev and waits for the end of its banner.
func (d *devCluster) start(flags ...string) {
	d.t.Helper()
	args := append([]string{"dev", "-restart", "500ms", "-dir", filepath.Join(d.dir, "dev"), "-http-base", strconv.Itoa(d.http),
		"-cluster-base", strconv.Itoa(d.cluster), "-provider-port", strconv.Itoa(d.remote)}, flags...)
	d.cmd, d.out, d.exited = exec.Command(clustertest.Binary(d.t), args...), &clustertest.Buffer{}, make(chan error, 1)
	d.cmd.Stdout, d.cmd.Stderr = d.out, d.out
	d.cmd.Env = append(os.Environ(), "FIREWALL_PORT=1", "MESHFW_NODE_ID=other") // must not reach the nodes
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	go func() { d.exited <- d.cmd.Wait() }()
	d.printed("Ctrl-C stops everything")
}

// printed waits until meshfw dev has printed text.
func (d *devCluster) printed(text string) {
	d.t.Helper()
	for end := time.Now().Add(clustertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(d.out.String(), text) {
			return
		}
		select {
		case err := <-d.exited:
			d.t.Fatalf("meshfw dev ended: %v", err)
		default:
		}
	}
	d.t.Fatalf("meshfw dev did not print %q", text)
}

// interrupt is Ctrl-C.
func (d *devCluster) interrupt() {
	d.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGINT); err != nil {
		d.t.Fatal(err)
	}
	select {
	case err := <-d.exited:
		if err != nil || !strings.Contains(d.out.String(), "Everything is stopped.") {
			d.t.Fatalf("after Ctrl-C: %v", err)
		}
	case <-time.After(clustertest.Patience):
		d.t.Fatal("Ctrl-C did not end it")
	}
	for i := range 4 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.http+i)); err == nil {
			c.Close()
			d.t.Errorf("port %d still listens", d.http+i)
		}
	}
}

// paste runs the banner's calls as a shell does and returns their statuses.
func (d *devCluster) paste() []string {
	d.t.Helper()
	var out []string
	for line := range strings.Lines(d.out.String()) {
		if !strings.HasPrefix(line, "  curl ") {
			continue
		}
		b, err := exec.Command("sh", "-c", line).Output()
		if err != nil {
			d.t.Fatalf("%s: %v", line, err)
		}
		out = append(out, strings.TrimSpace(strings.SplitN(string(b), "\n", 2)[0]))
	}
	return out
}

func (d *devCluster) url(node int) string { return fmt.Sprintf("http://127.0.0.1:%d", d.http+node) }

// pid finds a node's process in what was printed last of it.
func (d *devCluster) pid(node string) int {
	d.t.Helper()
	all := regexp.MustCompile(node+`.*pid (\d+)`).FindAllStringSubmatch(d.out.String(), -1)
	if len(all) == 0 {
		d.t.Fatalf("no pid of %s was printed", node)
	}
	pid, _ := strconv.Atoi(all[len(all)-1][1])
	return pid
}

// meshfw runs a command of the CLI against the cluster.
func (d *devCluster) meshfw(args ...string) (string, error) {
	cmd := exec.Command(clustertest.Binary(d.t), args...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("MESHFW_ADDR=127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d", d.http+2, d.http+1, d.http+3))
	cmd.Dir = d.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is meshfw for commands that have to work.
func (d *devCluster) must(args ...string) string {
	d.t.Helper()
	out, err := d.meshfw(args...)
	if err != nil {
		d.t.Fatalf("meshfw %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (d *devCluster) account(node int, path string) account {
	d.t.Helper()
	var a account
	resp, err := http.Get(d.url(node) + "/api/v1/accounts/" + path + "?consistency=consistent")
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("account %s: %d, %v", path, resp.StatusCode, err)
	}
	return a
}

// post makes a chat call in an agent's name.
func post(url, agent, text string) (int, error) {
	body := fmt.Sprintf(`{"model":"gpt-4o-mini","max_tokens":20,"messages":[{"role":"user","content":%q}]}`, text)
	req, err := http.NewRequest(http.MethodPost, url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Agent-Id", agent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// Ensure that the development cluster keeps what its banner promises, also on
// a second start; that calls go on when a node is killed under them, that those
// inside it become provisional charges, and that it catches up; and that the
// command line works against it.
func TestDev(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here to paste the banner's calls with")
	}
	d := newDev(t)
	d.start()
	for range 2 {
		if got := d.paste(); len(got) != 2 || got[0] != "HTTP/1.1 200 OK" || got[1] != "HTTP/1.1 402 Payment Required" {
			t.Fatalf("the banner's calls were answered %q", got)
		}
	}
	first := d.settled(1, "agent/researcher_1", 2)
	d.interrupt()
	d.start()
	if got := d.paste(); len(got) != 2 || got[0] != "HTTP/1.1 200 OK" || got[1] != "HTTP/1.1 402 Payment Required" {
		t.Fatalf("on the second start the banner's calls were answered %q", got)
	}
	if got := d.settled(1, "agent/researcher_1", 3); got.Spent != first.Spent/2*3 {
		t.Errorf("three calls cost %s, two cost %s", got.Spent, first.Spent)
	}

	d.readme()
	d.rollingRestart()
	d.killUnderLoad()
	d.commandLine() // while the holds run to their deadline
	d.provisional()
	d.interrupt()
}

// readme runs what the README tells people to paste: its shell blocks, and the
// reservation from Python.
func (d *devCluster) readme() {
	t := d.t
	t.Helper()
	mine := strings.NewReplacer("127.0.0.1:8000", fmt.Sprintf("127.0.0.1:%d", d.http), "127.0.0.1:8002", fmt.Sprintf("127.0.0.1:%d", d.http+2), "bin/meshfw", clustertest.Binary(t))
	for _, lang := range []string{"sh", "python"} {
		for _, block := range fenced(t, "../README.md", lang) {
			program := []string{"sh", "-euc"}
			if lang == "python" {
				program = []string{"python3", "-c"}
				if _, err := exec.LookPath(program[0]); err != nil {
					t.Log("no python3 here: the README's Python is not run")
					return
				}
			}
			cmd := exec.Command(program[0], append(program[1:], mine.Replace(block))...)
			cmd.Env = append(os.Environ(), fmt.Sprintf("MESHFW_ADDR=127.0.0.1:%d", d.http))
			if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "refused:") {
				t.Errorf("README: %v\n%s\n%s", err, block, out)
			}
		}
	}
	// What the Python block settled: 0.012 USD for user_42.
	if a := d.account(1, "user/user_42"); a.Spent != 12_000_000 || a.Held != 0 {
		t.Errorf("README: user_42 spent %s, held %s; want 0.012, 0", a.Spent, a.Held)
	}
}

// settled waits until calls of an account are settled, each at the same cost.
func (d *devCluster) settled(node int, path string, calls int) (a account) {
	d.t.Helper()
	for end := time.Now().Add(clustertest.Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if a = d.account(node, path); a.Held == 0 && a.Spent > 0 && int64(a.Spent)%int64(calls) == 0 {
			return a
		}
	}
	d.t.Fatalf("%s: spent %s, held %s", path, a.Spent, a.Held)
	return a
}

// rollingRestart stops the nodes one after the other, as an operator does,
// while calls run through the front: none of them fails.
func (d *devCluster) rollingRestart() {
	t := d.t
	t.Helper()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var made atomic.Int64
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				status, err := post(d.url(0), "rolling", "mock: input_tokens=100 output_tokens=20 delay=20ms")
				if err != nil || status != http.StatusOK {
					t.Errorf("a call in a rolling restart: %d, %v", status, err)
					return
				}
				made.Add(1)
			}
		}()
	}
	for _, node := range []string{"node1", "node2", "node3"} {
		if err := syscall.Kill(d.pid(node), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		d.printed(node + " is back")
		d.must("cluster", "health", "-wait", "60s")
	}
	close(stop)
	wg.Wait()
	// Every call cost the same: 100 x 150 + 20 x 600 nano-USD.
	want := money.USD(made.Load()) * 27_000
	if got := d.settled(2, "agent/rolling", int(made.Load())); got.Spent != want {
		t.Errorf("%d calls in a rolling restart cost %s, want %s", made.Load(), got.Spent, want)
	}
}

// killUnderLoad kills node2 with two calls inside it, while calls run through
// the front and the other nodes.
func (d *devCluster) killUnderLoad() {
	t := d.t
	t.Helper()
	inside := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := post(d.url(2), "inside", "mock: hang")
			inside <- err
		}()
	}
	for d.account(1, "agent/inside").Held == 0 || len(d.held("inside")) < 2 {
		time.Sleep(20 * time.Millisecond)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for _, url := range []string{d.url(0), d.url(0), d.url(1), d.url(3)} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				status, err := post(url, "outside", "mock: input_tokens=100 output_tokens=20")
				if err != nil && url == d.url(0) && strings.Contains(err.Error(), "EOF") {
					continue
				}
				// A call of the front that was inside node2 when it died is a 502: it cannot be made again.
				if err != nil || status != http.StatusOK && (url != d.url(0) || status != http.StatusBadGateway) {
					t.Errorf("a call through %s: %d, %v", url, status, err)
					return
				}
				mu.Lock()
				made++
				mu.Unlock()
			}
		}()
	}
	time.Sleep(300 * time.Millisecond)
	back := strings.Count(d.out.String(), "node2 is back")
	if err := syscall.Kill(d.pid("node2"), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	d.printed("has ended: signal: killed")
	for strings.Count(d.out.String(), "node2 is back") == back {
		time.Sleep(20 * time.Millisecond)
	}
	close(stop)
	wg.Wait()
	for range 2 {
		if err := <-inside; err == nil {
			t.Error("a call inside the killed node was answered")
		}
	}
	if made == 0 {
		t.Error("no call was made")
	}
	// An answered call may still be settling, so the nodes are asked until they agree.
	for end := time.Now().Add(clustertest.Patience); ; time.Sleep(50 * time.Millisecond) {
		want, got := d.account(1, "agent/outside"), d.account(2, "agent/outside")
		if got.Spent == want.Spent && got.Held == want.Held {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("node2 says that outside spent %s and holds %s, node1 says %s and %s", got.Spent, got.Held, want.Spent, want.Held)
		}
	}
}

type heldReservation struct {
	ID, State string
	Amount    money.USD
}

// held lists the reservations of an agent that count.
func (d *devCluster) held(agent string) []heldReservation {
	d.t.Helper()
	var got struct{ Reservations []heldReservation }
	if err := json.Unmarshal([]byte(d.must("reservation", "list", "-label", "agent="+agent, "-json")), &got); err != nil {
		d.t.Fatal(err)
	}
	return got.Reservations
}

// provisional waits until the two calls that were inside the killed node are
// provisional charges, and corrects them.
func (d *devCluster) provisional() {
	t := d.t
	t.Helper()
	before := d.held("inside")
	if len(before) != 2 {
		t.Fatalf("%d reservations are left of the calls inside the killed node, want 2", len(before))
	}
	sum := before[0].Amount + before[1].Amount
	var a account
	for end := time.Now().Add(90 * time.Second); a.Provisional != sum; time.Sleep(200 * time.Millisecond) {
		if a = d.account(2, "agent/inside"); time.Now().After(end) {
			t.Fatalf("provisional is %s, held %s; want %s, 0", a.Provisional, a.Held, sum)
		}
	}
	if a.Spent != sum || a.Held != 0 {
		t.Errorf("spent %s, held %s; want %s, 0", a.Spent, a.Held, sum)
	}
	if out := d.must("explain", before[0].ID); !strings.Contains(out, "provisional") || !strings.Contains(out, "the proxy did not learn") {
		t.Errorf("explain says\n%s", out)
	}
	// The proxy alone settles its own.
	for _, end := range [][]string{{"settle", before[0].ID, "-amount", "0"}, {"release", before[1].ID}} {
		if out, err := d.meshfw(append([]string{"reservation"}, end...)...); err == nil || !strings.Contains(out, "not_owner") {
			t.Errorf("%v: %v\n%s", end, err, out)
		}
	}
}
