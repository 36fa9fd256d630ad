package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Body is a JSON object as the client sent it, with the few members that the
// firewall changes. Everything else passes byte for byte, and a change copies
// nothing but itself.
type Body struct {
	raw     []byte
	first   int // where the first member would stand
	members []member
	edits   []edit
}

type member struct {
	name       string
	at         int // where the name begins
	start, end int // of the value
}

type edit struct {
	name       string
	start, end int
	with       []byte
}

// decoders keep the memory in which they look for repeated names.
var decoders = sync.Pool{New: func() any { return jsontext.NewDecoder(&nothing) }}

var nothing bytes.Buffer

// ParseBody reads strictly: repeated names at any depth, invalid UTF-8 and
// trailing data are errors, since parsers differ on them. It keeps raw.
func ParseBody(raw []byte) (*Body, error) {
	d := decoders.Get().(*jsontext.Decoder)
	d.Reset(bytes.NewBuffer(raw))
	defer func() {
		d.Reset(&nothing) // lets go of raw
		decoders.Put(d)
	}()
	if d.PeekKind() != '{' {
		if _, err := d.ReadToken(); err != nil {
			return nil, fmt.Errorf("the body is not valid JSON: %w", err)
		}
		return nil, errors.New("the body must be a JSON object")
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, fmt.Errorf("the body is not valid JSON: %w", err)
	}
	b := &Body{raw: raw, first: int(d.InputOffset()), members: make([]member, 0, 8)}
	for d.PeekKind() == '"' {
		quoted, err := d.ReadValue()
		if err != nil {
			return nil, fmt.Errorf("the body is not valid JSON: %w", err)
		}
		m := member{name: string(quoted[1 : len(quoted)-1]), at: int(d.InputOffset()) - len(quoted)}
		if bytes.IndexByte(quoted, '\\') >= 0 {
			name, err := jsontext.AppendUnquote(nil, quoted)
			if err != nil {
				return nil, fmt.Errorf("the body is not valid JSON: %w", err)
			}
			m.name = string(name)
		}
		v, err := d.ReadValue()
		if err != nil {
			return nil, fmt.Errorf("the body is not valid JSON: %w", err)
		}
		m.end = int(d.InputOffset())
		m.start = m.end - len(v)
		b.members = append(b.members, m)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, fmt.Errorf("the body is not valid JSON: %w", err)
	}
	if len(bytes.Trim(raw[d.InputOffset():], " \t\r\n")) > 0 { // no other space is JSON
		return nil, errors.New("the body has data after its JSON object")
	}
	return b, nil
}

// Raw is the body as it came.
func (b *Body) Raw() []byte { return b.raw }

// find returns a member's index, -1 where there is none. A name that differs
// only in case is an error: some servers would take it for the same.
func (b *Body) find(name string) (int, error) {
	found := -1
	for i := range b.members {
		switch m := &b.members[i]; {
		case m.name == name:
			found = i
		case strings.EqualFold(m.name, name): // also where a letter of another alphabet is one of ours
			return -1, fmt.Errorf("%.64q: write %q", m.name, name)
		}
	}
	return found, nil
}

// Get returns a member's value as it stands in the body, nil where there is
// none or it is null.
func (b *Body) Get(name string) ([]byte, error) {
	i, err := b.find(name)
	if err != nil || i < 0 {
		return nil, err
	}
	v := b.raw[b.members[i].start:b.members[i].end]
	if string(v) == "null" {
		return nil, nil
	}
	return v, nil
}

// String returns a member that is a string, "" where there is none.
func (b *Body) String(name string) (string, error) {
	v, err := b.Get(name)
	if err != nil || v == nil {
		return "", err
	}
	if v[0] != '"' {
		return "", fmt.Errorf("%s: must be a string", name)
	}
	text, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(text), nil
}

// Bool returns a member that is true or false, false where there is none.
func (b *Body) Bool(name string) (bool, error) {
	v, err := b.Get(name)
	if err != nil || v == nil {
		return false, err
	}
	switch string(v) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%s: must be true or false", name)
}

// Set gives a member another value, or adds it before all others.
func (b *Body) Set(name string, value []byte) {
	e := edit{name: name, start: b.first, end: b.first}
	for i := range b.members {
		if m := &b.members[i]; m.name == name {
			e.start, e.end, e.with = m.start, m.end, value
		}
	}
	if e.with == nil {
		e.with = append(append(strconv.AppendQuote(nil, name), ':'), value...)
		if len(b.members) > 0 {
			e.with = append(e.with, ',')
		}
	}
	b.edits = slices.DeleteFunc(b.edits, func(old edit) bool { return old.name == name })
	b.edits = append(b.edits, e)
	if len(b.members) == 0 {
		b.joinAdded()
	}
	slices.SortStableFunc(b.edits, func(x, y edit) int { return x.start - y.start })
}

// joinAdded puts commas between members that are added to an empty object.
func (b *Body) joinAdded() {
	for i := range b.edits {
		b.edits[i].with = bytes.TrimSuffix(b.edits[i].with, []byte(","))
		if i < len(b.edits)-1 {
			b.edits[i].with = append(b.edits[i].with, ',')
		}
	}
}

// Rename gives a member another name and a number for its value; a body without
// it stays as it is.
func (b *Body) Rename(name, to string, n int64) {
	for i := range b.members {
		if m := &b.members[i]; m.name == name {
			with := append(strconv.AppendQuote(nil, to), ':')
			b.edits = append(b.edits, edit{name: to, start: m.at, end: m.end, with: strconv.AppendInt(with, n, 10)})
		}
	}
	slices.SortStableFunc(b.edits, func(x, y edit) int { return x.start - y.start })
}

// SetString is Set with a string.
func (b *Body) SetString(name, value string) {
	text, err := jsontext.AppendQuote(nil, value)
	if err != nil { // invalid UTF-8, which no member of a parsed body holds
		return
	}
	b.Set(name, text)
}

// SetInt is Set with a number.
func (b *Body) SetInt(name string, n int64) { b.Set(name, strconv.AppendInt(nil, n, 10)) }

// Send returns the body to send, and its length in bytes.
func (b *Body) Send() (io.Reader, int64) {
	if len(b.edits) == 0 {
		return bytes.NewReader(b.raw), int64(len(b.raw))
	}
	parts := make([]io.Reader, 0, 2*len(b.edits)+1)
	at, length := 0, int64(0)
	add := func(p []byte) {
		parts = append(parts, bytes.NewReader(p))
		length += int64(len(p))
	}
	for _, e := range b.edits {
		add(b.raw[at:e.start])
		add(e.with)
		at = e.end
	}
	add(b.raw[at:])
	return io.MultiReader(parts...), length
}

// Quote writes a JSON string.
func Quote(s string) []byte {
	b, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return []byte(`""`) // a provider's invalid UTF-8
	}
	return b
}
