package fsm

// DecodeEntry reads a log entry: its stamp and its operations. Tools that look
// into a log use it; Apply reads entries by the same code.
func DecodeEntry(b []byte) (Time, []Command, error) { return new(entryReader).read(b) }
