package api

import (
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that the Go client's calls that no command makes are understood here,
// and their answers there: check, batch, extend, charge, usage.
func TestGoClientSpends(t *testing.T) {
	b := start(t)
	c, err := client.New(b.url, client.Options{Token: adminToken})
	if err != nil {
		t.Fatal(err)
	}
	ctx, ada := t.Context(), map[string]string{"agent": "ada"}
	amount := func(v money.USD) client.Reservation { return client.Reservation{Labels: ada, Amount: &v} }

	if d, err := c.Check(ctx, amount(11*money.Dollar)); err != nil || d.Allowed || d.Reason != "exceeds_limit" {
		t.Errorf("check: %+v, %v", d, err)
	}
	list, err := c.ReserveBatch(ctx, []client.Reservation{amount(money.Dollar), amount(11 * money.Dollar), {Labels: ada}})
	if err != nil || len(list) != 3 {
		t.Fatalf("batch: %+v, %v", list, err)
	}
	if !list[0].Allowed || list[0].Amount != money.Dollar || list[1].Allowed || list[1].Problem != nil ||
		list[2].Problem == nil || list[2].Problem.Code != "bad_input" {
		t.Errorf("batch: %+v", list)
	}
	h, err := c.Extend(ctx, list[0].ID, 2*money.Dollar, time.Hour)
	if err != nil || h.Amount != 2*money.Dollar || h.ExpiresAt == nil || time.Until(*h.ExpiresAt) < 50*time.Minute {
		t.Errorf("extend: %+v, %v", h, err)
	}
	u := client.Usage{InputTokens: 1000, OutputTokens: 100}
	if h, err = c.SettleUsage(ctx, list[0].ID, "openai", "gpt-4o-mini", u); err != nil || h.State != "settled" || h.Usage == nil || h.Usage.OutputTokens != 100 {
		t.Errorf("settle: %+v, %v", h, err)
	}
	for range 2 {
		if err := c.Charge(ctx, "by-hand", ada, money.Dollar); err != nil {
			t.Error(err)
		}
	}
	if a, err := c.Account(ctx, "agent", "ada"); err != nil || a.Spent != money.Dollar+h.Actual {
		t.Errorf("account: %+v, %v", a, err)
	}
}
