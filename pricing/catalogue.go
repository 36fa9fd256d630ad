package pricing

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed catalogue/*.hcl
var files embed.FS

// Catalogue maps models to prices. It is immutable and safe for concurrent
// use; With returns a changed copy.
type Catalogue struct {
	providers map[string]*shelf
}

// shelf is one provider's models by every id they go by.
type shelf struct {
	info    *provider
	byID    map[string]*Model
	models  []*Model         // each once
	unknown *Model           // the operator's price for ids that are not known
	blocked map[string]error // ids whose price by the operator cannot be in force
}

// Embedded returns the catalogue that comes with the program, parsed once.
func Embedded() (*Catalogue, error) { return embedded() }

var embedded = sync.OnceValues(loadEmbedded)

func loadEmbedded() (*Catalogue, error) {
	names, err := fs.Glob(files, "catalogue/*.hcl")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{providers: make(map[string]*shelf, len(names))}
	for _, name := range names {
		src, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := c.load(strings.TrimPrefix(name, "catalogue/"), src); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Load reads one more catalogue file, in the format of the embedded ones, on
// top of c: a provider named in it is replaced as a whole. Errors carry name
// and line.
func (c *Catalogue) Load(name string, src []byte) (*Catalogue, error) {
	out := c.clone()
	return out, out.load(name, src)
}

func (c *Catalogue) load(name string, src []byte) error {
	p, models, err := loadFile(name, src)
	if err != nil {
		return err
	}
	s := &shelf{info: p, byID: make(map[string]*Model, 2*len(models)), models: models}
	for _, m := range models {
		for _, id := range m.IDs {
			if s.byID[id] != nil {
				return fmt.Errorf("%s: id %q is listed twice, by %q and %q", name, id, s.byID[id].ID, m.ID)
			}
			s.byID[id] = m
		}
	}
	c.providers[p.name] = s
	return nil
}

func (c *Catalogue) clone() *Catalogue {
	return &Catalogue{providers: maps.Clone(c.providers)}
}

// Providers returns the catalogue names of all providers, sorted.
func (c *Catalogue) Providers() []string {
	return slices.Sorted(maps.Keys(c.providers))
}

// Models returns every model, by provider and id. The operator's price for
// unknown ones has the id "*".
func (c *Catalogue) Models() []*Model {
	var out []*Model
	for _, name := range c.Providers() {
		s := c.providers[name]
		out = append(out, s.models...)
		if s.unknown != nil {
			out = append(out, s.unknown)
		}
	}
	slices.SortFunc(out, func(a, b *Model) int {
		if n := strings.Compare(a.Provider, b.Provider); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

// maxIDBytes bounds a model's id; longer ones are not looked up.
const maxIDBytes = 512

// Lookup finds a model by the id on the wire. provider is the catalogue's
// name: "openai", "anthropic", "google". In this order: the exact id,
// snapshots and aliases included; the id without a prefix the provider is
// known to use; the base of a fine-tune ("ft:gpt-4o-2024-08-06:org::x"), whose
// prices are an entry of their own; the operator's price for unknown models.
// Otherwise *UnknownModelError: a model is never priced by a likeness of name.
func (c *Catalogue) Lookup(provider, model string) (*Model, error) {
	s := c.providers[provider]
	if s == nil || len(model) > maxIDBytes {
		return nil, &UnknownModelError{Provider: provider, Model: model}
	}
	if reason := s.blocked[model]; reason != nil {
		return nil, &UnknownModelError{Provider: provider, Model: model, Reason: reason}
	}
	if m := s.find(model); m != nil {
		return m, nil
	}
	if s.unknown != nil && model != "" {
		m := *s.unknown
		m.ID, m.IDs, m.unknown = model, []string{model}, true
		return &m, nil
	}
	return nil, &UnknownModelError{Provider: provider, Model: model}
}

func (s *shelf) find(id string) *Model {
	id = s.plain(id)
	if m := s.byID[id]; m != nil {
		return m
	}
	for _, p := range s.info.regionPrefixes {
		if rest, ok := strings.CutPrefix(id, p); ok {
			if base := s.byID[rest]; base != nil {
				m := *base
				m.ID, m.region = id, strings.TrimRight(p, "./")
				return &m
			}
		}
	}
	if strings.HasPrefix(id, "ft:") {
		return s.byID[fineTuneBase(id)]
	}
	return nil
}

// Plain is a model's id without the prefixes under which its provider knows it
// too (Gemini's "models/"): budgets go by it, so that no second spelling of a
// model escapes them.
func (c *Catalogue) Plain(provider, id string) string {
	if s := c.providers[provider]; s != nil {
		return s.plain(id)
	}
	return id
}

func (s *shelf) plain(id string) string {
	for s.byID[id] == nil {
		i := slices.IndexFunc(s.info.idPrefixes, func(p string) bool { return strings.HasPrefix(id, p) })
		if i < 0 || len(id) == len(s.info.idPrefixes[i]) {
			break
		}
		id = id[len(s.info.idPrefixes[i]):]
	}
	return id
}

// fineTuneBase cuts "ft:base:org:name:id" to "ft:base", the id under which a
// fine-tuned model's prices are listed.
func fineTuneBase(id string) string {
	parts := strings.SplitN(id, ":", 3)
	return parts[0] + ":" + parts[1]
}

// LookupAnswer finds the model that a call is settled by: the one the answer
// names, or where that is not known the one that was asked for and quoted. A
// deployment that the operator has priced is its own, whatever model it says it
// runs.
func (c *Catalogue) LookupAnswer(provider, asked, answered string) (*Model, error) {
	if s := c.providers[provider]; s != nil && s.blocked[answered] == nil && answered != "" && len(answered) <= maxIDBytes {
		if m := s.byID[asked]; m != nil && m.ownPrice {
			return m, nil
		}
		if m := s.find(answered); m != nil {
			return m, nil
		}
	}
	return c.Lookup(provider, asked)
}
