package chaos

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// network is where the nodes live: each in a network namespace of its own, all
// on one bridge that this process reaches too; or, where that cannot be had,
// all on loopback and without partitions. The bridge is in a namespace as well,
// where no firewall of this machine looks at what it carries.
type network struct {
	t          *testing.T
	id         string   // of the interface to the bridge, and the start of all names
	bridge     string   // namespace
	namespaces []string // none: loopback
	addrs      []string // host, one for each node
}

// newNetwork makes namespaces for n nodes; they are removed when the test ends.
func newNetwork(t *testing.T, n int) *network {
	t.Helper()
	w := &network{t: t, id: fmt.Sprintf("mfw%d", os.Getpid()%100000)}
	if why := noNamespaces(); why != "" {
		t.Logf("without partitions: %s", why)
		for range n {
			w.addrs = append(w.addrs, "127.0.0.1")
		}
		return w
	}
	subnet := freeSubnet(t)
	t.Cleanup(w.remove)
	w.bridge = w.id + "br"
	w.ip("netns", "add", w.bridge)
	w.ip("-n", w.bridge, "link", "add", "br0", "type", "bridge")
	w.ip("-n", w.bridge, "link", "set", "br0", "up")
	w.ip("link", "add", w.id, "type", "veth", "peer", "name", "host", "netns", w.bridge)
	w.ip("-n", w.bridge, "link", "set", "host", "master", "br0", "up")
	w.ip("addr", "add", subnet+".254/24", "dev", w.id)
	w.ip("link", "set", w.id, "up")
	for i := range n {
		ns, port, addr := fmt.Sprintf("%sn%d", w.id, i+1), fmt.Sprintf("port%d", i+1), fmt.Sprintf("%s.%d", subnet, i+1)
		w.ip("netns", "add", ns)
		w.namespaces, w.addrs = append(w.namespaces, ns), append(w.addrs, addr)
		w.ip("-n", w.bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", ns)
		w.ip("-n", w.bridge, "link", "set", port, "master", "br0", "up")
		w.ip("-n", ns, "addr", "add", addr+"/24", "dev", "eth0")
		w.ip("-n", ns, "link", "set", "lo", "up")
		w.ip("-n", ns, "link", "set", "eth0", "up")
		// Rules that drop what comes from a peer must be asked before the one
		// that delivers to this host.
		w.ip("-n", ns, "rule", "add", "pref", "10", "lookup", "local")
		w.ip("-n", ns, "rule", "del", "pref", "0")
	}
	return w
}

// noNamespaces says why this process cannot make network namespaces, or "".
func noNamespaces() string {
	if os.Geteuid() != 0 {
		return "network namespaces need root"
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return "the program ip is missing (package iproute2)"
	}
	probe := fmt.Sprintf("mfwprobe%d", os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", probe).CombinedOutput(); err != nil {
		return "ip netns add: " + strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("ip", "netns", "del", probe).CombinedOutput(); err != nil {
		return "ip netns del: " + strings.TrimSpace(string(out))
	}
	return ""
}

// freeSubnet returns the first three numbers of a /24 that no interface here has.
func freeSubnet(t *testing.T) string {
	t.Helper()
	taken, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		subnet := fmt.Sprintf("10.213.%d", (os.Getpid()+i)%250)
		free := true
		for _, a := range taken {
			free = free && !strings.HasPrefix(a.String(), subnet+".")
		}
		if free {
			return subnet
		}
	}
	t.Fatal("no free subnet in 10.213.0.0/16")
	return ""
}

func (w *network) ip(args ...string) {
	w.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		w.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// remove takes away what newNetwork made. A namespace that is gone takes its
// interfaces with it, and those that are paired with them, but when it likes: the
// one here is removed first, because the next test makes one of the same name.
func (w *network) remove() {
	if out, err := exec.Command("ip", "link", "del", w.id).CombinedOutput(); err != nil {
		w.t.Errorf("ip link del %s: %s", w.id, out)
	}
	for _, ns := range append(w.namespaces, w.bridge) {
		if out, err := exec.Command("ip", "netns", "del", ns).CombinedOutput(); err != nil {
			w.t.Errorf("ip netns del %s: %s", ns, out)
		}
	}
}

func (w *network) partitions() bool { return len(w.namespaces) > 0 }

// command runs a program on a node.
func (w *network) command(node int, name string, args ...string) *exec.Cmd {
	if !w.partitions() {
		return exec.Command(name, args...)
	}
	return exec.Command("ip", append([]string{"netns", "exec", w.namespaces[node], name}, args...)...)
}

// deafen drops everything that comes to one node from another.
func (w *network) deafen(node, from int) {
	w.ip("-n", w.namespaces[node], "rule", "add", "pref", "5", "from", w.addrs[from], "blackhole")
}

// cut parts two nodes in both directions.
func (w *network) cut(a, b int) {
	w.deafen(a, b)
	w.deafen(b, a)
}

// heal lets everything through again.
func (w *network) heal() {
	for _, ns := range w.namespaces {
		for exec.Command("ip", "-n", ns, "rule", "del", "pref", "5").Run() == nil {
			continue // as many as there are
		}
	}
}
