// Package wire is the encoding of everything the cluster keeps or sends: log
// entries, snapshots, forwarded batches.
//
// On the wire it is protobuf: fields are numbered, a field is a tag (number
// and wire type) and a varint or a length and bytes, a zero value is left out.
// Two rules are stricter than protobuf's. Fields stand in rising order and
// each at most once, so a value has exactly one encoding and can be hashed.
// And a field that the reader does not know is an error, not baggage: a
// replica that skipped what it does not know would quietly hold another state.
//
// A type describes itself once, in a method that serves both directions:
//
//	func (s *Settle) Wire(c *wire.Coder) {
//		c.String(1, &s.ID)
//		c.Int64(2, &s.Amount)
//	}
//
// New fields take the next number and so stand last; a number is never used
// again for something else.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// Message is a value that can be encoded: Wire names its fields to c, in
// rising order of their numbers.
type Message interface{ Wire(c *Coder) }

// Errors of Decode. ErrUnknownField means that the writer is newer than the
// reader; the others mean that the bytes are not what they should be.
var (
	ErrUnknownField = errors.New("a field that this version does not know")
	ErrMalformed    = errors.New("malformed encoding")
)

const (
	typeVarint = 0
	typeBytes  = 2
)

// maxDepth bounds nested messages, so that no input can exhaust the stack.
const maxDepth = 16

// Coder goes through the fields of one message, writing or reading them.
// Its zero value is of no use: see Append and Decode.
type Coder struct {
	buf     []byte // written so far, or what is left to read of this message
	reading bool
	depth   int
	last    int // number of the field last named: the order is checked
	err     error
	text    string // all that is read, of which strings are parts; "": they are copied
	whole   int    // capacity of all that is read
}

// coders are Coders to use again: one on the stack would be moved to the heap
// for each message.
var coders = sync.Pool{New: func() any { return new(Coder) }}

// Append appends the encoding of m to b. Values that are too deep or fields
// named out of order are faults of the program and panic.
func Append(b []byte, m Message) []byte {
	c := coders.Get().(*Coder)
	*c = Coder{buf: b}
	m.Wire(c)
	if c.err != nil {
		panic("wire: " + c.err.Error())
	}
	b = c.buf
	c.release()
	return b
}

// Decode reads all of b into m. Strings and byte slices are copied out of b.
func Decode(b []byte, m Message) error { return Texts{}.Decode(b, m) }

// release gives c back, without what it would keep in memory.
func (c *Coder) release() {
	*c = Coder{}
	coders.Put(c)
}

// Texts is one copy of encoded bytes. The strings of all that is decoded from
// parts of them are parts of it, and each keeps all of it in memory.
type Texts struct {
	text  string
	whole int // capacity of the bytes
}

// TextsOf copies b.
func TextsOf(b []byte) Texts { return Texts{string(b), cap(b)} }

// Decode is Decode for a part of the bytes that t was made of.
func (t Texts) Decode(b []byte, m Message) error {
	c := coders.Get().(*Coder)
	*c = Coder{buf: b, reading: true, text: t.text, whole: t.whole}
	m.Wire(c)
	err := c.end()
	c.release()
	return err
}

// Reading tells a Wire method which way it is used; it needs it only where a
// field is derived or checked.
func (c *Coder) Reading() bool { return c.reading }

// Fail makes the decoding fail: the message says something that cannot be.
func (c *Coder) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// end closes a message that was read: nothing may be left over.
func (c *Coder) end() error {
	if c.err != nil || len(c.buf) == 0 {
		return c.err
	}
	tag, n := binary.Uvarint(c.buf)
	if n <= 0 || tag>>3 <= uint64(c.last) {
		return fmt.Errorf("%w: field %d after field %d", ErrMalformed, tag>>3, c.last)
	}
	if typ := tag & 7; typ != typeVarint && typ != typeBytes {
		return fmt.Errorf("%w: field %d has wire type %d", ErrMalformed, tag>>3, typ)
	}
	return fmt.Errorf("%w: number %d", ErrUnknownField, tag>>3)
}

// next tells, when reading, whether field num comes next, and eats its tag.
func (c *Coder) next(num, typ int) bool {
	c.order(num)
	if c.err != nil || len(c.buf) == 0 {
		return false
	}
	tag, n := uint64(c.buf[0]), 1
	if tag >= 0x80 {
		tag, n = c.uvarint(c.buf)
	}
	if n <= 0 || tag>>3 != uint64(num) {
		return false // absent here; end finds what does not belong
	}
	if int(tag&7) != typ {
		c.Fail(fmt.Errorf("%w: field %d has wire type %d", ErrMalformed, num, tag&7))
		return false
	}
	c.buf = c.buf[n:]
	return true
}

func (c *Coder) order(num int) {
	if num <= c.last {
		c.misordered(num)
	}
	c.last = num
}

func (c *Coder) misordered(num int) {
	panic(fmt.Sprintf("wire: field %d named after field %d", num, c.last))
}

func (c *Coder) tag(num, typ int) {
	if num < 16 {
		c.buf = append(c.buf, byte(num<<3|typ))
		return
	}
	c.buf = binary.AppendUvarint(c.buf, uint64(num)<<3|uint64(typ))
}

// uvarint reads a varint that is as short as can be: one value, one encoding.
func (c *Coder) uvarint(b []byte) (uint64, int) {
	v, n := binary.Uvarint(b)
	if n > 1 && b[n-1] == 0 {
		return 0, -1
	}
	return v, n
}

func (c *Coder) readUvarint() uint64 {
	if len(c.buf) > 0 && c.buf[0] < 0x80 {
		v := c.buf[0]
		c.buf = c.buf[1:]
		return uint64(v)
	}
	v, n := c.uvarint(c.buf)
	if n <= 0 {
		c.Fail(fmt.Errorf("%w: varint in field %d", ErrMalformed, c.last))
		return 0
	}
	c.buf = c.buf[n:]
	return v
}

func (c *Coder) readBytes() []byte {
	n := c.readUvarint()
	if c.err != nil {
		return nil
	}
	if n > uint64(len(c.buf)) {
		c.Fail(fmt.Errorf("%w: field %d is %d bytes long, %d are left", ErrMalformed, c.last, n, len(c.buf)))
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *Coder) readString() string {
	b := c.readBytes()
	if c.text == "" || c.err != nil {
		return string(b)
	}
	at := c.whole - cap(b) // both end with the same memory
	return c.text[at : at+len(b)]
}

// Uint64 is an unsigned number.
func (c *Coder) Uint64(num int, v *uint64) {
	if c.reading {
		if c.next(num, typeVarint) {
			*v = c.readUvarint()
			c.present(num, *v != 0)
		}
		return
	}
	c.order(num)
	if *v != 0 {
		c.tag(num, typeVarint)
		c.buf = binary.AppendUvarint(c.buf, *v)
	}
}

// present refuses an encoded zero, which would be a second encoding of the
// same value.
func (c *Coder) present(num int, nonzero bool) {
	if !nonzero {
		c.Fail(fmt.Errorf("%w: field %d holds a zero that should be left out", ErrMalformed, num))
	}
}

// Int64 is a signed number (zigzag).
func (c *Coder) Int64(num int, v *int64) {
	if !c.reading {
		u := uint64(*v<<1) ^ uint64(*v>>63)
		c.Uint64(num, &u)
		return
	}
	u := uint64(0)
	if c.Uint64(num, &u); u != 0 {
		*v = int64(u>>1) ^ -int64(u&1)
	}
}

// Signed is Int64 for a named type.
func Signed[T ~int64 | ~int32 | ~int](c *Coder, num int, v *T) {
	if *v == 0 && !c.reading {
		c.order(num)
		return
	}
	n := int64(*v)
	c.Int64(num, &n)
	if c.reading {
		*v = T(n)
		if int64(*v) != n {
			c.Fail(fmt.Errorf("%w: field %d: %d is out of range", ErrMalformed, num, n))
		}
	}
}

// Unsigned is Uint64 for a named or smaller type.
func Unsigned[T ~uint64 | ~uint32 | ~uint16 | ~uint8](c *Coder, num int, v *T) {
	if *v == 0 && !c.reading {
		c.order(num)
		return
	}
	n := uint64(*v)
	c.Uint64(num, &n)
	if c.reading {
		*v = T(n)
		if uint64(*v) != n {
			c.Fail(fmt.Errorf("%w: field %d: %d is out of range", ErrMalformed, num, n))
		}
	}
}

// Bool is true or left out.
func (c *Coder) Bool(num int, v *bool) {
	var u uint64
	if *v {
		u = 1
	}
	if c.reading {
		u = 0
	}
	c.Uint64(num, &u)
	if c.reading && u != 0 {
		*v = true
		if u != 1 {
			c.Fail(fmt.Errorf("%w: field %d: %d for a truth value", ErrMalformed, num, u))
		}
	}
}

// String is UTF-8 or any bytes.
func (c *Coder) String(num int, v *string) {
	if c.reading {
		if c.next(num, typeBytes) {
			*v = c.readString()
			c.present(num, *v != "")
		}
		return
	}
	c.order(num)
	if *v != "" {
		c.tag(num, typeBytes)
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*v)))
		c.buf = append(c.buf, *v...)
	}
}

// Bytes is a byte string; when read it is a copy.
func (c *Coder) Bytes(num int, v *[]byte) {
	c.Borrowed(num, v)
	if c.reading && len(*v) > 0 {
		*v = append([]byte(nil), *v...)
	}
}

// Borrowed is a byte string; when read it is a part of what is read, which must
// not change as long as it is used.
func (c *Coder) Borrowed(num int, v *[]byte) {
	if c.reading {
		if c.next(num, typeBytes) {
			*v = c.readBytes()
			c.present(num, len(*v) > 0)
		}
		return
	}
	c.order(num)
	if len(*v) > 0 {
		c.tag(num, typeBytes)
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*v)))
		c.buf = append(c.buf, *v...)
	}
}

// Array16 is 16 bytes, all of them or, if all are zero, none.
func (c *Coder) Array16(num int, v *[16]byte) {
	if c.reading {
		if c.next(num, typeBytes) {
			b := c.readBytes()
			if c.err == nil && len(b) != 16 {
				c.Fail(fmt.Errorf("%w: field %d is %d bytes, not 16", ErrMalformed, num, len(b)))
			}
			copy(v[:], b)
			c.present(num, *v != [16]byte{})
		}
		return
	}
	c.order(num)
	if *v != [16]byte{} {
		c.tag(num, typeBytes)
		c.buf = append(c.buf, 16)
		c.buf = append(c.buf, v[:]...)
	}
}

// Value is a message inside a message. It is left out when it is empty, so
// presence is not told apart from emptiness; see Optional.
func (c *Coder) Value(num int, m Message) { c.nested(num, m, false) }

// nested writes or reads m; keep says to write it even when it is empty. It
// reports whether it was there.
func (c *Coder) nested(num int, m Message, keep bool) bool {
	if c.reading {
		if !c.next(num, typeBytes) {
			return false
		}
		b := c.readBytes()
		if c.err != nil {
			return false
		}
		c.inside(b, m)
		if !keep {
			c.present(num, len(b) > 0)
		}
		return true
	}
	c.order(num)
	c.writeNested(num, m, keep)
	return true
}

// inside reads m from b, one level down.
func (c *Coder) inside(b []byte, m Message) {
	if c.depth >= maxDepth {
		c.Fail(fmt.Errorf("%w: messages nested deeper than %d", ErrMalformed, maxDepth))
		return
	}
	rest, last := c.buf, c.last // c goes through the message itself: another Coder would be garbage at once
	c.buf, c.last, c.depth = b, 0, c.depth+1
	m.Wire(c)
	err := c.end()
	c.buf, c.last, c.depth, c.err = rest, last, c.depth-1, nil
	if err != nil {
		c.Fail(fmt.Errorf("in field %d: %w", c.last, err))
	}
}

// writeNested leaves one byte for the length, writes the message in place, and
// moves it only if the length turns out to need more.
func (c *Coder) writeNested(num int, m Message, keep bool) {
	start := len(c.buf)
	c.tag(num, typeBytes)
	c.buf = append(c.buf, 0)
	body := len(c.buf)
	if c.depth >= maxDepth {
		panic("wire: messages nested too deep")
	}
	last := c.last
	c.last, c.depth = 0, c.depth+1
	m.Wire(c)
	c.last, c.depth = last, c.depth-1
	size := len(c.buf) - body
	if size == 0 && !keep {
		c.buf = c.buf[:start]
		return
	}
	if size < 0x80 {
		c.buf[body-1] = byte(size)
		return
	}
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(size))
	c.buf = append(c.buf, head[:n-1]...)
	copy(c.buf[body-1+n:], c.buf[body:body+size])
	copy(c.buf[body-1:], head[:n])
}

// pointer is a *T that describes itself.
type pointer[T any] interface {
	*T
	Message
}

// Optional is a message that may be absent; an empty one is told apart from
// none. It is read into what *v points to, if that is anything.
func Optional[T any, P pointer[T]](c *Coder, num int, v **T) {
	if !c.reading {
		if *v == nil {
			c.order(num)
			return
		}
		c.nested(num, P(*v), true)
		return
	}
	if !c.next(num, typeBytes) {
		*v = nil
		return
	}
	if b := c.readBytes(); c.err == nil {
		if *v == nil {
			*v = new(T)
		}
		c.inside(b, P(*v))
	}
}

// List is a repeated message. When reading, at most max are taken.
func List[T any, P pointer[T]](c *Coder, num, max int, v *[]T) {
	c.order(num)
	if !c.reading {
		for i := range *v {
			c.writeNested(num, P(&(*v)[i]), true)
		}
		return
	}
	for c.again(num) {
		if len(*v) == max {
			c.Fail(fmt.Errorf("%w: field %d: more than %d", ErrMalformed, num, max))
			return
		}
		b := c.readBytes()
		if c.err != nil {
			return
		}
		*v = append(*v, *new(T))
		c.inside(b, P(&(*v)[len(*v)-1]))
	}
}

// Strings is a repeated string. When reading, at most max are taken.
func (c *Coder) Strings(num, max int, v *[]string) {
	c.order(num)
	if !c.reading {
		for _, s := range *v {
			c.tag(num, typeBytes)
			c.buf = binary.AppendUvarint(c.buf, uint64(len(s)))
			c.buf = append(c.buf, s...)
		}
		return
	}
	for c.again(num) {
		if len(*v) == max {
			c.Fail(fmt.Errorf("%w: field %d: more than %d", ErrMalformed, num, max))
			return
		}
		*v = append(*v, c.readString())
	}
}

// again tells whether one more of the repeated field num follows.
func (c *Coder) again(num int) bool {
	c.last = num - 1
	return c.next(num, typeBytes)
}

// Int64s is a repeated signed number. When reading, at most max are taken.
func (c *Coder) Int64s(num, max int, v *[]int64) {
	var packed []byte
	if !c.reading {
		for _, n := range *v {
			packed = binary.AppendVarint(packed, n)
		}
	}
	c.Bytes(num, &packed)
	for c.reading && len(packed) > 0 && c.err == nil {
		n, size := binary.Varint(packed)
		if size <= 0 || (size > 1 && packed[size-1] == 0) || len(*v) == max {
			c.Fail(fmt.Errorf("%w: field %d: number %d of at most %d", ErrMalformed, num, len(*v), max))
			return
		}
		*v = append(*v, n)
		packed = packed[size:]
	}
}

// OptionalInt64 is a signed number that may be absent; zero is told apart from
// none by standing in a byte string of its own.
func (c *Coder) OptionalInt64(num int, v **int64) {
	if c.reading {
		var packed []byte
		if c.Borrowed(num, &packed); len(packed) == 0 || c.err != nil {
			return
		}
		one, n := binary.Varint(packed)
		if n != len(packed) || n > 1 && packed[n-1] == 0 {
			c.Fail(fmt.Errorf("%w: field %d: not one number", ErrMalformed, num))
			return
		}
		*v = &one
		return
	}
	c.order(num)
	if *v != nil {
		var packed [binary.MaxVarintLen64]byte
		n := binary.PutVarint(packed[:], **v)
		c.tag(num, typeBytes)
		c.buf = append(append(c.buf, byte(n)), packed[:n]...)
	}
}
