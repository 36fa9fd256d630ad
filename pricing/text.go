package pricing

import (
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TextTokensAtMost bounds the tokens of a JSON body (or plain text) read by
// the model's tokenizer: its bytes, since a byte-level tokenizer never makes
// more tokens than bytes; for a tokenizer that normalises its text, the bytes
// after compatibility decomposition, which grows a character up to elevenfold.
// Characters written as \uXXXX count as what they stand for where that is
// more. It does not allocate.
func TextTokensAtMost(body []byte, m *Model) int64 {
	if !m.NormalizesText {
		return int64(len(body))
	}
	total := int64(len(body))
	for i := 0; i < len(body); {
		if i = plainRun(body, i); i == len(body) {
			break
		}
		c := body[i]
		switch {
		case c == '\\' && i+1 < len(body) && body[i+1] == 'u':
			r, n := escapedRune(body[i:])
			total += max(0, normalBytes(r)-int64(n))
			i += n
		case c == '\\' && i+1 < len(body):
			i += 2
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(body[i:])
			total += max(0, normalBytes(r)-int64(n))
			i += n
		}
	}
	return total
}

// plainRun skips from i what is ASCII and no backslash, eight bytes at a time.
func plainRun(b []byte, i int) int {
	const ones, highs, backslashes = 0x0101010101010101, 0x8080808080808080, 0x5c5c5c5c5c5c5c5c
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		x := w ^ backslashes // a byte of zero is a backslash
		if (w|(x-ones)&^x)&highs != 0 {
			break
		}
	}
	for ; i < len(b) && b[i] < utf8.RuneSelf && b[i] != '\\'; i++ {
	}
	return i
}

// normalBytes is how many bytes r has at most after NFKC: those of its full
// compatibility decomposition, which composing again can only shorten.
func normalBytes(r rune) int64 {
	var buf [utf8.UTFMax]byte
	n := utf8.EncodeRune(buf[:], r)
	if d := norm.NFKD.Properties(buf[:n]).Decomposition(); d != nil {
		return int64(max(len(d), n))
	}
	return int64(n)
}

// escapedRune reads \uXXXX, or a surrogate pair of two, at the start of b. It
// returns the rune and how many bytes were read; bad escapes are taken as two
// plain bytes.
func escapedRune(b []byte) (rune, int) {
	hi, ok := hex4(b)
	if !ok {
		return 'u', 2
	}
	if hi >= 0xD800 && hi < 0xDC00 {
		if lo, ok := hex4(b[6:]); ok && lo >= 0xDC00 && lo < 0xE000 {
			return 0x10000 + (hi-0xD800)<<10 + (lo - 0xDC00), 12
		}
	}
	return hi, 6
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
