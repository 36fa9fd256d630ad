package config

import (
	"errors"
	"fmt"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func readHCL(path string, text []byte, ctx *hcl.EvalContext) ([]*block, error) {
	f, diags := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	body := f.Body.(*hclsyntax.Body)
	for name, a := range body.Attributes {
		return nil, fmt.Errorf("%s: %s: settings stand in blocks such as node, http, cluster, auth, provider, budget", lineOf(a.SrcRange), name)
	}
	var out []*block
	for _, hb := range body.Blocks {
		b, err := readBlock(hb, ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// readBlock reads a block with its settings and the blocks in it.
func readBlock(hb *hclsyntax.Block, ctx *hcl.EvalContext) (*block, error) {
	b := &block{kind: hb.Type, at: lineOf(hb.TypeRange)}
	if len(hb.Labels) > 1 {
		return nil, fmt.Errorf("%s: %s: at most one label", b.at, b.kind)
	}
	if len(hb.Labels) == 1 {
		b.label = hb.Labels[0]
	}
	for _, in := range hb.Body.Blocks {
		nested, err := readBlock(in, ctx)
		if err != nil {
			return nil, err
		}
		if nested.label != "" || b.get(nested.kind) != nil {
			return nil, fmt.Errorf("%s: %s in %s: stands once, without a label", nested.at, nested.kind, b.where())
		}
		b.args = append(b.args, arg{name: nested.kind, at: nested.at, value: nested})
	}
	for name, a := range hb.Body.Attributes {
		v, diags := a.Expr.Value(ctx)
		if diags.HasErrors() {
			return nil, diagnosed(diags)
		}
		value, err := plain(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", lineOf(a.SrcRange), name, err)
		}
		b.args = append(b.args, arg{name: name, at: lineOf(a.SrcRange), value: value})
	}
	sort.SliceStable(b.args, func(i, j int) bool { return b.args[i].name < b.args[j].name })
	return b, nil
}

func lineOf(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func diagnosed(diags hcl.Diagnostics) error {
	d := diags.Errs()[0]
	if one, ok := errors.AsType[*hcl.Diagnostic](d); ok && one.Subject != nil {
		return fmt.Errorf("%s: %s %s", lineOf(*one.Subject), one.Summary+".", one.Detail)
	}
	return d
}

// plain turns a value into the forms of arg.value.
func plain(v cty.Value) (any, error) {
	v, marks := v.UnmarkDeep()
	for m := range marks {
		if u, ok := m.(unset); ok {
			return u, nil
		}
	}
	return plainOf(v)
}

func plainOf(v cty.Value) (any, error) {
	if v.IsNull() || !v.IsWhollyKnown() {
		return nil, errors.New("has no value; leave it out instead")
	}
	t := v.Type()
	switch {
	case t == cty.String:
		return v.AsString(), nil
	case t == cty.Number:
		return v.AsBigFloat().Text('f', -1), nil
	case t == cty.Bool:
		return v.True(), nil
	case t.IsTupleType() || t.IsListType():
		out := []any{}
		for _, e := range v.AsValueSlice() {
			p, err := plainOf(e)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	case t.IsObjectType() || t.IsMapType():
		out := map[string]any{}
		for k, e := range v.AsValueMap() {
			p, err := plainOf(e)
			if err != nil {
				return nil, err
			}
			out[k] = p
		}
		return out, nil
	}
	return nil, fmt.Errorf("a %s has no place here", t.FriendlyName())
}
