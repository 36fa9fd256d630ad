package pricing

import (
	"unicode"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"
)

// maxSpaceWork bounds what one run of white space may cost to split. The
// encodings' patterns look ahead to the run's end at each line break in it, so
// that a run takes its line breaks times its length: a megabyte of them would
// take ten minutes.
const maxSpaceWork = 1024

// countTokens counts the tokens of a text. A run of white space that would take
// too long counts by its bytes, which its tokens never are more than.
func countTokens(codec tokenizer.Codec, text string) (int64, error) {
	total, from := int64(0), 0
	count := func(part string) error {
		if part == "" {
			return nil
		}
		n, err := codec.Count(part)
		total += int64(n)
		return err
	}
	for i := 0; i < len(text); {
		run, breaks := spaceRun(text[i:])
		if run == 0 {
			_, n := utf8.DecodeRuneInString(text[i:])
			i += n
			continue
		}
		if breaks*run > maxSpaceWork {
			if err := count(text[from:i]); err != nil {
				return 0, err
			}
			total += int64(run)
			from = i + run
		}
		i += run
	}
	return total, count(text[from:])
}

// spaceRun returns the length in bytes of the white space at the start of a
// text, and how often other white space follows a line break in it.
func spaceRun(text string) (length, breaks int) {
	broken := false
	for i, r := range text {
		if !unicode.IsSpace(r) {
			return i, breaks
		}
		breaking := r == '\n' || r == '\r'
		if broken && !breaking {
			breaks++
		}
		broken = breaking
	}
	return len(text), breaks
}
