package dialect

import (
	"io"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func text(t *testing.T, b *Body) string {
	t.Helper()
	r, n := b.Send()
	out, err := io.ReadAll(r)
	if err != nil || int64(len(out)) != n {
		t.Fatalf("%d bytes, said %d: %v", len(out), n, err)
	}
	return string(out)
}

// Ensure that what is set is all that changes.
func TestEdits(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{}`, `{"n":1,"m":"x"}`},
		{` { } `, ` {"n":1,"m":"x" } `},
		{`{"a" : 1e2}`, `{"n":1,"m":"x","a" : 1e2}`},
		{`{"a":{"n":5},"n": 7 ,"b":"\u00e9"}`, `{"m":"x","a":{"n":5},"n": 1 ,"b":"\u00e9"}`},
		{`{"n":null,"m":null}`, `{"n":1,"m":"x"}`},
	} {
		b, err := ParseBody([]byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		b.SetInt("n", 99)
		b.SetInt("n", 1)
		b.SetString("m", "x")
		if got := text(t, b); got != c.want {
			t.Errorf("%s became %s, want %s", c.body, got, c.want)
		}
	}
}

// Ensure that bodies on which parsers differ are refused.
func TestStrict(t *testing.T) {
	for _, body := range []string{``, `[]`, `1`, `{`, `{"a":1}{}`, `{"a":1} x`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `{"a":1,"\u0061":2}`, "{\"a\":\"\xff\"}", `{"a":01}`, `{a:1}`, `{"a":1,}`} {
		if _, err := ParseBody([]byte(body)); err == nil {
			t.Errorf("%q was taken", body)
		}
	}
	b, err := ParseBody([]byte(`{"MAX_TOKENS":5,"stream":"yes","model":7}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get("max_tokens"); err == nil {
		t.Error("MAX_TOKENS was overlooked")
	}
	if _, err := b.Bool("stream"); err == nil {
		t.Error("a string was taken for a boolean")
	}
	if _, err := b.String("model"); err == nil {
		t.Error("a number was taken for a string")
	}
}

// Ensure that any body is refused or sent with what was set and nothing else
// changed.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`{}`, `{"model":"m","max_tokens":5,"messages":[]}`, `{"a":{"a":[1,"x",null]},"n":3}`, `{"m":"\ud83d\ude00"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		b, err := ParseBody(body)
		if err != nil {
			return
		}
		b.SetInt("n", 12)
		b.SetString("m", "x")
		sent := text(t, b)
		var before, after map[string]jsontext.Value
		if err := json.Unmarshal(body, &before); err != nil {
			t.Fatalf("%q was taken, and is not JSON: %v", body, err)
		}
		if err := json.Unmarshal([]byte(sent), &after); err != nil {
			t.Fatalf("%q became %q: %v", body, sent, err)
		}
		if string(after["n"]) != "12" || string(after["m"]) != `"x"` {
			t.Fatalf("%q became %q", body, sent)
		}
		for name, v := range before {
			if name != "n" && name != "m" && string(after[name]) != string(v) {
				t.Fatalf("%q: %s changed in %q", body, name, sent)
			}
		}
	})
}
