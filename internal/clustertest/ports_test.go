package clustertest

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// claimedHere names a port that this process's parent holds, to a test that runs
// again in a process of its own.
const claimedHere = "MESHFW_TEST_CLAIMED"

// Ensure that a port is claimed by one test alone, in this process and in
// others, that one which is listened on is not handed out, and that a claim ends
// with its test.
func TestAPortBelongsToOneTest(t *testing.T) {
	if taken := os.Getenv(claimedHere); taken != "" {
		port, err := strconv.Atoi(taken)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := claim(port, 1); ok || err != nil {
			t.Fatalf("port %d of another process was claimed: %v %v", port, ok, err)
		}
		return
	}
	var port int
	t.Run("claim", func(t *testing.T) {
		port = Row(t, 3, 10)
		if port%10 != 0 {
			t.Errorf("the row begins with %d, no multiple of 10", port)
		}
		for p := port; p < port+3; p++ {
			if ok, err := claim(p, 1); ok || err != nil {
				t.Errorf("port %d was claimed twice: %v %v", p, ok, err)
			}
		}
		again := exec.Command(os.Args[0], "-test.run", "^TestAPortBelongsToOneTest$")
		again.Env = append(os.Environ(), claimedHere+"="+strconv.Itoa(port+2))
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("another process: %v\n%s", err, out)
		}
	})
	l, err := net.Listen("tcp", loopback(port+1))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // it took no connection
	if ok, err := claim(port, 3); ok || err != nil {
		t.Errorf("a row with a port that is listened on was claimed: %v %v", ok, err)
	}
	if ok, err := claim(port, 1); !ok || err != nil {
		t.Errorf("the claim did not end with its test: %v", err)
	}
	release(port, 1)
}
