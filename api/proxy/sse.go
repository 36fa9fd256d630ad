package proxy

import (
	"bytes"
	"errors"
)

// maxEventBytes bounds one event of a stream.
const maxEventBytes = 4 << 20

var errEventTooLarge = errors.New("an event of the stream is longer than 4 MiB")

// sseScanner tees a stream's bytes event by event. An event that the meter
// hides is left out; every other byte passes as it came.
type sseScanner struct {
	meter meter
	emit  func([]byte) error
	buf   []byte // the event so far
	line  int    // where its unfinished line starts
}

func (s *sseScanner) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.buf = append(s.buf, p...)
			p = nil
		} else {
			s.buf = append(s.buf, p[:i+1]...)
			p = p[i+1:]
			blank := len(bytes.TrimRight(s.buf[s.line:], "\r\n")) == 0
			s.line = len(s.buf)
			if blank {
				if err := s.flush(); err != nil {
					return 0, err
				}
			}
		}
		if len(s.buf) > maxEventBytes {
			return 0, errEventTooLarge
		}
	}
	return n, nil
}

// flush ends the event, also one that the stream's end cut short.
func (s *sseScanner) flush() error {
	var data []byte
	for line := range bytes.Lines(s.buf) {
		if v, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r\n"), []byte("data:")); ok {
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(v, []byte(" "))...)
		}
	}
	hide := data != nil && s.meter.event(data)
	event := s.buf
	s.buf, s.line = s.buf[:0], 0
	if hide || len(event) == 0 {
		return nil
	}
	return s.emit(event)
}
