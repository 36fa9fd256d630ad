package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
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
	Labels          labelsJSON           `json:"labels"`
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

// labelsJSON are labels as a body has them: an object of strings.
type labelsJSON fsm.Labels

// UnmarshalJSONFrom reads an object of strings, or null.
func (l *labelsJSON) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	t, err := d.ReadToken()
	if err != nil || t.Kind() == 'n' {
		*l = nil
		return err
	}
	if t.Kind() != '{' {
		return errNoLabels
	}
	*l = labelsJSON{}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		one := fsm.Label{Name: name.String()} // a token lasts until the next one is read
		value, err := d.ReadToken()
		if err != nil {
			return err
		}
		if value.Kind() != '"' && value.Kind() != 'n' {
			return errNoLabels
		}
		if value.Kind() == '"' {
			one.Value = value.String()
		}
		*l = append(*l, one)
	}
	_, err = d.ReadToken()
	return err
}

var errNoLabels = errors.New("want an object of strings")

// labels are a body's labels as the caller's key allows them, sorted by name.
// The list is changed in place.
func (s *Server) labels(who *auth.Caller, list labelsJSON) (fsm.Labels, error) {
	if len(list) > auth.MaxLabels {
		return nil, badInput(fmt.Sprintf("labels: at most %d", auth.MaxLabels), "")
	}
	out := fsm.Labels(list[:0])
	for _, l := range list {
		if l.Name == fsm.LabelModel || l.Name == fsm.LabelProvider {
			return nil, badInput("labels: "+l.Name+" is set by the alternative that is taken", "name it as "+l.Name+", beside labels")
		}
		if l.Value != "" { // else it is missing
			out = append(out, l)
		}
	}
	out.Sort()
	return s.o.Gate.BodyLabels(*who, out)
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

// reserving is memory for a command with one alternative, as nearly all have.
type reserving struct {
	fsm.Reserve
	one [1]fsm.Alternative
}

// command turns a request into the ledger's in r, with everything checked.
func (s *Server) command(who *auth.Caller, in *reserveRequest, hash [16]byte, r *reserving) (*fsm.Reserve, error) {
	if len(in.ID) > maxID || len(in.Alternatives) > maxAlternatives {
		return nil, badInput(fmt.Sprintf("id: at most %d bytes; alternatives: at most %d", maxID, maxAlternatives), "")
	}
	labels, err := s.labels(who, in.Labels)
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
	r.Reserve = fsm.Reserve{ID: in.ID, CallerID: in.ID != "", Hash: hash, Labels: labels, TTL: int64(ttl), Origin: fsm.OriginAPI, Owner: who.KeyID}
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		r.ID = id.String()
	}
	var cat *pricing.Catalogue
	cat, r.PricesIndex = s.quoting()
	r.Alternatives = r.one[:0]
	take := func(a *alternativeRequest) error {
		alt, err := alternative(cat, s.o.Blocks, a)
		if err != nil {
			return err
		}
		r.Alternatives = append(r.Alternatives, alt)
		return who.MayUse(alt.Model, alt.Provider)
	}
	if len(alts) == 0 {
		return &r.Reserve, take(&single)
	}
	for i := range alts {
		if err := take(&alts[i]); err != nil {
			return nil, err
		}
	}
	return &r.Reserve, nil
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
	b, err := body(c)
	if err != nil {
		return nil, err
	}
	defer giveBody(b)
	in, hash, err := decodeReserve(b.Bytes())
	if err != nil {
		return nil, err
	}
	return s.command(caller(c), &in, hash, new(reserving))
}

// decodeReserve reads one reservation, and the hash of its canonical form.
func decodeReserve(body []byte) (in reserveRequest, hash [16]byte, err error) {
	if in, hash, ok := scanReserve(string(body)); ok {
		return in, hash, nil
	}
	hash, err = hashed(body, &in)
	return in, hash, err
}

func (s *Server) replyGrant(c echo.Context, r *fsm.Result) error {
	return answered(c, func(a *answer) { a.grant(r, caller(c), s.o.Node.Now()) })
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
	return answered(c, func(a *answer) { a.reservation(&r) })
}

// listReservations shows the open holds and provisional charges, or those of
// one state, that carry the labels asked for.
func (s *Server) listReservations(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	cursor, err := recordCursor(c)
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
		case "state", "limit", "cursor", "consistency", "min_index":
		case fsm.LabelKey: // as a credential it has been read by the gate
			if !strings.HasPrefix(values[0], auth.SecretPrefix) {
				labels[name] = values[0]
			}
		default: // any label; a name that none has finds nothing, and never everything
			labels[name] = values[0]
		}
	}
	if agent(c) {
		labels[fsm.LabelKey] = caller(c).KeyID
	}
	filter.Labels = fsm.NewLabels(labels)
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next := s.o.Ledger.Reservations(filter, cursor, limit)
	return answered(c, func(a *answer) {
		a.page("reservations", next, len(list), func(i int) { a.reservation(&list[i]) })
	})
}
