package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

type spendRequest struct {
	ID       string         `json:"id"`
	Labels   labelsJSON     `json:"labels"`
	Amount   *money.USD     `json:"amount"`
	Usage    *pricing.Usage `json:"usage"`
	Model    string         `json:"model"`
	Provider string         `json:"provider"`
}

// cost is the amount named, or what the usage costs at the dearest time.
func cost(cat *pricing.Catalogue, blocks Blocks, in *spendRequest) (money.USD, *fsm.Usage, error) {
	if (in.Amount == nil) == (in.Usage == nil) {
		return 0, nil, badInput("give either amount, or usage and model", "")
	}
	if in.Amount != nil {
		if *in.Amount < 0 {
			return 0, nil, badInput("amount: must not be negative", "")
		}
		return *in.Amount, nil, nil
	}
	if in.Model == "" {
		return 0, nil, badInput("model: name the one that was used", "")
	}
	m, err := modelOf(cat, blocks.catalogue(in.Provider), in.Model)
	if err != nil {
		return 0, nil, err
	}
	priced, err := m.Cost(*in.Usage, pricing.Terms{})
	if err != nil {
		return 0, nil, err
	}
	used := prices.Usage(in.Usage)
	return priced.Amount, &used, nil
}

// authority says on whose behalf a caller acts on a reservation: an admin acts
// on those of every key, but on none of the proxy's, whose calls only the proxy
// knows the end of.
func (s *Server) authority(c echo.Context, id string) (owner string, force bool, err error) {
	who := caller(c)
	if who.Open || agent(c) {
		return who.KeyID, false, nil
	}
	r, ok := s.o.Ledger.Reservation(id)
	if !ok {
		if err := s.o.Node.ReadAt(c.Request().Context(), defaultRead, 0); err != nil {
			return "", false, err
		}
		r, ok = s.o.Ledger.Reservation(id)
	}
	return who.KeyID, ok && r.Origin == fsm.OriginAPI, nil
}

func (s *Server) settle(c echo.Context) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	in, err := decodeSpend(b.Bytes())
	giveBody(b)
	if err != nil {
		return err
	}
	if in.ID != "" || in.Labels != nil {
		return badInput("id and labels are the reservation's", "")
	}
	id := param(c, "id")
	cat := s.o.Catalogue()
	if in.Usage != nil { // by the prices that the hold was quoted with
		r, err := s.find(c)
		if err != nil {
			return err
		}
		if in.Model == "" {
			in.Model = r.Model
		}
		if in.Provider == "" {
			in.Provider = r.Provider
		}
		if s.o.Prices != nil {
			if then, ok := s.o.Prices.At(r.PricesIndex); ok {
				cat = then
			}
		}
	}
	amount, usage, err := cost(cat, s.o.Blocks, &in)
	if err != nil {
		return err
	}
	owner, force, err := s.authority(c, id)
	if err != nil {
		return err
	}
	return s.end(c, &fsm.Settle{ID: id, Amount: amount, Usage: usage, Origin: fsm.OriginAPI, Owner: owner, Force: force})
}

func decodeSpend(body []byte) (in spendRequest, err error) {
	if amount, ok := scanAmount(string(body)); ok {
		return spendRequest{Amount: &amount}, nil
	}
	err = unmarshal(body, &in)
	return in, err
}

func (s *Server) release(c echo.Context) error {
	var none struct{}
	if err := decodeOptional(c, &none); err != nil {
		return err
	}
	id := param(c, "id")
	owner, force, err := s.authority(c, id)
	if err != nil {
		return err
	}
	return s.end(c, &fsm.Release{ID: id, Origin: fsm.OriginAPI, Owner: owner, Force: force})
}

func (s *Server) extend(c echo.Context) error {
	var in struct {
		Amount *money.USD `json:"amount"`
		TTL    string     `json:"ttl"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Amount == nil && in.TTL == "" {
		return badInput("give amount, ttl or both", "both are absolute: the whole hold, the time from now")
	}
	id := param(c, "id")
	cmd := &fsm.Extend{ID: id, Origin: fsm.OriginAPI}
	if in.Amount != nil {
		if *in.Amount < 0 {
			return badInput("amount: must not be negative", "")
		}
		cmd.Amount = *in.Amount
	}
	if in.TTL != "" {
		ttl, err := ttlOf(in.TTL)
		if err != nil {
			return err
		}
		// The ledger allows 24 h from log time, which may be a little behind the clock.
		cmd.Deadline = min(s.o.Node.Now()+fsm.Time(ttl), s.o.Ledger.Now()+fsm.Time(MaxTTL))
	}
	var err error
	if cmd.Owner, cmd.Force, err = s.authority(c, id); err != nil {
		return err
	}
	return s.end(c, cmd)
}

func (s *Server) charge(c echo.Context) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	defer giveBody(b)
	var in spendRequest
	hash, err := hashed(b.Bytes(), &in)
	if err != nil {
		return err
	}
	if in.ID == "" || len(in.ID) > maxID {
		return badInput(fmt.Sprintf("id: 1 to %d bytes are needed", maxID), "it makes a repeated charge count once")
	}
	labels, err := s.labels(caller(c), in.Labels)
	if err != nil {
		return err
	}
	amount, usage, err := cost(s.o.Catalogue(), s.o.Blocks, &in)
	if err != nil {
		return err
	}
	if in.Model != "" {
		labels = append(labels, fsm.Label{Name: fsm.LabelModel, Value: in.Model})
	}
	if in.Provider != "" {
		labels = append(labels, fsm.Label{Name: fsm.LabelProvider, Value: in.Provider})
	}
	labels.Sort()
	return s.end(c, &fsm.Charge{ID: in.ID, Hash: hash, Labels: labels, Amount: amount, Usage: usage, Owner: caller(c).KeyID})
}

// end submits what changes a reservation or records spend, and answers the
// reservation.
func (s *Server) end(c echo.Context, cmd fsm.Command) error {
	r, err := s.submit(c, cmd)
	if err != nil {
		return err
	}
	if f := r.Refusal; r.Code == fsm.Refused && f != nil {
		return problem(http.StatusPaymentRequired, f.Reason.String(),
			"the hold was not raised: budget "+f.Account.Budget+", account "+f.Account.Partition, remedy(f))
	}
	if r.Reservation == nil {
		return reply(c, http.StatusOK, map[string]any{"index": r.Index})
	}
	return answered(c, func(a *answer) {
		a.reservationOn(r.Reservation, len(r.Accounts), func(i int) *fsm.AccountRef { return &r.Accounts[i].Ref })
	})
}
