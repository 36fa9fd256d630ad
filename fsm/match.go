package fsm

import "strings"

// MatchesLabels tells whether a budget covers requests with these labels.
func MatchesLabels(b *Budget, l Labels) bool {
	for _, m := range b.Match {
		if !anyGlob(m.Globs, l.Get(m.Label)) {
			return false
		}
	}
	return true
}

func anyGlob(globs []string, value string) bool {
	for _, g := range globs {
		if Glob(g, value) {
			return true
		}
	}
	return false
}

// Glob tells whether s matches a pattern in which "*" stands for any run of
// bytes and "?" for one, in linear time but for the backtracking to the last star.
func Glob(pattern, s string) bool {
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

// view is a request's labels as one alternative has them, for one run.
type view struct {
	labels          Labels
	model, provider string
	run             string
}

// get returns a label's value, "-" if it is missing.
func (v *view) get(name string) string {
	value := ""
	switch name {
	case LabelModel:
		value = v.model
	case LabelProvider:
		value = v.provider
	case LabelRun:
		value = v.run
	default:
		return v.labels.Get(name)
	}
	if value == "" {
		return "-"
	}
	return value
}

// Partition names the account of a budget that labels lead to: the values in
// the order of per, percent-encoded, joined by commas; "-" where one is missing
// and for a budget that is not partitioned.
func Partition(per []string, l Labels) string {
	v := view{labels: l, model: l.Get(LabelModel), provider: l.Get(LabelProvider), run: l.Get(LabelRun)}
	return string(v.appendPartition(nil, per))
}

func (v *view) appendPartition(b []byte, per []string) []byte {
	if len(per) == 0 {
		return append(b, '-')
	}
	for i, name := range per {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEscaped(b, v.get(name))
	}
	return b
}

// appendEscaped percent-encodes all but the unreserved characters of RFC 3986.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			b = append(b, c)
			continue
		}
		b = append(b, '%', hex[c>>4], hex[c&15])
	}
	return b
}
