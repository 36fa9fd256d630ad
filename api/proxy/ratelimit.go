package proxy

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// microUSD is the unit of the RateLimit headers: their integers have at most 15
// digits.
const microUSD = money.USD(1000)

// maxHeaderInt is the largest integer of a structured field.
const maxHeaderInt = 999_999_999_999_999

// rateLimitHeaders tells the tightest hard budget of a call, in the fields of
// draft-ietf-httpapi-ratelimit-headers: quota and remainder in millionths of a
// USD, window and reset in seconds.
func rateLimitHeaders(h http.Header, accounts []fsm.AccountState, now fsm.Time) {
	tightest, least := -1, money.USD(0)
	for i := range accounts {
		a := &accounts[i]
		if a.Limit == nil || a.Monitor {
			continue
		}
		left, err := money.Sub(*a.Limit, a.Spent+a.Provisional+a.Held)
		if err == nil && (tightest < 0 || left < least) {
			tightest, least = i, left
		}
	}
	if tightest < 0 {
		return
	}
	a := &accounts[tightest]
	name := `"` + strings.Map(plainASCII, a.Ref.Budget) + `"`
	policy := name + ";q=" + strconv.FormatInt(headerInt(*a.Limit), 10) + `;qu="usd-micros"`
	limit := name + ";r=" + strconv.FormatInt(headerInt(least), 10)
	if a.End > a.Start {
		policy += ";w=" + strconv.FormatInt(int64(a.End-a.Start)/int64(time.Second), 10)
		limit += ";t=" + strconv.FormatInt(max(int64(a.End-now)/int64(time.Second), 0), 10)
	}
	h.Set("Ratelimit-Policy", policy) // the canonical forms of RateLimit and RateLimit-Policy
	h.Set("Ratelimit", limit)
}

func headerInt(u money.USD) int64 { return min(max(int64(u/microUSD), 0), maxHeaderInt) }

func plainASCII(r rune) rune {
	if r < ' ' || r > '~' || r == '"' || r == '\\' {
		return '?'
	}
	return r
}
