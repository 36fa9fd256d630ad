package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// accountRef reads which account the path names. Partitions are
// percent-encoded in the ledger too, so they are taken from the path as it was
// sent, in the one form that the ledger writes.
func accountRef(c echo.Context) (fsm.AccountRef, error) {
	segments := strings.Split(c.Request().URL.EscapedPath(), "/") // "", api, v1, accounts, budget, partition, …
	budget, err := url.PathUnescape(segments[4])
	if err != nil {
		return fsm.AccountRef{}, badInput("budget: "+err.Error(), "")
	}
	parts := strings.Split(segments[5], ",")
	names, labels := make([]string, len(parts)), make(fsm.Labels, len(parts))
	for i, p := range parts {
		value, err := url.PathUnescape(p)
		if err != nil || value == "" {
			return fsm.AccountRef{}, badInput("partition: want label values, percent-encoded, joined by commas", "")
		}
		names[i] = string(rune('a' + i))
		labels[i] = fsm.Label{Name: names[i], Value: value}
		if i == maxPer {
			return fsm.AccountRef{}, badInput("partition: more parts than a budget has", "")
		}
	}
	return fsm.AccountRef{Budget: budget, Partition: fsm.Partition(names, labels)}, nil
}

// maxPer is more than the labels that partition a budget.
const maxPer = 16

// known reads an account, which is there as soon as its budget is, if the
// partition has as many parts as the budget is partitioned by.
func (s *Server) known(ref fsm.AccountRef) (fsm.AccountState, error) {
	b, ok := s.o.Ledger.Budget(ref.Budget)
	if !ok {
		return fsm.AccountState{}, problem(http.StatusNotFound, "not_found", "no such budget", "")
	}
	if len(b.Per) == 0 && ref.Partition != "-" || len(b.Per) > 0 && strings.Count(ref.Partition, ",")+1 != len(b.Per) {
		hint := "the budget is not partitioned: its one account is -"
		if len(b.Per) > 0 {
			hint = "a partition of this budget is the value of " + strings.Join(b.Per, ", then of ")
		}
		return fsm.AccountState{}, problem(http.StatusNotFound, "not_found", "no such account", hint)
	}
	a, ok := s.o.Ledger.Account(ref)
	if !ok {
		return a, problem(http.StatusNotFound, "not_found", "no such account", "")
	}
	return a, nil
}

func (s *Server) getAccount(c echo.Context) error {
	ref, err := accountRef(c)
	if err != nil {
		return err
	}
	if err := mayRead(c, ref.Budget); err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	return s.replyAccount(c, ref)
}

func (s *Server) replyAccount(c echo.Context, ref fsm.AccountRef) error {
	a, err := s.known(ref)
	if err != nil {
		return err
	}
	return answered(c, func(to *answer) { to.account(&a) })
}

func (s *Server) listAccounts(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	cursor, err := recordCursor(c)
	if err != nil {
		return err
	}
	if err := mayRead(c, param(c, "name")); err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next, ok := s.o.Ledger.Accounts(param(c, "name"), cursor, limit)
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such budget", "")
	}
	return answered(c, func(a *answer) {
		a.page("accounts", next, len(list), func(i int) { a.account(&list[i]) })
	})
}

// changeAccount carries out a change of the account that the path names, and
// answers the account.
func (s *Server) changeAccount(c echo.Context, make func(fsm.AccountRef) (fsm.Command, error)) error {
	ref, err := accountRef(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	if _, err := s.known(ref); err != nil {
		return err
	}
	cmd, err := make(ref)
	if err != nil {
		return err
	}
	return s.change(c, cmd, func(c echo.Context) error { return s.replyAccount(c, ref) })
}

func (s *Server) setLimit(c echo.Context) error {
	return s.changeAccount(c, func(ref fsm.AccountRef) (fsm.Command, error) {
		in := map[string]*money.USD{}
		if err := decode(c, &in); err != nil {
			return nil, err
		}
		limit, ok := in["limit"]
		if !ok || len(in) != 1 {
			return nil, badInput("give limit, and nothing else", "null takes the account's own limit away")
		}
		if limit != nil && *limit < 0 {
			return nil, badInput("limit: must not be negative", "")
		}
		return &fsm.SetLimit{Account: ref, Limit: limit, Actor: actor(c)}, nil
	})
}

func (s *Server) adjust(c echo.Context) error {
	return s.changeAccount(c, func(ref fsm.AccountRef) (fsm.Command, error) {
		var in struct {
			ID     string     `json:"id"`
			Amount *money.USD `json:"amount"`
			Reason string     `json:"reason"`
		}
		if err := decode(c, &in); err != nil {
			return nil, err
		}
		if in.ID == "" || len(in.ID) > maxID || in.Amount == nil || in.Reason == "" || len(in.Reason) > maxReason {
			return nil, badInput("id, amount and reason are needed", "the id makes a repeated adjustment count once; a negative amount takes spend away")
		}
		return &fsm.Adjust{ID: in.ID, Account: ref, Amount: *in.Amount, Reason: in.Reason, Actor: actor(c)}, nil
	})
}

func (s *Server) reset(c echo.Context) error {
	return s.changeAccount(c, func(ref fsm.AccountRef) (fsm.Command, error) {
		reason, err := reasonOf(c)
		return &fsm.Reset{Account: ref, Reason: reason, Actor: actor(c)}, err
	})
}

func (s *Server) freezeAccount(c echo.Context) error   { return s.setAccountFrozen(c, true) }
func (s *Server) unfreezeAccount(c echo.Context) error { return s.setAccountFrozen(c, false) }

func (s *Server) setAccountFrozen(c echo.Context, on bool) error {
	return s.changeAccount(c, func(ref fsm.AccountRef) (fsm.Command, error) {
		reason, err := reasonOf(c)
		return &fsm.Freeze{Budget: ref.Budget, Partition: &ref.Partition, On: on, Reason: reason, Actor: actor(c)}, err
	})
}
