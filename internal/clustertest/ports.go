package clustertest

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// Ports are drawn from a range that no system hands out by itself (Linux begins
// at 32768, macOS at 49152), so that neither an outgoing connection nor a
// listener on port 0 takes one between the claim and its use.
const (
	firstPort = 20000
	lastPort  = 32000
	portTries = 2000
)

// claims are the ports of this process's tests, and the file whose bytes stand
// for ports: a lock on a byte is this process's claim against all others, and
// ends with the process, however that ends.
var claims struct {
	sync.Mutex
	file *os.File
	mine map[int]bool
}

// Ports claims n ports of loopback that nothing listens on, until the test ends.
// Other tests, in this process or another one of the same user, get others.
func Ports(t testing.TB, n int) []int {
	t.Helper()
	out := make([]int, 0, n)
	for range n {
		out = append(out, Row(t, 1, 1))
	}
	return out
}

// Addresses claims n ports as Ports does, and returns them with their host,
// "127.0.0.1:20001".
func Addresses(t testing.TB, n int) []string {
	t.Helper()
	out := make([]string, 0, n)
	for _, p := range Ports(t, n) {
		out = append(out, loopback(p))
	}
	return out
}

// Row claims n consecutive ports as Ports does, and returns the first, which is
// a multiple of a number.
func Row(t testing.TB, n, multiple int) int {
	t.Helper()
	for range portTries {
		base := (firstPort + rand.IntN(lastPort-firstPort-n)) / multiple * multiple
		if base < firstPort {
			continue
		}
		ok, err := claim(base, n)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			t.Cleanup(func() { release(base, n) })
			return base
		}
	}
	t.Fatalf("no %d free ports in a row found between %d and %d", n, firstPort, lastPort)
	return 0
}

// claim takes n ports from base on, all or none.
func claim(base, n int) (bool, error) {
	claims.Lock()
	defer claims.Unlock()
	if claims.file == nil {
		f, err := os.OpenFile(filepath.Join(os.TempDir(), "meshfw-test-ports-"+strconv.Itoa(os.Getuid())), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return false, fmt.Errorf("claim ports: %w", err)
		}
		claims.file, claims.mine = f, map[int]bool{}
	}
	for p := base; p < base+n; p++ {
		if claims.mine[p] {
			return false, nil
		}
	}
	err := lock(syscall.F_WRLCK, base, n)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil // another process's
	}
	if err != nil {
		return false, fmt.Errorf("claim ports: lock %s: %w", claims.file.Name(), err)
	}
	for p := base; p < base+n; p++ {
		if !silent(p) {
			return false, lock(syscall.F_UNLCK, base, n)
		}
	}
	for p := base; p < base+n; p++ {
		claims.mine[p] = true
	}
	return true, nil
}

func release(base, n int) {
	claims.Lock()
	defer claims.Unlock()
	for p := base; p < base+n; p++ {
		delete(claims.mine, p)
	}
	_ = lock(syscall.F_UNLCK, base, n) // at the latest it ends with the process
}

func lock(kind int16, base, n int) error {
	return syscall.FcntlFlock(claims.file.Fd(), syscall.F_SETLK, &syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: int64(base), Len: int64(n)})
}

// silent tells whether nothing listens on a port.
func silent(port int) bool {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
