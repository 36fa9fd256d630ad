package api

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// DefaultOverlap is how long a rotated key's old secret still opens.
const DefaultOverlap = time.Hour

const maxOverlap = 30 * 24 * time.Hour

// keyJSON is a key without its secret.
type keyJSON struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	Role          string            `json:"role"`
	Labels        map[string]string `json:"labels"`
	Models        []string          `json:"models"`
	Providers     []string          `json:"providers"`
	Budgets       []string          `json:"budgets"`
	RefusalStatus int64             `json:"refusal_status,omitzero"`
	CreatedAt     *time.Time        `json:"created_at"`
	ExpiresAt     *time.Time        `json:"expires_at"`
	Revoked       bool              `json:"revoked"`
	RevokedAt     *time.Time        `json:"revoked_at,omitzero"`
	OverlapUntil  *time.Time        `json:"overlap_until,omitzero"` // until then the secret before the last rotation opens too
	Secret        string            `json:"secret,omitzero"`        // shown once, when it is made
}

func keyOf(k *fsm.Key) keyJSON {
	list := func(l []string) []string { return append([]string{}, l...) }
	out := keyJSON{ID: k.ID, Name: k.Name, Role: k.Role, Labels: make(map[string]string, len(k.Labels)), Models: list(k.Models),
		Providers: list(k.Providers), Budgets: list(k.Budgets), RefusalStatus: k.RefusalStatus, CreatedAt: instant(k.Created),
		ExpiresAt: instant(k.Expires), Revoked: k.Revoked, RevokedAt: instant(k.RevokedAt), OverlapUntil: instant(k.SecondUntil)}
	for _, l := range k.Labels {
		out.Labels[l.Name] = l.Value
	}
	return out
}

type keyRequest struct {
	Name          string            `json:"name"`
	Role          string            `json:"role"`
	Labels        map[string]string `json:"labels"`
	Models        []string          `json:"models"`
	Providers     []string          `json:"providers"`
	Budgets       []string          `json:"budgets"`
	ExpiresAt     *time.Time        `json:"expires_at"`
	RefusalStatus int64             `json:"refusal_status"`
	Limit         *money.USD        `json:"limit"`  // of this key alone
	Window        string            `json:"window"` // of that limit
}

// key is the ledger's key for a request, with everything checked.
func (in *keyRequest) key(now fsm.Time) (fsm.Key, error) {
	k := fsm.Key{Name: in.Name, Role: in.Role, Models: in.Models, Providers: in.Providers, Budgets: in.Budgets,
		Labels: fsm.NewLabels(in.Labels), RefusalStatus: in.RefusalStatus}
	if in.Name == "" || len(in.Name) > maxID {
		return k, badInput(fmt.Sprintf("name: 1 to %d bytes are needed", maxID), "it is for people; the id is made here")
	}
	if k.Role == "" {
		k.Role = fsm.RoleAgent
	}
	if _, err := auth.ParseRole(k.Role); err != nil {
		return k, badInput(err.Error(), "")
	}
	if err := auth.CheckKeyLabels(in.Labels); err != nil {
		return k, badInput(err.Error(), "")
	}
	if in.RefusalStatus != 0 && (in.RefusalStatus < 400 || in.RefusalStatus > 499) {
		return k, badInput("refusal_status: want 400 to 499", "")
	}
	if in.ExpiresAt != nil {
		if k.Expires = fsm.Time(in.ExpiresAt.UnixNano()); in.ExpiresAt.Year() >= 2200 || k.Expires <= now {
			return k, badInput("expires_at: want a time to come, before the year 2200", "")
		}
	}
	if in.Limit != nil && *in.Limit < 0 {
		return k, badInput("limit: must not be negative", "")
	}
	if in.Limit == nil && in.Window != "" {
		return k, badInput("window: it is the limit's", "give limit too")
	}
	return k, nil
}

func (s *Server) createKey(c echo.Context) error {
	var in keyRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	k, err := in.key(s.o.Node.Now())
	if err != nil {
		return err
	}
	if k.ID, err = auth.NewKeyID(); err != nil {
		return err
	}
	if in.Limit != nil {
		if err := s.limitKey(c, k.ID, *in.Limit, in.Window); err != nil {
			return err
		}
	}
	return s.putKey(c, http.StatusCreated, k, 0)
}

// putKey gives a key a new secret and answers it, the only time it is shown.
func (s *Server) putKey(c echo.Context, status int, k fsm.Key, ifVersion int64) error {
	secret, err := auth.NewSecret()
	if err != nil {
		return err
	}
	hash := auth.Hash(secret)
	k.Hash = hash[:]
	return s.change(c, &fsm.PutKey{Key: k, IfVersion: &ifVersion, Actor: actor(c)}, func(c echo.Context) error {
		stored, ok := s.o.Ledger.Key(k.ID)
		if !ok { // revoked and dropped meanwhile
			return problem(http.StatusNotFound, "not_found", "no such key", "")
		}
		out := keyOf(&stored)
		out.Secret = secret
		c.Response().Header().Set("Cache-Control", "no-store")
		return reply(c, status, out)
	})
}

// limitKey gives one key a limit of its own: on its account of a budget that
// is partitioned by key, which is made on the way.
func (s *Server) limitKey(c echo.Context, id string, limit money.USD, window string) error {
	if window == "" {
		window = "month"
	}
	want, err := policy.Budget{Name: "key-" + window, Per: []string{fsm.LabelKey}, Window: window}.Compile()
	if err != nil {
		return badInput("window: use none, hour, day, week, month, quarter or year", "a budget with per = [\"key\"] may have any window")
	}
	if _, err := s.submit(c, &fsm.PutBudget{Budget: want, IfVersion: new(int64), Actor: actor(c)}); err != nil {
		if p := problemOf(err); p.Code != "version_conflict" {
			return err
		}
		if err := s.o.Node.ReadAt(c.Request().Context(), defaultRead, 0); err != nil {
			return err
		}
		b, ok := s.o.Ledger.Budget(want.Name)
		if !ok || !slices.Equal(b.Per, want.Per) || b.Window != want.Window || len(b.Match) > 0 {
			return problem(http.StatusConflict, "conflict", "budget "+want.Name+" is there and is not partitioned by key alone", "give the key a limit on a budget of your own: meshfw account limit")
		}
	}
	_, err = s.submit(c, &fsm.SetLimit{Account: fsm.AccountRef{Budget: want.Name, Partition: fsm.Partition(want.Per, fsm.Labels{{Name: fsm.LabelKey, Value: id}})},
		Limit: &limit, Actor: actor(c)})
	return err
}

func (s *Server) listKeys(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next := s.o.Ledger.Keys(c.QueryParam("cursor"), limit)
	out := make([]keyJSON, len(list))
	for i := range list {
		out[i] = keyOf(&list[i])
	}
	return reply(c, http.StatusOK, map[string]any{"keys": out, "next_cursor": next})
}

// findKey reads the key that the path names.
func (s *Server) findKey(c echo.Context) (fsm.Key, error) {
	if err := s.fresh(c); err != nil {
		return fsm.Key{}, err
	}
	k, ok := s.o.Ledger.Key(param(c, "id"))
	if !ok {
		return k, problem(http.StatusNotFound, "not_found", "no such key", "")
	}
	return k, nil
}

func (s *Server) getKey(c echo.Context) error {
	k, err := s.findKey(c)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, keyOf(&k))
}

func (s *Server) revokeKey(c echo.Context) error {
	return s.change(c, &fsm.RevokeKey{ID: param(c, "id"), Actor: actor(c)}, noContent)
}

// rotateKey gives a key a new secret; the old one opens until the overlap ends.
func (s *Server) rotateKey(c echo.Context) error {
	var in struct {
		Overlap string `json:"overlap"` // a duration; "0s": the old secret ends at once
	}
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	overlap := DefaultOverlap
	if in.Overlap != "" {
		var err error
		if overlap, err = time.ParseDuration(in.Overlap); err != nil || overlap < 0 || overlap > maxOverlap {
			return badInput("overlap: want a duration from 0s to 720h", "")
		}
	}
	k, err := s.findKey(c)
	if err != nil {
		return err
	}
	if k.Revoked {
		return problem(http.StatusConflict, "conflict", "the key is revoked, which is for good", "make another key")
	}
	k.SecondHash, k.SecondUntil = nil, 0
	if overlap > 0 {
		k.SecondHash, k.SecondUntil = k.Hash, s.o.Node.Now()+fsm.Time(overlap)
	}
	return s.putKey(c, http.StatusOK, k, k.Version)
}
