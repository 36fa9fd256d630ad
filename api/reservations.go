package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Bounds of a reservation's time to live.
const (
	DefaultTTL = 5 * time.Minute
	MinTTL     = time.Second
	MaxTTL     = 24 * time.Hour
)

// maxAlternatives and maxID bound a reservation request.
const maxAlternatives, maxID = 16, 128

type reserveRequest struct {
	ID              string               `json:"id"`
	Labels          map[string]string    `json:"labels"`
	Model           string               `json:"model"`
	Provider        string               `json:"provider"`
	InputTokens     *int64               `json:"input_tokens"`
	MaxOutputTokens *int64               `json:"max_output_tokens"`
	Tokens          *int64               `json:"tokens"`
	Endpoint        string               `json:"endpoint"`
	Amount          *money.USD           `json:"amount"`
	Alternatives    []alternativeRequest `json:"alternatives"`
	TTL             string               `json:"ttl"`
}

// labels are a body's labels as the caller's key allows them.
func (s *Server) labels(c echo.Context, m map[string]string) (fsm.Labels, error) {
	if len(m) > auth.MaxLabels {
		return nil, badInput(fmt.Sprintf("labels: at most %d", auth.MaxLabels), "")
	}
	out := make(fsm.Labels, 0, len(m))
	for k, v := range m {
		if k == fsm.LabelModel || k == fsm.LabelProvider {
			return nil, badInput("labels: "+k+" is set by the alternative that is taken", "name it as "+k+", beside labels")
		}
		if v == "" {
			continue // a missing label
		}
		out = append(out, fsm.Label{Name: k, Value: v})
	}
	slices.SortFunc(out, func(a, b fsm.Label) int { return strings.Compare(a.Name, b.Name) })
	return s.o.Gate.BodyLabels(caller(c), out)
}

func ttlOf(text string) (time.Duration, error) {
	if text == "" {
		return DefaultTTL, nil
	}
	ttl, err := time.ParseDuration(text)
	if err != nil || ttl < MinTTL || ttl > MaxTTL {
		return 0, badInput("ttl: want a duration such as 90s, from 1s to 24h", "")
	}
	return ttl, nil
}

// command turns a request into the ledger's, with everything checked.
func (s *Server) command(c echo.Context, in *reserveRequest, hash [16]byte) (*fsm.Reserve, error) {
	if len(in.ID) > maxID || len(in.Alternatives) > maxAlternatives {
		return nil, badInput(fmt.Sprintf("id: at most %d bytes; alternatives: at most %d", maxID, maxAlternatives), "")
	}
	labels, err := s.labels(c, in.Labels)
	if err != nil {
		return nil, err
	}
	ttl, err := ttlOf(in.TTL)
	if err != nil {
		return nil, err
	}
	alts := in.Alternatives
	single := alternativeRequest{Model: in.Model, Provider: in.Provider, InputTokens: in.InputTokens,
		MaxOutputTokens: in.MaxOutputTokens, Amount: in.Amount, tokens: in.Tokens}
	hasSingle := in.Model != "" || in.Amount != nil || in.Tokens != nil || in.InputTokens != nil || in.MaxOutputTokens != nil
	if hasSingle && len(alts) > 0 {
		return nil, badInput("give alternatives, or a model and amounts beside them, not both", "")
	}
	if len(alts) == 0 {
		alts = []alternativeRequest{single}
	}
	who := caller(c)
	r := &fsm.Reserve{ID: in.ID, CallerID: in.ID != "", Hash: hash, Labels: labels, TTL: int64(ttl), Origin: fsm.OriginAPI, Owner: who.KeyID}
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		r.ID = id.String()
	}
	var cat *pricing.Catalogue
	cat, r.PricesIndex = s.quoting()
	for _, a := range alts {
		alt, err := alternative(cat, a)
		if err != nil {
			return nil, err
		}
		if err := who.MayUse(alt.Model, alt.Provider); err != nil {
			return nil, err
		}
		r.Alternatives = append(r.Alternatives, alt)
	}
	return r, nil
}

type grantJSON struct {
	Allowed         bool          `json:"allowed"`
	Reason          string        `json:"reason,omitzero"`
	ID              string        `json:"id,omitzero"`
	Amount          *money.USD    `json:"amount,omitzero"`
	Model           string        `json:"model,omitzero"`
	MaxOutputTokens int64         `json:"max_output_tokens,omitzero"`
	State           string        `json:"state,omitzero"`
	ExpiresAt       *time.Time    `json:"expires_at,omitzero"`
	RetryAfter      string        `json:"retry_after,omitzero"`
	ResetsAt        *time.Time    `json:"resets_at,omitzero"`
	Remedy          string        `json:"remedy,omitzero"`
	Accounts        []accountJSON `json:"accounts"`
	Index           uint64        `json:"index"`
	Problem         *Problem      `json:"problem,omitzero"` // in a batch: why this one was not decided
}

func (s *Server) grant(c echo.Context, r *fsm.Result) (grantJSON, error) {
	accounts, err := accountsOf(visible(c, r.Accounts))
	if err != nil {
		return grantJSON{}, err
	}
	out := grantJSON{Accounts: accounts, Index: r.Index}
	if f := r.Refusal; f != nil {
		out.Reason, out.ResetsAt = name(reasonNames[:], int(f.Reason)), instant(f.ResetsAt)
		if wait := f.RetryAt - s.o.Node.Now(); f.RetryAt != 0 && wait > 0 {
			out.RetryAfter = time.Duration(wait).String()
		}
		out.Remedy = remedy(f)
		return out, nil
	}
	out.Allowed = r.Code == fsm.OK
	if v := r.Reservation; v != nil {
		out.ID, out.Amount, out.Model, out.MaxOutputTokens = v.ID, &v.Amount, v.Model, v.Units
		out.State, out.ExpiresAt = name(stateNames[:], int(v.State)), instant(v.Deadline)
	}
	return out, nil
}

// remedy says what would let a refused request pass.
func remedy(f *fsm.Refusal) string {
	where := "budget " + f.Account.Budget + ", account " + f.Account.Partition
	switch f.Reason {
	case fsm.ReasonFrozen:
		return "unfreeze " + where
	case fsm.ReasonExceedsLimit:
		return "ask for less, or raise the limit of " + where
	case fsm.ReasonExhausted:
		return "raise the limit of " + where + ", or wait until its window resets"
	case fsm.ReasonBreakerOpen:
		return "wait until the breaker of " + where + " lets a probe through"
	case fsm.ReasonRateLimited:
		return "wait as retry_after says, or raise the rate of " + where
	case fsm.ReasonInFlight:
		return "wait until calls of " + where + " end and free what they hold, or raise its limit"
	case fsm.ReasonTooManyInFlight:
		return "wait until calls of " + where + " end, or raise its concurrency"
	}
	return "try again when the ledger has room"
}

func (s *Server) reserve(c echo.Context) error {
	cmd, err := s.readReserve(c)
	if err != nil {
		return err
	}
	r, err := s.submit(c, cmd)
	if err != nil {
		return err
	}
	return s.replyGrant(c, &r)
}

func (s *Server) check(c echo.Context) error {
	cmd, err := s.readReserve(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	r := s.o.Ledger.Check(cmd)
	if err := problemOfResult(&r); err != nil {
		return err
	}
	return s.replyGrant(c, &r)
}

func (s *Server) readReserve(c echo.Context) (*fsm.Reserve, error) {
	var in reserveRequest
	hash, err := decode(c, &in)
	if err != nil {
		return nil, err
	}
	return s.command(c, &in, hash)
}

func (s *Server) replyGrant(c echo.Context, r *fsm.Result) error {
	out, err := s.grant(c, r)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, out)
}

// find reads one reservation that the caller may see.
func (s *Server) find(c echo.Context) (fsm.Reservation, error) {
	if err := s.fresh(c); err != nil {
		return fsm.Reservation{}, err
	}
	r, ok := s.o.Ledger.Reservation(param(c, "id"))
	if !ok {
		return r, problem(http.StatusNotFound, "not_found", "no such reservation", "it may have been closed and dropped; closed ones are kept 15 minutes")
	}
	if !owns(c, &r) {
		return r, problem(http.StatusForbidden, "not_owner", "the reservation belongs to another key", "")
	}
	return r, nil
}

func (s *Server) getReservation(c echo.Context) error {
	r, err := s.find(c)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, reservationOf(&r))
}

// listReservations shows the open holds and provisional charges, or those of
// one state, that carry the labels asked for.
func (s *Server) listReservations(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	var filter fsm.ReservationFilter
	switch state := c.QueryParam("state"); state {
	case "":
	case "open":
		filter.State = fsm.StateOpen
	case "provisional":
		filter.State = fsm.StateProvisional
	default:
		return badInput(fmt.Sprintf("state %.40q: want open or provisional", state), "")
	}
	labels := map[string]string{}
	for name, values := range c.QueryParams() {
		switch name {
		case fsm.LabelAgent, fsm.LabelUser, fsm.LabelTeam, fsm.LabelModel, fsm.LabelProvider, fsm.LabelRun, fsm.LabelParentRun:
			labels[name] = values[0]
		case fsm.LabelKey: // as a credential it has been read by the gate
			if !strings.HasPrefix(values[0], auth.SecretPrefix) {
				labels[name] = values[0]
			}
		default:
			if strings.HasPrefix(name, fsm.LabelTagPrefix) {
				labels[name] = values[0]
			}
		}
	}
	if agent(c) {
		labels[fsm.LabelKey] = caller(c).KeyID
	}
	filter.Labels = fsm.NewLabels(labels)
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next := s.o.Ledger.Reservations(filter, c.QueryParam("cursor"), limit)
	out := make([]reservationJSON, len(list))
	for i := range list {
		out[i] = reservationOf(&list[i])
	}
	return reply(c, http.StatusOK, map[string]any{"reservations": out, "next_cursor": next})
}
