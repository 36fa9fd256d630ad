package mockprovider

import "strings"

// sentence is the stand-in's whole vocabulary. Each of its words, with the
// space before it, is one token of the cl100k and o200k vocabularies, so a text
// of n words is a text of n tokens for whoever counts it.
const sentence = "this answer comes from a test server that stands in for the model and says the same thing every time"

// DefaultOutputTokens is the length of an answer nobody steered, in tokens per
// choice.
const DefaultOutputTokens = 20

// cannedTokens is how many tokens are laid out in memory; longer texts repeat
// them.
const cannedTokens = 20 * 256

// canned holds cannedTokens words, each with a space before it; cannedEnd[i]
// is where the first i words end.
var canned, cannedEnd = func() (string, [cannedTokens + 1]int) {
	words := strings.Fields(sentence)
	var b strings.Builder
	var end [cannedTokens + 1]int
	for i := range cannedTokens {
		b.WriteByte(' ')
		b.WriteString(words[i%len(words)])
		end[i+1] = b.Len()
	}
	return b.String(), end
}()

// appendText appends the tokens [from, from+count) of the endless answer. It
// is plain ASCII that needs no JSON escapes.
func appendText(dst []byte, from, count int64) []byte {
	for count > 0 {
		at := from % cannedTokens
		take := min(count, cannedTokens-at)
		piece := canned[cannedEnd[at]:cannedEnd[at+take]]
		if from == 0 {
			piece = piece[1:]
		}
		dst = append(dst, piece...)
		from += take
		count -= take
	}
	return dst
}

// tokensOfBytes is the rule by which input is counted: a token for every four
// bytes begun.
func tokensOfBytes(n int64) int64 { return (n + 3) / 4 }
