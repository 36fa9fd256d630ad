package pricing

import (
	"fmt"
	"sync"

	"github.com/tiktoken-go/tokenizer"
)

// maxCountBytes bounds the text that is tokenized for one request: a quarter
// of a second of work.
const maxCountBytes = 1 << 20

// Tokens added for framing when text is counted exactly: what a chat template
// or a rendered tool takes for an object, and for each name and value in it.
// OpenAI documents 3 per message and 3 for the reply, 7 to 12 per function and
// 3 per property; these are above each of them.
const (
	objectTokens = 8
	valueTokens  = 2
)

// encodings holds the public encodings, loaded when first asked for.
var encodings = map[string]func() (tokenizer.Codec, error){
	"o200k_base":  sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.O200kBase) }),
	"cl100k_base": sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.Cl100kBase) }),
}

// CountRequest is BoundRequest with the request's text counted by the model's
// own tokenizer, string by string, plus framing. It costs about a millisecond
// for 5 KB: ask for it where the plain bound would be refused. ok is false
// where the model has no public tokenizer or the text is too long; the bound
// is then the plain one. The count of strings is exact; the framing is the
// vendor's documented one, rounded up.
func (m *Model) CountRequest(d Dialect, body []byte, caps *Caps) (b Bound, ok bool, err error) {
	g, err := m.gather(d, body, caps)
	if err != nil {
		return Bound{}, false, err
	}
	load := encodings[m.Tokenizer]
	if load == nil || int64(len(body))-g.mediaBytes > maxCountBytes {
		b, err = g.finish()
		return b, false, err
	}
	codec, err := load()
	if err != nil {
		return Bound{}, false, fmt.Errorf("tokenizer %s: %w", m.Tokenizer, err)
	}
	counted, err := countStrings(body, g.media, codec)
	if err != nil {
		return Bound{}, false, err
	}
	if plain := TextTokensAtMost(body, m) - g.mediaBytes; counted < plain {
		g.textTokens -= plain - counted
	}
	b, err = g.finish()
	return b, err == nil, err
}

// countStrings sums the tokens of every name and string in the body but the
// media, which are given by the offset of their ends.
func countStrings(body []byte, media map[int64]bool, codec tokenizer.Codec) (int64, error) {
	s, total := newScan(body), int64(0)
	defer s.done()
	for {
		kind := s.d.PeekKind()
		switch kind {
		case 0:
			return total, s.end()
		case '{', '[':
			total += objectTokens
		case '"':
			raw, err := s.raw()
			if err != nil {
				return 0, err
			}
			total += valueTokens
			if media[s.d.InputOffset()] {
				continue
			}
			text, err := s.unquote(raw)
			if err != nil {
				return 0, err
			}
			n, err := countTokens(codec, string(text))
			if err != nil {
				return 0, fmt.Errorf("count tokens: %w", err)
			}
			total += n
			continue
		case '0', 't', 'f', 'n':
			raw, err := s.raw()
			if err != nil {
				return 0, err
			}
			total += valueTokens + int64(len(raw))
			continue
		}
		if _, err := s.d.ReadToken(); err != nil {
			return 0, s.fail(err)
		}
	}
}
