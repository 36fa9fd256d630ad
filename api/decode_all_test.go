package api

import (
	"testing"

	"github.com/mesh-cost-firewall/meshfw/policy"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Ensure that no body of any route makes the decoder or what checks a request
// panic, that what is wrong with one is the caller's error, and that what is
// taken holds what its checks promise.
func FuzzBodies(f *testing.F) {
	for i, body := range []string{
		`{"name":"b","per":["agent"],"limit":"5","window":"week","time_zone":"Europe/Berlin","alerts":[80]}`,
		`{"name":"ci","role":"viewer","labels":{"agent":"a"},"limit":"1","window":"day","expires_at":"2100-01-01T00:00:00Z"}`,
		`{"amount":"0.5"}`,
		`{"id":"c","labels":{"agent":"w"},"model":"gpt-4o-mini","usage":{"input_tokens":10,"output_tokens":5}}`,
		`{"input":"1","output":"2","rows":[{"input":"3","output":"4"}]}`,
		`{"id":"x","amount":"0.25","labels":{"agent":"a"}}`,
	} {
		f.Add(uint8(i), []byte(body))
	}
	cat, err := pricing.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, kind uint8, body []byte) {
		var err error
		switch kind % 6 {
		case 0:
			var in policy.Budget
			if err = unmarshal(body, &in); err == nil {
				_, _ = in.Compile() // its errors are told as bad input
			}
		case 1:
			var in keyRequest
			if err = unmarshal(body, &in); err == nil {
				k, bad := in.key(1)
				if err = bad; err == nil && (k.Role == "" || k.Expires < 0 || in.Limit != nil && *in.Limit < 0) {
					t.Fatalf("%s became %+v", body, k)
				}
			}
		case 2, 3:
			var in spendRequest
			if err = unmarshal(body, &in); err == nil {
				amount, usage, bad := cost(cat, nil, &in)
				if err = bad; err == nil && (amount < 0 || (usage == nil) != (in.Usage == nil)) {
					t.Fatalf("%s costs %s, %+v", body, amount, usage)
				}
			}
		case 4:
			var in pricing.Override
			if err = unmarshal(body, &in); err == nil {
				in.Model = "openai/mine"
				_, _ = cat.With(in) // its errors are told as bad input
			}
		case 5:
			_, _, err = decodeReserve(body)
		}
		if err != nil {
			if status := problemOf(err).Status; status != 400 {
				t.Fatalf("%s: %d %v", body, status, err)
			}
		}
	})
}
