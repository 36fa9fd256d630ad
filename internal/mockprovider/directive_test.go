package mockprovider

import (
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Ensure the example of the documentation means what it says.
func TestParseDirective(t *testing.T) {
	d, err := ParseDirective(" output_tokens=37 input_tokens=120\tcached=100 delay=50ms status=429 no_usage should_retry=false model=gpt-4o-2024-08-06 ")
	if err != nil {
		t.Fatal(err)
	}
	const want = "input_tokens=120 output_tokens=37 cached=100 model=gpt-4o-2024-08-06 no_usage delay=50ms status=429 should_retry=false"
	if got := d.String(); got != want {
		t.Fatalf("String() = %q, want %q", got, want)
	}
}

// Ensure every mistake in a directive is refused and named.
func TestParseDirectiveRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "empty",
		"  ":                                "empty",
		"tokens=3":                          `"tokens" is unknown`,
		"Hang":                              `"Hang" is unknown`,
		"hang hang":                         "given twice",
		"output_tokens=1 output_tokens=1":   "given twice",
		"hang=1":                            "takes no value",
		"hang=":                             "takes no value",
		"output_tokens":                     "needs a value",
		"output_tokens=":                    "not a whole number from 0 to 2000000",
		"output_tokens=-1":                  "not a whole number",
		"output_tokens=+1":                  "not a whole number",
		"output_tokens=1.0":                 "not a whole number",
		"output_tokens=2000001":             "not a whole number",
		"input_tokens=max":                  "not a whole number",
		"input_tokens=99999999999999999999": "not a whole number",
		"chunk_tokens=0":                    "not a whole number from 1 to 4096",
		"status=200":                        "not a whole number from 400 to 599",
		"delay=5":                           "not a duration",
		"delay=-1s":                         "not a duration",
		"delay=61m":                         "not a duration from 0s to 1h0m0s",
		"should_retry=1":                    "neither true nor false",
		"model=":                            "not a name",
		`model="x"`:                         "not a name",
		"hang," + "drop":                    "is unknown",
		strings.Repeat("hang ", 300):        "longer than 1024",
	} {
		if _, err := ParseDirective(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDirective(%.40q) = %v, want an error with %q", in, err, want)
		}
	}
}

// Ensure a directive is one whole line, wherever it stands in the text.
func TestFindDirective(t *testing.T) {
	for _, tc := range []struct {
		text, rest string
		found      bool
	}{
		{"mock: hang", " hang", true},
		{"hello\nmock: hang\nbye", " hang", true},
		{"hello\r\nmock: hang\r\nbye", " hang", true},
		{"say mock: hang", "", false},
		{" mock: hang", "", false},
		{"mock : hang", "", false},
		{"say mock: a\nmock:b", "b", true},
		{"", "", false},
	} {
		rest, found, err := findDirective(tc.text)
		if rest != tc.rest || found != tc.found || err != nil {
			t.Errorf("findDirective(%q) = %q, %v, %v; want %q, %v", tc.text, rest, found, err, tc.rest, tc.found)
		}
	}
	if _, _, err := findDirective("mock: hang\nmock: drop"); err == nil {
		t.Error("two directives in one message were accepted")
	}
}

// Ensure headers say the same as a message's line, and are as strict.
func TestHeaderDirective(t *testing.T) {
	h := http.Header{}
	h.Set("x-mock-output-tokens", "37")
	h.Set("X-Mock-Cache-Write-1h", "5")
	h.Set("X-Mock-Hang", "1")
	h.Set("Content-Type", "application/json")
	d, err := headerDirective(h)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.String(), "output_tokens=37 cache_write_1h=5 hang"; got != want {
		t.Fatalf("headers mean %q, want %q", got, want)
	}
	for name, value := range map[string]string{
		"X-Mock-Nonsense": "1", "X-Mock-Hang": "0", "X-Mock-Drop": "", "X-Mock-Status": "42",
	} {
		if _, err := headerDirective(http.Header{name: {value}}); err == nil {
			t.Errorf("header %s: %s was accepted", name, value)
		}
	}
	if _, err := headerDirective(http.Header{"X-Mock-Status": {"429", "500"}}); err == nil {
		t.Error("a header given twice was accepted")
	}
}

// Ensure over takes each key from the nearer directive and changes neither.
func TestDirectiveOver(t *testing.T) {
	near := mustDirective(t, "output_tokens=1 model=a")
	far := mustDirective(t, "output_tokens=2 model=b finish=c hang")
	if got, want := near.over(far).String(), "output_tokens=1 model=a finish=c hang"; got != want {
		t.Errorf("over = %q, want %q", got, want)
	}
	if got, want := far.String(), "output_tokens=2 model=b finish=c hang"; got != want {
		t.Errorf("over changed its argument: %q, want %q", got, want)
	}
}

// Ensure keys that exclude or need each other are refused.
func TestDirectiveCheck(t *testing.T) {
	for in, ok := range map[string]bool{
		"hang": true, "hang drop": false, "status=429 error_after=1": false,
		"times=1": false, "id=x": false, "times=1 id=x": true,
		"gate_after=1": false, "gate=g gate_after=1": true, "gate=g hang": true,
	} {
		d := mustDirective(t, in)
		if err := d.check(); (err == nil) != ok {
			t.Errorf("check of %q: %v, want ok = %v", in, err, ok)
		}
	}
}

func mustDirective(t *testing.T, s string) Directive {
	t.Helper()
	d, err := ParseDirective(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Ensure that what String writes is read back as the same directive, for
// directives of any keys and values.
func TestDirectiveRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Directive
		for k := range keyCount {
			if !rapid.Bool().Draw(t, keySpecs[k].name+" given") {
				continue
			}
			spec := keySpecs[k]
			d.set |= 1 << k
			switch spec.kind {
			case kindName:
				if d.text == nil {
					d.text = map[key]string{}
				}
				d.text[k] = rapid.StringMatching(`[a-zA-Z0-9_.:/@-]{1,8}`).Draw(t, spec.name)
			case kindFlag:
				d.number[k] = 1
			default:
				d.number[k] = rapid.Int64Range(spec.min, spec.max).Draw(t, spec.name)
				if spec.word != "" && rapid.Bool().Draw(t, "word") {
					d.number[k] = wordValue
				}
			}
		}
		if d.set == 0 || len(d.String()) > MaxDirectiveBytes {
			return
		}
		back, err := ParseDirective(d.String())
		if err != nil {
			t.Fatalf("%q: %v", d.String(), err)
		}
		if back.set != d.set || back.number != d.number || back.String() != d.String() {
			t.Fatalf("%q was read back as %q", d.String(), back.String())
		}
	})
}

// Ensure no text makes the parser fail in another way than by an error, and
// that what it accepts is read back as the same.
func FuzzDirective(f *testing.F) {
	f.Add("mock: output_tokens=37 input_tokens=120 cached=100 delay=50ms chunk_delay=5ms status=429 no_usage")
	f.Add("a\nmock: hang\r\nb")
	f.Add("mock:mock:")
	f.Add("mock: delay=1h0m0s model=\xff times=1")
	f.Fuzz(func(t *testing.T, text string) {
		rest, found, err := findDirective(text)
		if err != nil || !found {
			return
		}
		d, err := ParseDirective(rest)
		if err != nil {
			return
		}
		if d.set == 0 {
			t.Fatalf("%q was accepted and says nothing", rest)
		}
		back, err := ParseDirective(d.String())
		if err != nil || back.String() != d.String() {
			t.Fatalf("%q became %q and then %q, %v", rest, d.String(), back.String(), err)
		}
	})
}
