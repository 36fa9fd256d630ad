package api

import (
	"testing"
)

// Ensure the decoder refuses what parsers differ on, and takes what is right.
func TestDecodeStrict(t *testing.T) {
	for _, bad := range []string{
		``, `{`, `[]`, `{"amount":1}`, `{"amount":"1e3"}`, `{"amount":"0.0000000001"}`,
		`{"id":"a","id":"b"}`, `{"nope":1}`, `{"id":7}`, `{"tokens":"5"}`, `{"tokens":1.5}`,
		`{"tokens":99999999999999999999}`, `{} {}`, `{"labels":{"a":"1","a":"2"}}`,
	} {
		var in reserveRequest
		_, err := decodeBytes([]byte(bad), &in)
		if p := problemOf(err); err == nil || p.Status != 400 || p.Code != "bad_input" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	var a, b reserveRequest
	h1, err1 := decodeBytes([]byte(`{"id":"x","amount":"0.25"}`), &a)
	h2, err2 := decodeBytes([]byte(` {"amount":"0.25", "id":"x"}`), &b)
	if err1 != nil || err2 != nil || h1 != h2 || *a.Amount != 250_000_000 {
		t.Fatalf("%v %v %x %x", err1, err2, h1, h2)
	}
}

// Ensure no body makes the decoder panic, and errors are always the caller's.
func FuzzDecodeReserve(f *testing.F) {
	f.Add([]byte(`{"id":"x","amount":"0.25","labels":{"agent":"a"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var in reserveRequest
		if _, err := decodeBytes(b, &in); err != nil && problemOf(err).Status != 400 {
			t.Fatal(err)
		}
	})
}
