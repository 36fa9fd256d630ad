package mockprovider

import (
	"strings"
	"testing"

	"github.com/tiktoken-go/tokenizer"
)

// Ensure a text of n tokens is n tokens for those who count it.
func TestTextIsAsLongAsItSays(t *testing.T) {
	for _, encoding := range []tokenizer.Encoding{tokenizer.Cl100kBase, tokenizer.O200kBase} {
		codec, err := tokenizer.Get(encoding)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int64{0, 1, 2, 19, 20, 21, 333, cannedTokens, cannedTokens + 7} {
			got, err := codec.Count(string(appendText(nil, 0, n)))
			if err != nil || int64(got) != n {
				t.Errorf("%s counts %d tokens in a text of %d: %v", encoding, got, n, err)
			}
		}
	}
}

// Ensure chunks of any size put together are the whole text.
func TestTextInChunks(t *testing.T) {
	const n = cannedTokens + 41
	whole := string(appendText(nil, 0, n))
	if !strings.HasPrefix(whole, "this answer comes") || len(strings.Fields(whole)) != n {
		t.Fatalf("the text of %d tokens begins %.40q and has %d words", n, whole, len(strings.Fields(whole)))
	}
	for _, size := range []int64{1, 7, 20, 4096} {
		var parts []byte
		for from := int64(0); from < n; from += size {
			parts = appendText(parts, from, min(size, n-from))
		}
		if string(parts) != whole {
			t.Errorf("chunks of %d tokens do not make the whole text", size)
		}
	}
}
