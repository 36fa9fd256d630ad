package auth

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// runMark stands between a key's id and the run that the key's client named.
// No key's id holds it, so no key reaches another key's runs.
const runMark = "~"

// trust is the set of labels that identity headers may set.
type trust struct {
	labels   map[string]bool
	prefixes []string // of labels
}

func newTrust(headers []string) (trust, error) {
	t := trust{labels: map[string]bool{}}
	for _, h := range headers {
		name := http.CanonicalHeaderKey(h)
		label, ok := labelOf(name)
		switch {
		case !ok:
			return t, fmt.Errorf("auth.trusted_headers: %.64q: name X-Agent-Id, X-User-Id, X-Team-Id, or %s<name> (or %s* for all of them); run headers always count", h, TagHeader, TagHeader)
		case strings.HasSuffix(label, "*"):
			t.prefixes = append(t.prefixes, strings.TrimSuffix(label, "*"))
		default:
			t.labels[label] = true
		}
	}
	return t, nil
}

// labelOf is the label that a header sets, but for run headers.
func labelOf(header string) (string, bool) {
	for _, i := range identityHeaders {
		if i.header == header {
			return i.label, !isRun(i.label)
		}
	}
	tag, ok := strings.CutPrefix(header, TagHeader)
	return fsm.LabelTagPrefix + strings.ToLower(tag), ok && tag != ""
}

func (t trust) may(label string) bool {
	if t.labels[label] {
		return true
	}
	for _, p := range t.prefixes {
		if strings.HasPrefix(label, p) {
			return true
		}
	}
	return false
}

func isRun(label string) bool { return label == fsm.LabelRun || label == fsm.LabelParentRun }

// Labels returns what the caller's request is accounted under, sorted by name.
// An error is an *Error.
func (g *Gate) Labels(c Caller, h http.Header) (fsm.Labels, error) {
	said, err := headerLabels(h)
	if err != nil || c.Open {
		return said, err
	}
	return g.merge(c, said, false)
}

// BodyLabels is Labels for labels that stand in an API call's body: one that
// the key may not set is refused instead of ignored. An admin may set any.
func (g *Gate) BodyLabels(c Caller, said fsm.Labels) (fsm.Labels, error) {
	if c.Open {
		return said, nil
	}
	return g.merge(c, said, true)
}

// merge lays what a request says under what its key says. strict refuses what
// the key may not say.
func (g *Gate) merge(c Caller, said fsm.Labels, strict bool) (fsm.Labels, error) {
	out := make(fsm.Labels, 0, len(said)+len(c.Labels)+1)
	admin := strict && c.Role == RoleAdmin
	own := append(fsm.Labels{{Name: fsm.LabelKey, Value: c.KeyID}}, c.Labels...)
	for _, l := range own {
		if !admin || said.Get(l.Name) == "-" {
			out = append(out, l)
		}
	}
	for _, l := range said {
		set, has := get(own, l.Name)
		switch {
		case admin:
			out = append(out, l)
		case isRun(l.Name):
			if len(c.KeyID)+len(runMark)+len(l.Value) > MaxLabelBytes {
				return nil, malformed(fmt.Sprintf("%s: at most %d characters with this key", l.Name, MaxLabelBytes-len(c.KeyID)-len(runMark)))
			}
			out = append(out, fsm.Label{Name: l.Name, Value: c.KeyID + runMark + l.Value})
		case has && set == l.Value:
		case !has && g.trusted.may(l.Name):
			out = append(out, l)
		case strict:
			return nil, &Error{Status: http.StatusForbidden, Reason: "label_not_allowed",
				Message: fmt.Sprintf("this key may not set label %.100q", l.Name),
				Hint:    "give the key the label, or list its header in auth.trusted_headers"}
		}
	}
	if len(out) > MaxLabels {
		return nil, malformed(fmt.Sprintf("more than %d labels", MaxLabels))
	}
	out.Sort()
	return out, nil
}

func get(ls fsm.Labels, name string) (string, bool) {
	for _, l := range ls {
		if l.Name == name {
			return l.Value, true
		}
	}
	return "", false
}

// CheckTrustedHeaders tells what is wrong with a list of trusted headers.
func CheckTrustedHeaders(headers []string) error {
	_, err := newTrust(headers)
	return err
}

// CheckKeyLabels tells what is wrong with the labels of a key.
func CheckKeyLabels(labels map[string]string) error {
	if len(labels) > MaxLabels/2 {
		return fmt.Errorf("labels: at most %d on a key", MaxLabels/2)
	}
	for name, value := range labels {
		switch {
		case name == fsm.LabelAgent || name == fsm.LabelUser || name == fsm.LabelTeam:
		case strings.HasPrefix(name, fsm.LabelTagPrefix) && len(name) > len(fsm.LabelTagPrefix) && len(name) <= 128:
		default:
			return fmt.Errorf("labels: a key may carry agent, user, team and tag.<name>, not %.64q", name)
		}
		if value == "" || len(value) > MaxLabelBytes {
			return fmt.Errorf("labels: %.64q has 1 to %d bytes", name, MaxLabelBytes)
		}
	}
	return nil
}

// ValidKeyID tells whether a key may have this id: 1 to 64 letters, digits,
// '-', '_' or '.'.
func ValidKeyID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, digits+"-_.") == ""
}
