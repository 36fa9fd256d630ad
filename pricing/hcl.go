package pricing

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// maxFileBytes bounds one catalogue file.
const maxFileBytes = 8 << 20

// block is one HCL block being read: it hands out its arguments and
// remembers which were asked for, so that a misspelt one is refused with its
// file and line.
type block struct {
	body  *hclsyntax.Body
	kind  string
	used  map[string]bool
	err   error
	where string
}

func newBlock(b *hclsyntax.Block) *block {
	return &block{body: b.Body, kind: b.Type, used: make(map[string]bool, len(b.Body.Attributes)), where: position(b.TypeRange)}
}

func position(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func (b *block) fail(r hcl.Range, format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf("%s: %s", position(r), fmt.Sprintf(format, args...))
	}
}

// value returns an argument's literal value; ok is false when it is absent or
// of another type, which is an error.
func (b *block) value(name string, want cty.Type) (cty.Value, hcl.Range, bool) {
	b.used[name] = true
	a, ok := b.body.Attributes[name]
	if !ok {
		return cty.NilVal, hcl.Range{}, false
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() {
		b.fail(a.SrcRange, "%s: %s", name, diags.Errs()[0])
		return cty.NilVal, a.SrcRange, false
	}
	if v.IsNull() || !v.IsKnown() || (want != cty.NilType && v.Type() != want) {
		b.fail(a.SrcRange, "%s: must be a %s", name, want.FriendlyName())
		return cty.NilVal, a.SrcRange, false
	}
	return v, a.SrcRange, true
}

func (b *block) text(name string) string {
	v, _, ok := b.value(name, cty.String)
	if !ok {
		return ""
	}
	return v.AsString()
}

func (b *block) flag(name string) bool {
	v, _, ok := b.value(name, cty.Bool)
	return ok && v.True()
}

func (b *block) whole(name string) int64 {
	v, at, ok := b.value(name, cty.Number)
	if !ok {
		return 0
	}
	f := v.AsBigFloat()
	if !f.IsInt() {
		b.fail(at, "%s: must be a whole number", name)
		return 0
	}
	n, acc := f.Int64()
	if acc != 0 {
		b.fail(at, "%s: out of range", name)
		return 0
	}
	return n
}

func (b *block) texts(name string) []string {
	v, at, ok := b.value(name, cty.NilType)
	if !ok {
		return nil
	}
	if !v.Type().IsTupleType() {
		b.fail(at, "%s: must be a list of strings", name)
		return nil
	}
	out := make([]string, 0, v.LengthInt())
	for _, e := range v.AsValueSlice() {
		if e.IsNull() || e.Type() != cty.String {
			b.fail(at, "%s: must be a list of strings", name)
			return nil
		}
		out = append(out, e.AsString())
	}
	return out
}

func (b *block) textMap(name string) map[string]string {
	v, at, ok := b.value(name, cty.NilType)
	if !ok {
		return nil
	}
	if !v.Type().IsObjectType() {
		b.fail(at, "%s: must be a map of strings", name)
		return nil
	}
	out := make(map[string]string, v.LengthInt())
	for k, e := range v.AsValueMap() {
		if e.IsNull() || e.Type() != cty.String {
			b.fail(at, "%s: must be a map of strings", name)
			return nil
		}
		out[k] = e.AsString()
	}
	return out
}

// done refuses arguments nobody asked for and blocks of other kinds.
func (b *block) done(kinds ...string) error {
	if b.err != nil {
		return b.err
	}
	names := slices.Sorted(maps.Keys(b.used))
	for name, a := range b.body.Attributes {
		if !b.used[name] {
			return fmt.Errorf("%s: %s is not an argument of %s; arguments are %v", position(a.SrcRange), name, b.kind, names)
		}
	}
	for _, c := range b.body.Blocks {
		if !slices.Contains(kinds, c.Type) {
			return fmt.Errorf("%s: no block %q inside %s; blocks are %v", position(c.TypeRange), c.Type, b.kind, kinds)
		}
	}
	return nil
}

// label returns the block's one label.
func label(c *hclsyntax.Block) (string, error) {
	if len(c.Labels) != 1 || c.Labels[0] == "" {
		return "", fmt.Errorf("%s: %s needs one label", position(c.TypeRange), c.Type)
	}
	return c.Labels[0], nil
}

// parseFile parses HCL into its top-level body.
func parseFile(name string, src []byte) (*hclsyntax.Body, error) {
	if len(src) > maxFileBytes {
		return nil, fmt.Errorf("%s: %d bytes, above the limit of %d", name, len(src), maxFileBytes)
	}
	f, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		d := diags[0]
		where := name
		if d.Subject != nil {
			where = position(*d.Subject)
		}
		return nil, fmt.Errorf("%s: %s: %s", where, d.Summary, d.Detail)
	}
	return f.Body.(*hclsyntax.Body), nil
}
