package api

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure the decoder refuses what parsers differ on, and takes what is right.
func TestDecodeStrict(t *testing.T) {
	for _, bad := range []string{
		``, `{`, `[]`, `{"amount":1}`, `{"amount":"1e3"}`, `{"amount":"0.0000000001"}`,
		`{"id":"a","id":"b"}`, `{"nope":1}`, `{"id":7}`, `{"tokens":"5"}`, `{"tokens":1.5}`,
		`{"tokens":99999999999999999999}`, `{} {}`, `{"labels":{"a":"1","a":"2"}}`,
	} {
		_, _, err := decodeReserve([]byte(bad))
		if p := problemOf(err); err == nil || p.Status != 400 || p.Code != "bad_input" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	a, h1, err1 := decodeReserve([]byte(`{"id":"x","amount":"0.25"}`))
	_, h2, err2 := decodeReserve([]byte(` {"amount":"0.25", "\u0069d":"x"}`))
	if err1 != nil || err2 != nil || h1 != h2 || *a.Amount != 250_000_000 {
		t.Fatalf("%v %v %x %x", err1, err2, h1, h2)
	}
}

// Ensure that a plain request is read without the JSON package, with white
// space wherever it may stand.
func TestPlainRequestsAreScanned(t *testing.T) {
	plain := ` { "ttl" : "1m" ,"labels":{ "user":"u" , "agent":"a"},"id":"x","model":"m",` +
		"\n\t\r" + `"provider":"p","input_tokens":0,"max_output_tokens":123456789012345,"endpoint":"/e","amount":"-0.5","tokens":7} `
	for _, text := range []string{plain, "{}"} {
		if _, _, ok := scanReserve(text); !ok {
			t.Errorf("not scanned: %s", text)
		}
	}
	if amount, ok := scanAmount(` { "amount" : "0.0001" } `); !ok || amount != 100_000 {
		t.Errorf("the amount was not scanned: %s", amount)
	}
	if list, ok := scanBatch(` { "reservations" : [ ` + plain + `,{},` + plain + `] } `); !ok || len(list) != 3 || list[0].hash != list[2].hash || list[2].ID != "x" {
		t.Errorf("the batch was not scanned: %+v", list)
	}
}

// FuzzScan ensures that what a scanner takes the JSON package takes too, with
// the same outcome and the same hash, and that no body makes either panic or
// fails with anything but the caller's error.
func FuzzScan(f *testing.F) {
	for _, text := range []string{
		benchBody(1), `{"amount":"0.25"}`, `{"id":"x","amount":"0.25","labels":{"agent":"a"}}`, `{"labels":{"b":"1","a":"","b":"2"}}`, `{"id":"a","id":"b"}`, `{}{}`, `{"ttl":"1m",}`,
		`{"id":"\u0061"}`, `{"id":null}`, `{"labels":null}`, `{"labels":{"a":null}}`, `{"labels":{"a":1}}`, `{"labels":[]}`, `{"tokens":01}`, `{"tokens":-0}`, `{"tokens":1e3}`,
		`{"tokens":9007199254740993}`, `{"ID":"x"}`, `{"amount":"1.0000000001"}`, `{"amount":""}`, `{"alternatives":[{"amount":"1"}]}`, "{\"id\":\"\x7f\"}", `{"labels":{"":""}}`,
	} {
		f.Add([]byte(text))
		f.Add([]byte(`{"reservations":[` + text + `,` + benchBody(2) + `]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		scanned, hash, ok := scanReserve(string(body))
		var in reserveRequest
		want, err := hashed(body, &in)
		if ok && (err != nil || hash != want || !sameRequest(&scanned, &in)) {
			t.Fatalf("%s\nscanned %+v %x\nwant    %+v %x, %v", body, scanned, hash, in, want, err)
		}
		if err != nil && problemOf(err).Status != 400 {
			t.Fatal(err)
		}
		if amount, ok := scanAmount(string(body)); ok {
			var spend spendRequest
			if err := unmarshal(body, &spend); err != nil || !reflect.DeepEqual(spend, spendRequest{Amount: &amount}) {
				t.Fatalf("%s: scanned %s, want %+v, %v", body, amount, spend, err)
			}
		}
		list, ok := scanBatch(string(body))
		if !ok {
			return
		}
		parsed, err := parseBatch(body)
		if err != nil || len(parsed) != len(list) {
			t.Fatalf("%s\nscanned %d, want %d, %v", body, len(list), len(parsed), err)
		}
		for i := range list {
			if a, b := &list[i], &parsed[i]; b.err != nil || a.hash != b.hash || !sameRequest(&a.reserveRequest, &b.reserveRequest) {
				t.Fatalf("%s\n%d: scanned %+v, want %+v", body, i, a, b)
			}
		}
	})
}

// sameRequest compares two requests but for the order of their labels.
func sameRequest(a, b *reserveRequest) bool {
	fsm.Labels(a.Labels).Sort()
	fsm.Labels(b.Labels).Sort()
	if len(a.Labels) == 0 && len(b.Labels) == 0 {
		a.Labels, b.Labels = nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// Ensure that a batch answers each of its reservations on its own, whether or
// not all of them are plain, and is refused as a whole where it has none or too many.
func TestBatchesAreReadWhole(t *testing.T) {
	for _, text := range []string{`{}`, `{"reservations":[]}`, `{"reservations":{}}`, `{"reservations":[{}],"x":1}`, `{"reservations":[{}]}{}`,
		`{"reservations":[` + strings.Repeat(`{},`, maxReservations) + `{}]}`, `{"reservations":[{"id":"a","id":"a"}]}`} {
		if list, err := decodeBatch([]byte(text)); err == nil || problemOf(err).Status != 400 {
			t.Errorf("%.60s: %d, %v", text, len(list), err)
		}
	}
	list, err := decodeBatch([]byte(`{"reservations":[` + benchBody(1) + `,{"nope":1},7,{"id":"\u0078"}]}`))
	if err != nil || len(list) != 4 || list[0].err != nil || list[1].err == nil || list[2].err == nil || list[3].err != nil || list[3].ID != "x" {
		t.Fatalf("%v %+v", err, list)
	}
}

// Ensure that labels keep their bounds by either way of reading.
func TestLabelsAreBounded(t *testing.T) {
	var many bytes.Buffer
	for i := range auth.MaxLabels + 1 {
		fmt.Fprintf(&many, `"l%d":"v",`, i)
	}
	s := &Server{o: Options{Gate: open(t)}}
	for text, ok := range map[string]bool{`{` + strings.TrimSuffix(many.String(), ",") + `}`: false, `{"model":"m"}`: false, `{"b":"2","a":"1","c":""}`: true} {
		in, _, err := decodeReserve([]byte(`{"labels":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.labels(&auth.Caller{Open: true}, in.Labels)
		if (err == nil) != ok || ok && fmt.Sprint(got) != "[{a 1} {b 2}]" {
			t.Errorf("%.60s: %v %v", text, got, err)
		}
	}
}
