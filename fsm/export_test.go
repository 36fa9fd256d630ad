package fsm

// corrupt changes the amount spent on the first account, as a fault of memory
// or of the program would.
func (m *Machine) corrupt() {
	done := false
	m.accounts.each(func(id uint32, _ *account) {
		if !done {
			m.accounts.edit(id).Current.Charges++
			done = true
		}
	})
}
