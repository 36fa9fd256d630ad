package proxy

import (
	"bytes"
	"errors"
	"sync"
)

// maxEventBytes bounds one event of a stream as an answer is bounded: an event
// may hold all of it, such as a picture of 20 MB.
const maxEventBytes = maxAnswerBytes

// readBufferBytes is how much of a stream is read at a time.
const readBufferBytes = 16 << 10

var readBuffers = sync.Pool{New: func() any { b := make([]byte, readBufferBytes); return &b }}

var errEventTooLarge = errors.New("an event of the stream is longer than 64 MiB")

// splitter cuts a stream into events. each gets an event's bytes as they came,
// and the data in them, nil where there is none. What is passed is valid until
// the next call.
type splitter interface {
	write(p []byte, each func(raw, data []byte) error) error
	close(each func(raw, data []byte) error) error
}

// sse splits server-sent events, whose lines end in "\n" or "\r\n".
type sse struct {
	buf  []byte // the event so far
	line int    // where its unfinished line starts
	data []byte // scratch
}

func (s *sse) write(p []byte, each func(raw, data []byte) error) error {
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			s.buf = append(s.buf, p...)
			break
		}
		s.buf = append(s.buf, p[:i+1]...)
		p = p[i+1:]
		blank := isBlank(s.buf[s.line:])
		s.line = len(s.buf)
		if blank {
			if err := s.close(each); err != nil {
				return err
			}
		}
		if len(s.buf) > maxEventBytes {
			return errEventTooLarge
		}
	}
	if len(s.buf) > maxEventBytes {
		return errEventTooLarge
	}
	return nil
}

func isBlank(line []byte) bool { return len(line) == 1 || len(line) == 2 && line[0] == '\r' }

// close ends the event, also one that the stream's end cut short.
func (s *sse) close(each func(raw, data []byte) error) error {
	if len(s.buf) == 0 {
		return nil
	}
	raw := s.buf
	err := each(raw, s.dataOf(raw))
	s.buf, s.line = s.buf[:0], 0
	return err
}

// dataOf joins the data lines of an event; one line, the rule, is not copied.
func (s *sse) dataOf(event []byte) []byte {
	var data []byte
	lines := 0
	for line := range bytes.Lines(event) {
		v, ok := bytes.CutPrefix(line, []byte("data:"))
		if !ok {
			continue
		}
		v = bytes.TrimPrefix(bytes.TrimSuffix(bytes.TrimSuffix(v, []byte("\n")), []byte("\r")), []byte(" "))
		switch lines++; lines {
		case 1:
			data = v
		case 2:
			s.data = append(append(append(s.data[:0], data...), '\n'), v...)
			data = s.data
		default:
			s.data = append(append(s.data, '\n'), v...)
			data = s.data
		}
	}
	return data
}

// appendRewritten appends an event with other data.
func appendRewritten(dst, raw, data, with []byte) []byte {
	if i := bytes.Index(raw, data); i >= 0 && len(data) > 0 {
		dst = append(append(dst, raw[:i]...), with...)
		return append(dst, raw[i+len(data):]...)
	}
	return append(dst, raw...) // data over several lines, which no vendor sends
}

// list splits one JSON array into its elements. What stands between them goes
// with the element that follows.
type list struct {
	buf    []byte
	at     int // how far buf was looked at
	start  int // where the element begins, if within one
	depth  int
	inside bool // a string
	escape bool
}

func (l *list) write(p []byte, each func(raw, data []byte) error) error {
	l.buf = append(l.buf, p...)
	for ; l.at < len(l.buf); l.at++ {
		switch c := l.buf[l.at]; {
		case l.escape:
			l.escape = false
		case l.inside:
			l.escape, l.inside = c == '\\', c != '"'
		case c == '"':
			l.inside = true
		case c == '{' || c == '[':
			if l.depth++; l.depth == 2 {
				l.start = l.at
			}
		case c == '}' || c == ']':
			if l.depth--; l.depth != 1 {
				continue
			}
			if err := each(l.buf[:l.at+1], l.buf[l.start:l.at+1]); err != nil {
				return err
			}
			l.buf = append(l.buf[:0], l.buf[l.at+1:]...)
			l.at = -1
		}
	}
	if len(l.buf) > maxEventBytes {
		return errEventTooLarge
	}
	return nil
}

func (l *list) close(each func(raw, data []byte) error) error {
	if len(l.buf) == 0 {
		return nil
	}
	raw := l.buf
	l.buf, l.at = nil, 0
	return each(raw, nil)
}
