package api

import (
	"net/http"
	"testing"
)

// Ensure that a filter narrows a list by any label, and that one that is
// misspelt finds nothing instead of everything.
func TestReservationsByAnyLabel(t *testing.T) {
	b := start(t)
	for _, body := range []string{`{"id":"a","amount":"1","labels":{"agent":"x","project":"p"}}`, `{"id":"b","amount":"1","labels":{"agent":"y"}}`} {
		if res := b.call(adminToken, http.MethodPost, "/api/v1/reservations", body, nil); res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", body, res.StatusCode)
		}
	}
	for query, want := range map[string]string{"": "ab", "?limit=9&state=open&consistency=default&min_index=1": "ab", "?agent=x": "a", "?project=p": "a", "?agnet=x": "", "?project=q": ""} {
		var list struct {
			Reservations []struct {
				ID string `json:"id"`
			} `json:"reservations"`
		}
		b.call(adminToken, http.MethodGet, "/api/v1/reservations"+query, "", &list)
		got := ""
		for _, r := range list.Reservations {
			got += r.ID
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// Ensure that a cursor that no page gave is refused: a list that began again
// would be read for ever.
func TestWrongCursors(t *testing.T) {
	b := start(t)
	for _, path := range []string{"/api/v1/reservations?cursor=x", "/api/v1/budgets/agent/accounts?cursor=-1", "/api/v1/budgets/agent/accounts?cursor=99999999999"} {
		var p Problem
		if res := b.call(adminToken, http.MethodGet, path, "", &p); res.StatusCode != http.StatusBadRequest || p.Code != "bad_input" {
			t.Errorf("%s: %d %+v", path, res.StatusCode, p)
		}
	}
}

// Ensure that the answers to extend, settle and release, also when they are
// asked for again, and to a charge tell the accounts as a read does.
func TestChangesTellTheAccounts(t *testing.T) {
	b := start(t)
	type answer struct {
		Accounts []struct {
			Budget    string `json:"budget"`
			Partition string `json:"partition"`
		} `json:"accounts"`
	}
	for _, id := range []string{"a", "b"} {
		b.call(adminToken, http.MethodPost, "/api/v1/reservations", `{"id":"`+id+`","amount":"1","labels":{"agent":"x"}}`, nil)
	}
	for _, c := range []struct{ path, body string }{
		{"reservations/a/extend", `{"amount":"2"}`}, {"reservations/a/settle", `{"amount":"1"}`}, {"reservations/a/settle", `{"amount":"1"}`},
		{"reservations/b/release", ""}, {"reservations/b/release", ""}, {"charges", `{"id":"c","amount":"1","labels":{"agent":"x"}}`}, {"charges", `{"id":"c","amount":"1","labels":{"agent":"x"}}`},
	} {
		var got answer
		b.call(adminToken, http.MethodPost, "/api/v1/"+c.path, c.body, &got)
		if len(got.Accounts) != 2 || got.Accounts[0].Budget != "agent" || got.Accounts[0].Partition != "x" || got.Accounts[1].Budget != "run" || got.Accounts[1].Partition != "-" {
			t.Errorf("%s: %+v", c.path, got)
		}
	}
}
