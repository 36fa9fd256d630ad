package fsm

import (
	"net/url"
	"strings"
)

// MatchesLabels tells whether a budget covers requests with these labels.
func MatchesLabels(b *Budget, l Labels) bool {
	for _, m := range b.Match {
		value, ok := l.Get(m.Label), false
		for _, g := range m.Globs {
			if ok = glob(g, value); ok {
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// glob matches "*" with any run of bytes and "?" with one, in linear time but
// for the backtracking to the last star.
func glob(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Partition names the account of a budget that labels lead to: the values in
// the order of per, percent-encoded, joined by commas; "-" where one is missing
// and for a budget that is not partitioned.
func Partition(per []string, l Labels) string {
	if len(per) == 0 {
		return "-"
	}
	if len(per) == 1 {
		return escape(l.Get(per[0]))
	}
	parts := make([]string, len(per))
	for i, name := range per {
		parts[i] = escape(l.Get(name))
	}
	return strings.Join(parts, ",")
}

// escape leaves plain names as they are, without an allocation.
func escape(s string) string {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			continue
		}
		return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	}
	return s
}
