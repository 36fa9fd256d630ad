package config

import (
	"fmt"
	"regexp"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"go.yaml.in/yaml/v3"
)

// block is a block as all three formats give it.
type block struct {
	kind, label, at string // at is file:line
	args            []arg
}

// arg is one argument; value is a string, bool, []any or map[string]any.
// Numbers are kept as their text.
type arg struct {
	name, at string
	value    any
}

func (b *block) where() string {
	if b.label == "" {
		return b.kind
	}
	return fmt.Sprintf("%s %q", b.kind, b.label)
}

func readHCL(path string, text []byte, env map[string]string) ([]*block, error) {
	f, diags := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	ctx := &hcl.EvalContext{Functions: map[string]function.Function{"env": envFunction(env)}}
	body := f.Body.(*hclsyntax.Body)
	for name, a := range body.Attributes {
		return nil, fmt.Errorf("%s: %s: settings stand in blocks such as node, http, cluster, auth, provider, budget", lineOf(a.SrcRange), name)
	}
	var out []*block
	for _, hb := range body.Blocks {
		b := &block{kind: hb.Type, at: lineOf(hb.TypeRange)}
		if len(hb.Labels) > 1 {
			return nil, fmt.Errorf("%s: %s: at most one label", b.at, b.kind)
		}
		if len(hb.Labels) == 1 {
			b.label = hb.Labels[0]
		}
		if len(hb.Body.Blocks) > 0 {
			in := hb.Body.Blocks[0]
			return nil, fmt.Errorf("%s: %s in %s: not supported by this version", lineOf(in.TypeRange), in.Type, b.where())
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
		sort.Slice(b.args, func(i, j int) bool { return b.args[i].name < b.args[j].name })
		out = append(out, b)
	}
	return out, nil
}

func lineOf(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func diagnosed(diags hcl.Diagnostics) error {
	d := diags.Errs()[0]
	if one, ok := d.(*hcl.Diagnostic); ok && one.Subject != nil {
		return fmt.Errorf("%s: %s %s", lineOf(*one.Subject), one.Summary+".", one.Detail)
	}
	return d
}

func envFunction(env map[string]string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(env[args[0].AsString()]), nil
		},
	})
}

func plain(v cty.Value) (any, error) {
	if v.IsNull() || !v.IsWhollyKnown() {
		return nil, fmt.Errorf("has no value; leave it out instead")
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
			p, err := plain(e)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	case t.IsObjectType() || t.IsMapType():
		out := map[string]any{}
		for k, e := range v.AsValueMap() {
			p, err := plain(e)
			if err != nil {
				return nil, err
			}
			out[k] = p
		}
		return out, nil
	}
	return nil, fmt.Errorf("a %s has no place here", t.FriendlyName())
}

// envText is how JSON and YAML name an environment variable: "${env(\"NAME\")}".
var envText = regexp.MustCompile(`^\$\{env\("([A-Za-z_][A-Za-z0-9_]*)"\)\}$`)

// readYAML reads YAML, and JSON, which is a part of it.
func readYAML(path string, text []byte, env map[string]string) ([]*block, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	r := yamlReader{path: path, env: env}
	var out []*block
	err := r.pairs(doc.Content[0], func(kind string, at string, n *yaml.Node) error {
		if !labelled[kind] {
			b := &block{kind: kind, at: at}
			out = append(out, b)
			return r.args(b, n)
		}
		return r.pairs(n, func(label, at string, n *yaml.Node) error {
			b := &block{kind: kind, label: label, at: at}
			out = append(out, b)
			return r.args(b, n)
		})
	})
	return out, err
}

type yamlReader struct {
	path string
	env  map[string]string
}

func (r yamlReader) at(n *yaml.Node) string { return fmt.Sprintf("%s:%d", r.path, n.Line) }

func (r yamlReader) pairs(n *yaml.Node, each func(key, at string, v *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s: must be a mapping of names to values", r.at(n))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode || seen[k.Value] {
			return fmt.Errorf("%s: %q: names are plain and stand once", r.at(k), k.Value)
		}
		seen[k.Value] = true
		if err := each(k.Value, r.at(k), n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (r yamlReader) args(b *block, n *yaml.Node) error {
	return r.pairs(n, func(name, at string, v *yaml.Node) error {
		value, err := r.value(v)
		if err != nil {
			return err
		}
		b.args = append(b.args, arg{name: name, at: at, value: value})
		return nil
	})
}

func (r yamlReader) value(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		switch n.Tag {
		case "!!bool":
			var b bool
			err := n.Decode(&b)
			return b, err
		case "!!null":
			return nil, fmt.Errorf("%s: has no value; leave it out instead", r.at(n))
		}
		if m := envText.FindStringSubmatch(n.Value); m != nil {
			return r.env[m[1]], nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		out := []any{}
		for _, e := range n.Content {
			v, err := r.value(e)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case yaml.MappingNode:
		out := map[string]any{}
		err := r.pairs(n, func(k, _ string, v *yaml.Node) (err error) {
			out[k], err = r.value(v)
			return err
		})
		return out, err
	}
	return nil, fmt.Errorf("%s: aliases are not supported", r.at(n))
}
