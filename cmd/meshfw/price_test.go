package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// Ensure that each figure of a price can be set on the command line. Rows have
// their file.
func TestEveryFigureOfAPriceHasAFlag(t *testing.T) {
	flags := priceSet().Flags()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[client.PriceSetting]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "rows" {
			continue
		}
		if name = strings.ReplaceAll(name, "_", "-"); name == "units" {
			name = "unit"
		}
		if flags.Lookup(name) == nil {
			t.Errorf("price set has no -%s", name)
		}
	}
}
