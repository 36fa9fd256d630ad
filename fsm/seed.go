package fsm

import (
	"errors"
	"fmt"
	"slices"
)

// seed takes effect once in a cluster's life. Everything in it is checked
// first, so that it is applied as a whole or not at all; what was put before it
// stays.
func (m *Machine) seed(s *Seed) Result {
	if m.clusterID != "" {
		return Result{Index: m.index, Code: OK, Message: "seeded before"}
	}
	if err := Validate(s); err != nil {
		return m.fail(BadInput, err.Error())
	}
	limits := m.limits
	if s.Limits != nil {
		limits = *s.Limits
	}
	for _, t := range []struct {
		what        string
		have, bound int
	}{
		{"budgets", len(m.budgets) + len(s.Budgets), limits.Budgets},
		{"keys", m.keys.len() + len(s.Keys), limits.Keys},
		{"prices", m.prices.len() + len(s.Prices), limits.Prices},
		{"time zones", m.zones.len() + len(s.Zones), limits.Zones},
	} {
		if t.have > t.bound {
			return m.full(t.what, t.bound)
		}
	}
	m.clusterID, m.limits = s.ClusterID, limits
	m.changed(recLimits, &m.limits)
	m.record(Event{Type: EventSeed, Actor: s.Actor, Subject: s.ClusterID, Detail: fmt.Sprintf("%d budgets, %d keys, %d prices, %d time zones",
		len(s.Budgets), len(s.Keys), len(s.Prices), len(s.Zones))})
	for i := range s.Zones {
		if m.zones.get(s.Zones[i].Name) == nil {
			m.putZone(&PutZone{Zone: s.Zones[i]})
		}
	}
	for i := range s.Budgets {
		if m.policy(s.Budgets[i].Name) == nil {
			m.putBudget(&PutBudget{Budget: s.Budgets[i]})
		}
	}
	for i := range s.Keys {
		if m.keys.get(s.Keys[i].ID) == nil {
			m.putKey(&PutKey{Key: s.Keys[i]})
		}
	}
	for i := range s.Prices {
		if m.prices.get(s.Prices[i].name()) == nil {
			m.putPrice(&PutPrice{Price: s.Prices[i]})
		}
	}
	return Result{Index: m.index, Code: OK}
}

func validateSeed(s *Seed) error {
	if s.ClusterID == "" || len(s.ClusterID) > maxName {
		return fmt.Errorf("cluster id: %d bytes, 1 to %d are allowed", len(s.ClusterID), maxName)
	}
	if s.Limits != nil {
		if err := s.Limits.Validate(); err != nil {
			return err
		}
	}
	if len(s.Budgets) > maxSeedBudgets || len(s.Keys) > maxSeedKeys || len(s.Prices) > maxSeedPrices || len(s.Zones) > maxSeedZones {
		return fmt.Errorf("seed: at most %d budgets, %d keys, %d prices and %d time zones", maxSeedBudgets, maxSeedKeys, maxSeedPrices, maxSeedZones)
	}
	seen := map[string]bool{}
	once := func(what, name string) error {
		if seen[what+"/"+name] {
			return fmt.Errorf("seed: %s %q is there twice", what, name)
		}
		seen[what+"/"+name] = true
		return nil
	}
	for i := range s.Zones {
		if err := errors.Join(validateZone(&s.Zones[i]), once("time zone", s.Zones[i].Name)); err != nil {
			return err
		}
	}
	for i := range s.Budgets {
		b := &s.Budgets[i]
		if err := errors.Join(validateBudget(b), once("budget", b.Name)); err != nil {
			return err
		}
		if z := b.Window.Zone; z != "" && z != "UTC" && !slices.ContainsFunc(s.Zones, func(o Zone) bool { return o.Name == z }) {
			return fmt.Errorf("seed: budget %q: its time zone %q is not among the seed's", b.Name, z)
		}
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		if err := errors.Join(validateKey(k), once("key", k.ID), once("secret", string(k.Hash))); err != nil {
			return err
		}
		if len(k.SecondHash) > 0 {
			if err := once("secret", string(k.SecondHash)); err != nil {
				return err
			}
		}
	}
	for i := range s.Prices {
		if err := errors.Join(validatePrice(&s.Prices[i]), once("price", s.Prices[i].name())); err != nil {
			return err
		}
	}
	return nil
}
