package fsm

import (
	"flag"
	"os"
	"testing"
)

// TestMain turns the assertions on, but for benchmarks.
func TestMain(m *testing.M) {
	flag.Parse()
	bench := flag.Lookup("test.bench").Value.String()
	asserting = asserting || bench == ""
	os.Exit(m.Run())
}

// corrupt changes the amount spent on the first account, as a fault of memory
// or of the program would: no entry notes it.
func (m *Machine) corrupt() {
	done := false
	m.accounts.each(func(id uint32, _ *account) {
		if !done {
			m.accounts.get(id).Current.Charges++
			done = true
		}
	})
}
