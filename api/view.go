package api

import (
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

var (
	windowNames  = [...]string{"none", "hour", "day", "week", "month", "quarter", "year", "rolling"}
	breakerNames = [...]string{"closed", "open", "half_open", "frozen"}
	originNames  = [...]string{"", "api", "proxy"}
)

func name(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return "unknown"
	}
	return names[i]
}

func instant(t fsm.Time) *time.Time {
	if t == 0 {
		return nil
	}
	u := time.Unix(0, int64(t)).UTC()
	return &u
}
