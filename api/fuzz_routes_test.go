package api

import (
	"net/http"
	"strings"
	"testing"
)

// Ensure that no body makes any route of the table that takes one panic, or
// fail in a way that is not the caller's error. A real node of its own takes
// what is well formed, so each body meets what the ones before it left.
func FuzzRoutes(f *testing.F) {
	var takes []route
	for _, r := range routes() {
		// Members would change under the test; a snapshot is no JSON.
		if r.maxBody > noBody && r.maxBody != maxSnapshot && !strings.HasPrefix(r.path, prefix+"/cluster/") {
			takes = append(takes, r)
		}
	}
	for i := range takes {
		for _, body := range []string{`{}`, `[]`, `{"a":1,"a":2}`, `{"amount":"0.5","reason":"r","id":"i"}`, `{"limit":null}`, `{"limit":"5"}`, `{"ttl":"24h"}`,
			`{"reservations":[{"amount":"0.1"}]}`, `{"model":"gpt-4o-mini","usage":{"input_tokens":10,"output_tokens":5}}`,
			`{"model":"gpt-4o-mini","input_tokens":10,"max_output_tokens":5,"labels":{"agent":"x"}}`} {
			f.Add(uint8(i), body)
		}
	}
	b := start(f)
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		r := takes[int(which)%len(takes)]
		b := *b
		b.t = t
		res := b.call(adminToken, r.method, fill(r.path), body, nil)
		if res.StatusCode >= http.StatusInternalServerError {
			t.Fatalf("%s %s %q: %s", r.method, r.path, body, res.Status)
		}
	})
}
