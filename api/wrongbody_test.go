package api

import (
	"strings"
	"testing"
)

// Ensure that a body that cannot be read is told of by the names of its
// members, with the hint on money only where money is meant.
func TestWrongBody(t *testing.T) {
	srv, _ := serve(t)
	for _, c := range []struct{ path, body, detail, hint string }{
		{"reservations", `{"amount":"0.01","foo":1}`, `body: unknown member foo`, ""},
		{"reservations", `{"amount":0.01}`, `body: amount: want a string`, moneyHint},
		{"reservations", `{"amount":"0.3x"}`, `body: amount: amount "0.3x": not a decimal USD string such as "12.5"`, moneyHint},
		{"reservations", `{"model":"gpt-4o","tokens":1.5}`, `body: tokens: want a whole number`, ""},
		{"reservations", `{"model":"gpt-4o","tokens":"1"}`, `body: tokens: want a whole number`, ""},
		{"reservations", `{"id":[],"amount":"1"}`, `body: id: want a string`, ""},
		{"reservations", `{"amount":"1","labels":{"agent":1}}`, `body: labels: want an object of strings`, ""},
		{"reservations", `{"alternatives":{}}`, `body: alternatives: want an array`, ""},
		{"reservations", `{"alternatives":[{"amount":1}]}`, `body: alternatives/0/amount: want a string`, moneyHint},
		{"reservations", `{"amount":"1","amount":"2"}`, `body: duplicate object member name "amount"`, ""},
		{"reservations/x/settle", `{"usage":{"input":5}}`, `body: unknown member usage/input`, ""},
		{"reservations/x/settle", `{"usage":[]}`, `body: usage: want an object`, ""},
		{"estimate", `{"model":"gpt-4o","at":"yesterday"}`, `body: at: want a time such as 2027-01-31T00:00:00Z`, ""},
	} {
		resp, p := post(t, srv, "/api/v1/"+c.path, "application/json", c.body)
		if resp.StatusCode != 400 || p.Code != "bad_input" || p.Detail != c.detail || p.Hint != c.hint || strings.Contains(p.Detail, "Go ") {
			t.Errorf("%s: %d %+v, want %q, %q", c.body, resp.StatusCode, p, c.detail, c.hint)
		}
	}
}
