package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Prices is what the API needs of the operator's prices.
type Prices interface {
	Base() *pricing.Catalogue // without them
	Current() (*pricing.Catalogue, uint64)
	At(index uint64) (*pricing.Catalogue, bool) // the one that holds of that index were quoted with
	Overrides() []pricing.Override
	Broken() []pricing.Broken
}

// priceJSON is a model's prices as the API shows them.
type priceJSON struct {
	pricing.Sheet
	Set    *pricing.Override `json:"set,omitzero"`    // what the operator set
	Broken string            `json:"broken,omitzero"` // why that cannot be in force
}

// priced is a model as the API shows it.
func (s *Server) priced(m *pricing.Model) priceJSON {
	out := priceJSON{Sheet: m.Sheet()}
	if m.Operator && s.o.Prices != nil {
		list, name := s.o.Prices.Overrides(), m.Provider+"/"+m.ID
		if i := slices.IndexFunc(list, func(o pricing.Override) bool { return o.Model == name }); i >= 0 {
			set := list[i]
			set.Model = "" // said beside it
			out.Set = &set
		}
	}
	return out
}

// listPrices shows the catalogue with the operator's prices over it, by
// provider and model: of one provider, of models whose id holds a text, or the
// operator's own.
func (s *Server) listPrices(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	provider, model, own := c.QueryParam("provider"), strings.ToLower(c.QueryParam("model")), c.QueryParam("operator")
	if own != "" && own != "true" && own != "false" {
		return badInput("operator: want true or false", "")
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	var names []string
	shown := map[string]priceJSON{}
	show := func(p priceJSON) {
		if provider != "" && p.Provider != provider || own != "" && (own == "true") != p.Operator ||
			!slices.ContainsFunc(append(p.IDs, p.Model), func(id string) bool { return strings.Contains(strings.ToLower(id), model) }) {
			return
		}
		name := p.Provider + "/" + p.Model
		names = append(names, name)
		shown[name] = p
	}
	for _, m := range s.o.Catalogue().Models() {
		show(s.priced(m))
	}
	for _, b := range s.broken() {
		show(b)
	}
	slices.Sort(names)
	from, found := slices.BinarySearch(names, c.QueryParam("cursor"))
	if found {
		from++
	}
	page := names[from:min(from+limit, len(names))]
	out := make([]priceJSON, len(page))
	for i, name := range page {
		out[i] = shown[name]
	}
	next := ""
	if len(page) > 0 && from+limit < len(names) {
		next = page[len(page)-1]
	}
	return reply(c, http.StatusOK, map[string]any{"prices": out, "next_cursor": next})
}

// broken are the operator's prices that cannot be in force.
func (s *Server) broken() []priceJSON {
	if s.o.Prices == nil {
		return nil
	}
	var out []priceJSON
	for _, b := range s.o.Prices.Broken() {
		provider, id, _ := strings.Cut(b.Model, "/")
		out = append(out, priceJSON{Broken: b.Err.Error(), Sheet: pricing.Sheet{Provider: provider, Model: id, IDs: []string{id},
			Prices: []pricing.PriceRow{}, Operator: true, Source: "operator", Confidence: pricing.ConfidenceOperator}})
	}
	return out
}

// priceName reads provider and model from the path; a model's id may hold
// slashes, escaped or not.
func priceName(c echo.Context) (provider, model string, err error) {
	provider, err = url.PathUnescape(c.Param("provider"))
	if err == nil {
		model, err = url.PathUnescape(c.Param("*"))
	}
	if err != nil || provider == "" || model == "" {
		return "", "", badInput("the path must name a provider and a model: /api/v1/prices/openai/gpt-4o", "")
	}
	return provider, model, nil
}

func (s *Server) getPrice(c echo.Context) error {
	provider, model, err := priceName(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	return s.showPrice(c, provider, model)
}

// showPrice answers with the prices of a model under any of its ids.
func (s *Server) showPrice(c echo.Context, provider, model string) error {
	for _, b := range s.broken() {
		if b.Provider == provider && b.Model == model {
			return reply(c, http.StatusOK, b)
		}
	}
	for _, m := range s.o.Catalogue().Models() {
		if m.Provider == provider && m.ID == model {
			return reply(c, http.StatusOK, s.priced(m))
		}
	}
	m, err := s.o.Catalogue().Lookup(provider, model)
	if err != nil {
		return problem(http.StatusNotFound, "not_found", fmt.Sprintf("no price is known for model %.120q of provider %.60q", model, provider),
			"set one: meshfw price set "+provider+"/"+model+" -input USD -output USD")
	}
	return reply(c, http.StatusOK, s.priced(m))
}

// putPrice sets the operator's price of a model, in force from the log index
// that the answer carries.
func (s *Server) putPrice(c echo.Context) error {
	provider, model, err := priceName(c)
	if err != nil {
		return err
	}
	var o pricing.Override
	if err := decode(c, &o); err != nil {
		return err
	}
	name := provider + "/" + model
	if o.Model != "" && o.Model != name {
		return badInput("model: the path names another one", "")
	}
	o.Model = name
	if err := s.priceable(func(list []pricing.Override) []pricing.Override { return append(without(list, name), o) }, name); err != nil {
		return err
	}
	price, err := prices.Encode(o)
	if err != nil {
		return badInput(err.Error(), "")
	}
	if err := s.changePrice(c, &fsm.PutPrice{Price: price, Actor: actor(c)}); err != nil {
		return err
	}
	return s.showPrice(c, provider, model)
}

// deletePrice ends the operator's price of a model: the catalogue's is in force
// again, where it has one.
func (s *Server) deletePrice(c echo.Context) error {
	provider, model, err := priceName(c)
	if err != nil {
		return err
	}
	name := provider + "/" + model
	if err := s.priceable(func(list []pricing.Override) []pricing.Override { return without(list, name) }, name); err != nil {
		return err
	}
	if err := s.changePrice(c, &fsm.DeletePrice{Provider: provider, Model: model, Actor: actor(c)}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func without(list []pricing.Override, name string) []pricing.Override {
	return slices.DeleteFunc(slices.Clone(list), func(o pricing.Override) bool { return o.Model == name })
}

// priceable refuses a change after which the price itself, or another one that
// rests on it, could not be in force.
func (s *Server) priceable(change func([]pricing.Override) []pricing.Override, name string) error {
	if s.o.Prices == nil {
		return problem(http.StatusNotImplemented, "read_only", "this node does not change prices", "")
	}
	_, broken := s.o.Prices.Base().Apply(change(s.o.Prices.Overrides())...)
	for _, b := range broken {
		if b.Model == name {
			return badInput(b.Err.Error(), "prices are decimal strings in USD per million tokens, such as \"2.5\"")
		}
		if !slices.ContainsFunc(s.o.Prices.Broken(), func(old pricing.Broken) bool { return old.Model == b.Model }) {
			return problem(http.StatusConflict, "in_use", "the price of "+b.Model+" rests on it: "+b.Err.Error(), "change or delete that one first")
		}
	}
	return nil
}

// changePrice submits a change and waits until this node has applied it.
func (s *Server) changePrice(c echo.Context, command fsm.Command) error {
	r, err := s.submit(c, command)
	if err != nil {
		return err
	}
	return s.o.Node.ReadAt(c.Request().Context(), raftnode.Stale, r.Index)
}

// estimate prices a usage; no budgets are involved.
func (s *Server) estimate(c echo.Context) error {
	var in struct {
		Provider    string        `json:"provider"`
		Model       string        `json:"model"`
		Usage       pricing.Usage `json:"usage"`
		ServiceTier string        `json:"service_tier"`
		Region      string        `json:"region"`
		Variant     string        `json:"variant"` // of a unit, such as an image's size
		At          time.Time     `json:"at"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	if in.Model == "" {
		return badInput("model: name one", "")
	}
	m, err := s.model(in.Provider, in.Model)
	if err != nil {
		return err
	}
	cost, err := m.Cost(in.Usage, pricing.Terms{ServiceTier: in.ServiceTier, Region: in.Region, Variant: in.Variant, At: in.At})
	if err != nil {
		return err
	}
	return reply(c, http.StatusOK, cost)
}
