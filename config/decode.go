package config

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// labelled are the kinds of block that carry a name.
var labelled = map[string]bool{"provider": true, "budget": true, "price": true, "degrade": true, "key": true, "webhook": true}

// decoder fills a Config from blocks.
type decoder struct {
	c    *Config
	seen map[string]string // block -> where
}

var kinds = []string{"node", "http", "cluster", "snapshots", "auth", "log", "limits", "admin", "provider", "clamp", "degrade", "budget", "price", "key", "webhook", "tracing"}

// alone is where a block that stands alone is kept; nil for the kinds with labels.
func (c *Config) alone(kind string) any {
	switch kind {
	case "node":
		return &c.Node
	case "http":
		return &c.HTTP
	case "cluster":
		return &c.Cluster
	case "snapshots":
		return &c.Snapshots
	case "auth":
		return &c.Auth
	case "log":
		return &c.Log
	case "limits":
		return &c.Limits
	case "admin":
		c.Admin = &Admin{}
		return c.Admin
	case "clamp":
		return &c.Clamp
	case "tracing":
		return &c.Tracing
	}
	return nil
}

// settings is an empty struct of the settings of a kind of block.
func settings(kind string) any {
	switch kind {
	case "provider":
		return &Provider{}
	case "degrade":
		return &Degrade{}
	case "budget":
		return &policy.Budget{}
	case "price":
		return &Price{}
	case "webhook":
		return &Webhook{}
	case "key":
		return &Key{}
	}
	return new(Config).alone(kind)
}

func (d *decoder) block(b *block) error {
	if (b.label != "") != labelled[b.kind] && slices.Contains(kinds, b.kind) {
		return fmt.Errorf("%s: %s: write %s", b.at, b.kind, shape(b.kind))
	}
	if first, ok := d.seen[b.where()]; ok && b.kind != "degrade" { // of ladders the first that matches counts
		return fmt.Errorf("%s: %s: already given at %s", b.at, b.where(), first)
	}
	d.seen[b.where()] = b.at
	if into := d.c.alone(b.kind); into != nil {
		return d.fill(b, into)
	}
	switch b.kind {
	case "key":
		k := Key{Name: b.label}
		err := d.fill(b, &k)
		d.c.Keys = append(d.c.Keys, k)
		return err
	case "provider":
		p := Provider{Name: b.label}
		if err := d.fill(b, &p); err != nil {
			return err
		}
		d.c.Providers = append(d.c.Providers, p)
		if _, err := p.Caps.Pricing(); err != nil {
			return fmt.Errorf("%s: caps in %s: %w", b.at, b.where(), err)
		}
		return nil
	case "degrade":
		return d.degrade(b)
	case "budget":
		p, err := d.budget(b)
		d.c.Budgets = append(d.c.Budgets, p)
		return err
	case "price":
		return d.price(b)
	case "webhook":
		w := Webhook{Name: b.label}
		err := d.fill(b, &w)
		d.c.Webhooks = append(d.c.Webhooks, w)
		return err
	}
	return fmt.Errorf("%s: unknown block %q%s; allowed: %s", b.at, b.kind, meant(b.kind, kinds), strings.Join(kinds, ", "))
}

// budget reads a budget block and checks that the ledger can take it.
func (d *decoder) budget(b *block) (policy.Budget, error) {
	p := policy.Budget{Name: b.label}
	if err := d.fill(b, &p); err != nil {
		return p, err
	}
	if _, err := p.Compile(); err != nil {
		return p, fmt.Errorf("%s: %s: %w", b.at, b.where(), err)
	}
	d.doubtful(b, slices.Concat(p.Per, slices.Sorted(maps.Keys(p.Match))))
	return p, nil
}

// carried are the labels that calls have without anybody's invention.
var carried = []string{fsm.LabelAgent, fsm.LabelUser, fsm.LabelTeam, fsm.LabelKey, fsm.LabelRun, fsm.LabelParentRun, fsm.LabelModel, fsm.LabelProvider}

// doubtful warns of labels that look like a slip of the finger. Any label may
// stand, since reservations made by the API may carry any, but a budget on one
// that no call carries covers nothing, or keeps everybody in one account.
func (d *decoder) doubtful(b *block, labels []string) {
	for _, l := range labels {
		near, distance := nearest(l, carried)
		if distance == 0 || distance > 2 || distance > 1 && len(l) < 5 {
			continue
		}
		d.c.Warnings = append(d.c.Warnings, fmt.Sprintf("%s: %s: label %q is none that calls carry by themselves: did you mean %q?", b.at, b.where(), l, near))
	}
}

func shape(kind string) string {
	if labelled[kind] {
		return kind + ` "name" { ... }`
	}
	return kind + " { ... }"
}

// meant returns ", did you mean ...?" when a known name is close.
func meant(name string, known []string) string {
	best, distance := nearest(name, known)
	if distance > 2 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// nearest returns the first of the known names that takes the fewest letters to
// reach from name, and how many.
func nearest(name string, known []string) (best string, distance int) {
	distance = math.MaxInt
	for _, k := range known {
		if n := levenshtein.Distance(name, k, nil); n < distance {
			best, distance = k, n
		}
	}
	return best, distance
}

// fields lists the settings of a struct by name.
func fields(target any) (map[string]reflect.Value, []string) {
	v := reflect.ValueOf(target).Elem()
	out := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		if name := v.Type().Field(i).Tag.Get("cfg"); name != "" {
			out[name] = v.Field(i)
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return out, names
}

// mayBeUnset tells where a variable that is not set leaves a setting out
// instead of stopping the start: a provider without a key is refused by the
// provider itself, and an open firewall has no use for an admin token.
func (d *decoder) mayBeUnset(b *block, name string) bool {
	return b.kind == "provider" && name == "api_key" || b.kind == "auth" && name == "admin_token" && b.get("mode") == "open"
}

// fill sets the settings of target, the struct of b's kind. A field that is a
// pointer to a struct takes a block in the block.
func (d *decoder) fill(b *block, target any) error {
	known, names := fields(target)
	for _, a := range b.args {
		f, ok := known[a.name]
		if !ok {
			return fmt.Errorf("%s: unknown setting %q in %s%s; allowed: %s", a.at, a.name, b.where(), meant(a.name, names), strings.Join(names, ", "))
		}
		if u, ok := a.value.(unset); ok {
			if !d.mayBeUnset(b, a.name) {
				return fmt.Errorf("%s: %s in %s: %w", a.at, a.name, b.where(), u)
			}
			d.c.Warnings = append(d.c.Warnings, fmt.Sprintf("%s: %s in %s: %s is not set", a.at, a.name, b.where(), u.name))
			continue
		}
		if f.Kind() == reflect.Pointer {
			nested, ok := b.nested(a)
			if !ok {
				return fmt.Errorf("%s: %s in %s: must be a block", a.at, a.name, b.where())
			}
			f.Set(reflect.New(f.Type().Elem()))
			if err := d.fill(nested, f.Interface()); err != nil {
				return err
			}
			continue
		}
		if want := set(f, a.value); want != "" {
			return fmt.Errorf("%s: %s in %s: must be %s", a.at, a.name, b.where(), want)
		}
	}
	return nil
}

// set puts value into f; it returns what f takes when value is something else.
func set(f reflect.Value, value any) string {
	text, isText := value.(string)
	switch p := f.Addr().Interface().(type) {
	case *string:
		if !isText {
			return "a string"
		}
		*p = text
	case *bool:
		if isText && (text == "true" || text == "false") {
			value = text == "true"
		}
		b, ok := value.(bool)
		if !ok {
			return "true or false"
		}
		*p = b
	case *int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if !isText || err != nil || n < 0 {
			return "a whole number, 0 or more"
		}
		*p = n
	case *time.Duration:
		n, err := time.ParseDuration(text)
		if !isText || err != nil || n <= 0 {
			return `a duration above 0 such as "5s"`
		}
		*p = n
	case *[]string:
		list, ok := stringList(value)
		if !ok {
			return "a list of strings"
		}
		*p = list
	case *[]int:
		list, ok := stringList(value)
		if !ok {
			return "a list of whole numbers"
		}
		*p = nil
		for _, s := range list {
			n, err := strconv.Atoi(s)
			if err != nil {
				return "a list of whole numbers"
			}
			*p = append(*p, n)
		}
	case *map[string]string:
		m, ok := object(value)
		if !ok {
			return "a map of names to strings"
		}
		*p = make(map[string]string, len(m))
		for k, v := range m {
			if (*p)[k], ok = v.(string); !ok {
				return "a map of names to strings"
			}
		}
	case *map[string][]string:
		m, ok := object(value)
		if !ok {
			return "a map of labels to lists of patterns"
		}
		*p = make(map[string][]string, len(m))
		for k, v := range m {
			if (*p)[k], ok = stringList(v); !ok {
				return "a map of labels to lists of patterns"
			}
		}
	}
	return ""
}

func stringList(value any) ([]string, bool) {
	if s, ok := value.(string); ok { // from the environment
		if s == "" {
			return nil, true
		}
		return strings.Split(s, ","), true
	}
	list, ok := value.([]any)
	if !ok {
		return nil, false
	}
	out := make([]string, 0, len(list))
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}
