package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// showHealth writes the cluster's health: its figures, then a row per server.
func showHealth(t *table, raw jsontext.Value) error {
	var top map[string]any
	if err := json.Unmarshal(raw, &top); err != nil {
		return fmt.Errorf("health: the answer cannot be read: %w", err)
	}
	servers, _ := top["servers"].([]any)
	delete(top, "servers")
	for _, name := range slices.Sorted(maps.Keys(top)) {
		t.row(name, plainText(top[name]))
	}
	if len(servers) == 0 {
		return nil
	}
	t.line("")
	columns := []string{"id", "state", "suffrage", "healthy", "lag", "applied_index", "last_contact", "clock_offset", "disk", "version"}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = c
	}
	t.row(head...)
	for _, s := range servers {
		server, _ := s.(map[string]any)
		row := make([]any, len(columns))
		for i, c := range columns {
			row[i] = plainText(server[c])
		}
		t.row(row...)
	}
	return nil
}

func plainText(v any) string {
	switch v := v.(type) {
	case nil, map[string]any, []any:
		return "-"
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		return or(v, "-")
	}
	return fmt.Sprint(v)
}
