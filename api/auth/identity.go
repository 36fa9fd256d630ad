package auth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Bounds of what identifies a caller: bytes of one value, number of labels.
const (
	MaxLabelBytes = 256
	MaxLabels     = 32
)

// TagHeader is the start of the headers that carry free labels: X-Meshfw-Tag-Job
// is the label tag.job.
const TagHeader = "X-Meshfw-Tag-"

var identityHeaders = [...]struct{ header, label string }{
	{"X-Agent-Id", fsm.LabelAgent}, {"X-User-Id", fsm.LabelUser}, {"X-Team-Id", fsm.LabelTeam},
	{"X-Run-Id", fsm.LabelRun}, {"X-Parent-Run-Id", fsm.LabelParentRun},
}

// sessionHeaders name the run where no run header does.
var sessionHeaders = [...]string{"X-Claude-Code-Session-Id", "Session-Id"}

// IsIdentityHeader tells whether a header, in canonical form, speaks to the
// firewall about the caller. Such headers are not sent to providers.
func IsIdentityHeader(name string) bool {
	if strings.HasPrefix(name, "X-Meshfw-") || slices.Contains(sessionHeaders[:], name) {
		return true
	}
	for i := range identityHeaders {
		if identityHeaders[i].header == name {
			return true
		}
	}
	return false
}

// headerLabels reads every label that headers name, sorted by name. A header
// that is repeated, too long or not printable ASCII is an error, also where it
// would not count.
func headerLabels(h http.Header) (fsm.Labels, error) {
	var ls fsm.Labels
	run := false
	for _, i := range identityHeaders {
		v, err := OneValue(h, i.header)
		if err != nil {
			return nil, err
		}
		if v != "" {
			ls = append(ls, fsm.Label{Name: i.label, Value: v})
			run = run || i.label == fsm.LabelRun
		}
	}
	for _, name := range sessionHeaders {
		v, err := OneValue(h, name)
		if err != nil {
			return nil, err
		}
		if v != "" && !run {
			ls, run = append(ls, fsm.Label{Name: fsm.LabelRun, Value: v}), true
		}
	}
	for name := range h {
		tag, ok := strings.CutPrefix(name, TagHeader)
		if !ok || tag == "" {
			continue
		}
		v, err := OneValue(h, name)
		if err != nil {
			return nil, err
		}
		if v != "" {
			ls = append(ls, fsm.Label{Name: fsm.LabelTagPrefix + strings.ToLower(tag), Value: v})
		}
	}
	if len(ls) > MaxLabels {
		return nil, malformed(fmt.Sprintf("more than %d labels", MaxLabels))
	}
	ls.Sort()
	return ls, nil
}

// OneValue returns the value of a header that may stand once, in printable
// ASCII, or "" where there is none. An error is an *Error.
func OneValue(h http.Header, name string) (string, error) {
	v := h.Values(name)
	if len(v) == 0 {
		return "", nil
	}
	bad := len(v) > 1 || len(v[0]) > MaxLabelBytes || len(name) > MaxLabelBytes
	for i := 0; !bad && i < len(v[0]); i++ {
		bad = v[0][i] < ' ' || v[0][i] > '~'
	}
	if bad {
		return "", malformed(fmt.Sprintf("%.64s: give it once, in at most %d printable ASCII characters", name, MaxLabelBytes))
	}
	return v[0], nil
}
