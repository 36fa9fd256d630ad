package pricing

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrBadRequest says that a request's body is not the JSON its route takes.
var ErrBadRequest = errors.New("request body not understood")

// maxDepth bounds how deep content may nest (a tool's result may hold parts).
const maxDepth = 16

// scan walks a JSON body once, without decoding what it passes by. Repeated
// names and invalid UTF-8 are errors: parsers differ on them, which would be
// a way around the bound.
type scan struct {
	body    []byte
	d       *jsontext.Decoder
	scratch []byte
}

// decoders keep the memory in which they look for repeated names.
var decoders = sync.Pool{New: func() any { return jsontext.NewDecoder(&nothing) }}

var nothing bytes.Buffer

// newScan returns a scan of a body; who has walked it calls done.
func newScan(body []byte) *scan {
	d := decoders.Get().(*jsontext.Decoder)
	d.Reset(bytes.NewBuffer(body))
	return &scan{body: body, d: d}
}

func (s *scan) done() {
	s.d.Reset(&nothing) // lets go of the body
	decoders.Put(s.d)
	s.d = nil
}

func (s *scan) fail(err error) error {
	var unpriced *UnpricedError
	if errors.Is(err, ErrBadRequest) || isUnbounded(err) || errors.As(err, &unpriced) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrBadRequest, err)
}

// object reads an object and calls field for each name; field consumes the
// value. A null is an object without fields.
func (s *scan) object(field func(name []byte) error) error {
	if s.d.PeekKind() == 'n' {
		return s.skip()
	}
	tok, err := s.d.ReadToken()
	if err != nil {
		return s.fail(err)
	}
	if tok.Kind() != '{' {
		return fmt.Errorf("%w: an object is expected at byte %d", ErrBadRequest, s.d.InputOffset())
	}
	for s.d.PeekKind() != '}' {
		name, err := s.name()
		if err != nil {
			return err
		}
		if err := field(name); err != nil {
			return err
		}
	}
	_, err = s.d.ReadToken()
	return err
}

// array reads an array and calls element for each value, which it consumes. A
// null is an empty array.
func (s *scan) array(element func() error) error {
	if s.d.PeekKind() == 'n' {
		return s.skip()
	}
	tok, err := s.d.ReadToken()
	if err != nil {
		return s.fail(err)
	}
	if tok.Kind() != '[' {
		return fmt.Errorf("%w: an array is expected at byte %d", ErrBadRequest, s.d.InputOffset())
	}
	for k := s.d.PeekKind(); k != ']'; k = s.d.PeekKind() {
		if k == 0 {
			return s.skip() // reports the syntax error
		}
		if err := element(); err != nil {
			return err
		}
	}
	_, err = s.d.ReadToken()
	return err
}

// name reads an object's next name, unescaped. It is valid until the next one.
func (s *scan) name() ([]byte, error) {
	raw, err := s.raw()
	if err != nil {
		return nil, err
	}
	return s.unquote(raw)
}

// unquote returns a JSON string's text. It may alias the body or scratch.
func (s *scan) unquote(raw []byte) ([]byte, error) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, fmt.Errorf("%w: a string is expected before byte %d", ErrBadRequest, s.d.InputOffset())
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], nil
	}
	text, err := jsontext.AppendUnquote(s.scratch[:0], raw)
	if err != nil {
		return nil, s.fail(err)
	}
	s.scratch = text
	return text, nil
}

// raw reads the next value and returns it as it stands in the body.
func (s *scan) raw() ([]byte, error) {
	v, err := s.d.ReadValue()
	if err != nil {
		return nil, s.fail(err)
	}
	end := s.d.InputOffset()
	return s.body[end-int64(len(v)) : end], nil
}

func (s *scan) skip() error {
	if err := s.d.SkipValue(); err != nil {
		return s.fail(err)
	}
	return nil
}

// text reads a string, or null as "".
func (s *scan) text() (string, error) {
	raw, err := s.raw()
	if err != nil || string(raw) == "null" {
		return "", err
	}
	b, err := s.unquote(raw)
	return string(b), err
}

// whole reads a whole number that is not negative, or null as 0. A number
// written as 1e3 or 5.0 is refused, since servers differ in taking it.
func (s *scan) whole(name string) (int64, error) {
	raw, err := s.raw()
	if err != nil || string(raw) == "null" {
		return 0, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %s = %.40s: must be a whole number, not negative", ErrBadRequest, name, raw)
	}
	return n, nil
}

// end refuses anything after the body's one value.
func (s *scan) end() error {
	if s.d.PeekKind() != 0 || len(bytes.TrimSpace(s.body[s.d.InputOffset():])) > 0 {
		return fmt.Errorf("%w: data after the JSON value", ErrBadRequest)
	}
	return nil
}

// spellsLettersByEscape says whether the body writes a plain letter, digit or
// underscore as \uXXXX, which no encoder does: a name searched for by its
// bytes may then be hidden.
func spellsLettersByEscape(body []byte) bool {
	for i := bytes.IndexByte(body, '\\'); i >= 0 && i+1 < len(body); {
		n := 2
		if body[i+1] == 'u' {
			r, read := escapedRune(body[i:])
			if read > 2 && (r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
				return true
			}
			n = read
		}
		next := bytes.IndexByte(body[min(i+n, len(body)):], '\\')
		if next < 0 {
			return false
		}
		i += n + next
	}
	return false
}
