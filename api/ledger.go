package api

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Bounds of a reservation's time to live.
const (
	DefaultTTL = 10 * time.Minute
	MaxTTL     = 24 * time.Hour
)

// picoPerNano converts nano-USD to pico-USD.
const picoPerNano = 1000

// maxAlternatives, maxLabels and maxID bound a reservation request; maxPage a list.
const maxAlternatives, maxLabels, maxID, maxPage = 16, 32, 128, 1000

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

type alternativeRequest struct {
	Model           string     `json:"model"`
	Provider        string     `json:"provider"`
	InputTokens     *int64     `json:"input_tokens"`
	MaxOutputTokens *int64     `json:"max_output_tokens"`
	MinOutputTokens *int64     `json:"min_output_tokens"`
	Amount          *money.USD `json:"amount"`
	MinRemaining    string     `json:"min_remaining"` // "20%"

	tokens *int64 // the request's, priced at the dearer of input and output
}

func labelsOf(m map[string]string) (fsm.Labels, error) {
	if len(m) > maxLabels {
		return nil, badInput(fmt.Sprintf("labels: at most %d", maxLabels), "")
	}
	out := make(fsm.Labels, 0, len(m))
	for k, v := range m {
		out = append(out, fsm.Label{Name: k, Value: v})
	}
	slices.SortFunc(out, func(a, b fsm.Label) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// model finds a model's prices; with no provider named, the first provider
// that lists the model, the best known ones first.
func (s *Server) model(provider, id string) (*pricing.Model, error) {
	cat := s.o.Catalogue()
	if provider != "" {
		return cat.Lookup(provider, id)
	}
	var first error
	for _, p := range append([]string{"openai", "anthropic", "google"}, cat.Providers()...) {
		m, err := cat.Lookup(p, id)
		if err == nil {
			return m, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func (s *Server) alternative(a alternativeRequest) (fsm.Alternative, error) {
	out := fsm.Alternative{Model: a.Model, Provider: a.Provider}
	if a.MinRemaining != "" {
		n, ok := strings.CutSuffix(a.MinRemaining, "%")
		percent, err := strconv.ParseUint(n, 10, 32)
		if !ok || err != nil || percent > 100 {
			return out, badInput("min_remaining: want a percentage from 0% to 100%", "")
		}
		out.MinRemainingBp = int32(percent) * 100
	}
	if a.Amount != nil {
		if a.InputTokens != nil || a.MaxOutputTokens != nil || a.MinOutputTokens != nil || a.tokens != nil {
			return out, badInput("amount stands without token counts", "")
		}
		if *a.Amount < 0 || *a.Amount > math.MaxInt64/picoPerNano {
			return out, badInput("amount: want 0 to 9223372 USD", "")
		}
		out.FixedPico = int64(*a.Amount) * picoPerNano
		return out, nil
	}
	for _, n := range []*int64{a.InputTokens, a.MaxOutputTokens, a.MinOutputTokens, a.tokens} {
		if n != nil && (*n < 0 || *n > pricing.MaxQuantity) {
			return out, badInput(fmt.Sprintf("tokens: want 0 to %d", pricing.MaxQuantity), "")
		}
	}
	if a.Model == "" || a.InputTokens == nil && a.tokens == nil {
		return out, badInput("neither an amount, nor a model with tokens or input_tokens", "")
	}
	if a.tokens != nil && (a.InputTokens != nil || a.MaxOutputTokens != nil) {
		return out, badInput("tokens stands without input_tokens and max_output_tokens", "")
	}
	m, err := s.model(a.Provider, a.Model)
	if err != nil {
		return out, err
	}
	out.Provider = m.Provider
	if a.tokens != nil {
		return dearer(out, m, *a.tokens)
	}
	b := pricing.Bound{InputTokens: *a.InputTokens}
	if a.MaxOutputTokens != nil {
		b.MaxOutputTokens, b.NoOutput = *a.MaxOutputTokens, *a.MaxOutputTokens == 0
	}
	q, err := m.Quote(b)
	if err != nil {
		return out, err
	}
	out.FixedPico, out.UnitPico, out.FixedTokens, out.UnitTokens = q.FixedPico, q.PerUnitPico, q.FixedTokens, q.TokensPerUnit
	out.MinUnits, out.MaxUnits = q.MaxUnits, q.MaxUnits
	if a.MinOutputTokens != nil {
		out.MinUnits = min(*a.MinOutputTokens, q.MaxUnits)
	}
	return out, nil
}

// dearer prices tokens of which nobody says whether they go in or come out.
func dearer(out fsm.Alternative, m *pricing.Model, tokens int64) (fsm.Alternative, error) {
	q, err := m.Quote(pricing.Bound{InputTokens: tokens, MaxOutputTokens: 1})
	if err != nil {
		return out, err
	}
	if tokens > 0 && q.PerUnitPico > math.MaxInt64/tokens {
		return out, pricing.ErrTooLarge
	}
	out.FixedPico, out.FixedTokens = max(q.FixedPico, q.PerUnitPico*tokens), tokens
	return out, nil
}

// command turns a request into the ledger's, with everything checked.
func (s *Server) command(in *reserveRequest, hash [16]byte) (*fsm.Reserve, error) {
	if len(in.ID) > maxID || len(in.Alternatives) > maxAlternatives {
		return nil, badInput(fmt.Sprintf("id: at most %d bytes; alternatives: at most %d", maxID, maxAlternatives), "")
	}
	labels, err := labelsOf(in.Labels)
	if err != nil {
		return nil, err
	}
	ttl := DefaultTTL
	if in.TTL != "" {
		if ttl, err = time.ParseDuration(in.TTL); err != nil || ttl <= 0 || ttl > MaxTTL {
			return nil, badInput("ttl: want a duration such as 90s, at most 24h", "")
		}
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
	r := &fsm.Reserve{ID: in.ID, CallerID: in.ID != "", Hash: hash, Labels: labels, TTL: int64(ttl), Origin: fsm.OriginAPI}
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		r.ID = id.String()
	}
	for _, a := range alts {
		alt, err := s.alternative(a)
		if err != nil {
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
}

func (s *Server) grant(r *fsm.Result) (grantJSON, error) {
	accounts, err := accountsOf(r.Accounts)
	if err != nil {
		return grantJSON{}, err
	}
	out := grantJSON{Accounts: accounts, Index: r.Index}
	if f := r.Refusal; f != nil {
		out.Reason, out.ResetsAt = name(reasonNames[:], int(f.Reason)), instant(f.ResetsAt)
		if wait := f.RetryAt - s.o.Node.Now(); f.RetryAt != 0 && wait > 0 {
			out.RetryAfter = time.Duration(wait).String()
		}
		out.Remedy = "raise the limit of budget " + f.Account.Budget + ", or wait until money is free"
		return out, nil
	}
	out.Allowed = r.Code == fsm.OK
	if v := r.Reservation; v != nil {
		out.ID, out.Amount, out.Model, out.MaxOutputTokens = v.ID, &v.Amount, v.Model, v.Units
		out.State, out.ExpiresAt = name(stateNames[:], int(v.State)), instant(v.Deadline)
	}
	return out, nil
}

func (s *Server) reserve(c echo.Context) error {
	var in reserveRequest
	hash, err := decode(c, &in)
	if err != nil {
		return err
	}
	cmd, err := s.command(&in, hash)
	if err != nil {
		return err
	}
	r, err := s.submit(c, cmd)
	if err != nil {
		return err
	}
	out, err := s.grant(&r)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, out)
}

func (s *Server) check(c echo.Context) error {
	var in reserveRequest
	hash, err := decode(c, &in)
	if err != nil {
		return err
	}
	cmd, err := s.command(&in, hash)
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
	out, err := s.grant(&r)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, out)
}

func (s *Server) getReservation(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	r, ok := s.o.Ledger.Reservation(c.Param("id"))
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such reservation", "")
	}
	return reply(c, http.StatusOK, reservationOf(&r))
}

type spendRequest struct {
	ID       string            `json:"id"`
	Labels   map[string]string `json:"labels"`
	Amount   *money.USD        `json:"amount"`
	Usage    *pricing.Usage    `json:"usage"`
	Model    string            `json:"model"`
	Provider string            `json:"provider"`
}

// cost is the amount named, or what the usage costs at the dearest time.
func (s *Server) cost(in *spendRequest) (money.USD, *fsm.Usage, error) {
	if (in.Amount == nil) == (in.Usage == nil) {
		return 0, nil, badInput("give either amount, or usage and model", "")
	}
	if in.Amount != nil {
		if *in.Amount < 0 {
			return 0, nil, badInput("amount: must not be negative", "")
		}
		return *in.Amount, nil, nil
	}
	m, err := s.model(in.Provider, in.Model)
	if err != nil {
		return 0, nil, err
	}
	cost, err := m.Cost(*in.Usage, pricing.Terms{})
	if err != nil {
		return 0, nil, err
	}
	u := in.Usage
	written := u.CacheWrite5mTokens + u.CacheWrite1hTokens
	cached := u.CachedInputTokens + u.CachedInputAudioTokens + u.CachedInputImageTokens
	return cost.Amount, &fsm.Usage{InputTokens: u.TotalInputTokens() - cached - written,
		CachedInputTokens: cached, CacheWriteTokens: written, OutputTokens: u.TotalOutputTokens()}, nil
}

func (s *Server) settle(c echo.Context) error {
	var in spendRequest
	if _, err := decode(c, &in); err != nil {
		return err
	}
	amount, usage, err := s.cost(&in)
	if err != nil {
		return err
	}
	return s.end(c, &fsm.Settle{ID: c.Param("id"), Amount: amount, Usage: usage, Origin: fsm.OriginAPI})
}

func (s *Server) release(c echo.Context) error {
	return s.end(c, &fsm.Release{ID: c.Param("id"), Origin: fsm.OriginAPI})
}

func (s *Server) charge(c echo.Context) error {
	var in spendRequest
	hash, err := decode(c, &in)
	if err != nil {
		return err
	}
	if in.ID == "" || len(in.ID) > maxID {
		return badInput(fmt.Sprintf("id: 1 to %d bytes are needed", maxID), "it makes a repeated charge count once")
	}
	labels, err := labelsOf(in.Labels)
	if err != nil {
		return err
	}
	amount, usage, err := s.cost(&in)
	if err != nil {
		return err
	}
	return s.end(c, &fsm.Charge{ID: in.ID, Hash: hash, Labels: labels, Amount: amount, Usage: usage})
}

// end submits what ends or records spend and answers the reservation.
func (s *Server) end(c echo.Context, cmd fsm.Command) error {
	r, err := s.submit(c, cmd)
	if err != nil {
		return err
	}
	if r.Reservation == nil {
		return reply(c, http.StatusOK, map[string]any{"index": r.Index})
	}
	return reply(c, http.StatusOK, reservationOf(r.Reservation))
}

func (s *Server) getAccount(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	// Partitions are percent-encoded in the ledger too: the path as it was
	// sent names one, the decoded parameter does not.
	raw := c.Request().URL.EscapedPath()
	partition := raw[strings.LastIndexByte(raw, '/')+1:]
	budget, err := url.PathUnescape(c.Param("budget"))
	if err != nil {
		return badInput("budget: "+err.Error(), "")
	}
	a, ok := s.o.Ledger.Account(fsm.AccountRef{Budget: budget, Partition: partition})
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such budget or account", "")
	}
	out, err := accountOf(&a)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, out)
}

func (s *Server) listAccounts(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next, ok := s.o.Ledger.Accounts(c.Param("name"), c.QueryParam("cursor"), limit)
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such budget", "")
	}
	out, err := accountsOf(list)
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{"accounts": out, "next_cursor": next})
}
