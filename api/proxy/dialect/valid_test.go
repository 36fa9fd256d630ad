package dialect

import (
	"bytes"
	"strings"
	"testing"
)

// Ensure that answers nest as deep as any vendor's may and no deeper, whatever
// stands in their strings, and that what no stack would hold is only not valid.
func TestValid(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, c := range []struct {
		name, data string
		want       bool
	}{
		{"an answer", `{"usage":{"input_tokens":1}}`, true},
		{"no JSON", `[DONE]`, false},
		{"as deep as may be", nested(maxDepth), true},
		{"one deeper", nested(maxDepth + 1), false},
		{"many side by side", "[" + strings.TrimSuffix(strings.Repeat("[],", 2*maxDepth), ",") + "]", true},
		{"brackets in text", `{"text":"` + strings.Repeat(`[{\"`, 2*maxDepth) + `"}`, true},
		{"an escape before a quote", `["` + strings.Repeat(`\\`, maxDepth) + `",` + nested(maxDepth) + `]`, false},
	} {
		if got := Valid([]byte(c.data)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if Valid(bytes.Repeat([]byte("["), 60<<20)) {
		t.Error("a row of brackets is JSON")
	}
}
