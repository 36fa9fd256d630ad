//go:build faults

package fsm

// Corrupt adds 1 nano-USD to what the first account has spent, past the log, as
// a fault of memory would. It is there for tests of whole clusters, built with
// the tag "faults". False: there is no account.
func (m *Machine) Corrupt() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	done := false
	m.accounts.each(func(id uint32, _ *account) {
		if !done {
			m.accounts.get(id).Current.Charges++
			done = true
		}
	})
	return done
}
