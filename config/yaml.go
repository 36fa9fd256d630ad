package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

var yamlLine = regexp.MustCompile(`(?s)^yaml: line (\d+): (.*)$`)

// readYAML reads YAML, and JSON, which is a part of it.
func readYAML(path string, text []byte, ctx *hcl.EvalContext) ([]*block, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		// The library has the line in words only.
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			return nil, fmt.Errorf("%s:%s: %s", path, m[1], m[2])
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	r := yamlReader{path: path, ctx: ctx}
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
	ctx  *hcl.EvalContext
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
		return r.text(n)
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
		b := &block{at: r.at(n)}
		return b, r.args(b, n)
	}
	return nil, fmt.Errorf("%s: aliases are not supported", r.at(n))
}

// text is a scalar, in which "${...}" calls a function as in HCL:
// "${env(\"NAME\")}".
func (r yamlReader) text(n *yaml.Node) (any, error) {
	if !strings.Contains(n.Value, "${") {
		return n.Value, nil
	}
	e, diags := hclsyntax.ParseTemplate([]byte(n.Value), r.path, hcl.Pos{Line: n.Line, Column: n.Column})
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	v, diags := e.Value(r.ctx)
	if diags.HasErrors() {
		return nil, diagnosed(diags)
	}
	return plain(v)
}
