package config

import (
	"fmt"
	"reflect"
	"strings"
)

// block is a block as all three formats give it.
type block struct {
	kind, label, at string // at is file:line
	args            []arg
}

// arg is one setting; value is a string, bool, []any, map[string]any, a *block
// for a block in the block, or unset. Numbers are kept as their text.
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

func (b *block) get(name string) any {
	for _, a := range b.args {
		if a.name == name {
			return a.value
		}
	}
	return nil
}

func (b *block) put(name, at string, value any) {
	for i := range b.args {
		if b.args[i].name == name {
			b.args[i].at, b.args[i].value = at, value
			return
		}
	}
	b.args = append(b.args, arg{name: name, at: at, value: value})
}

// nested returns value as a block in b: as it was written, or from an object.
func (b *block) nested(a arg) (*block, bool) {
	kind := b.kind + "." + a.name
	switch v := a.value.(type) {
	case *block:
		return &block{kind: kind, label: b.label, at: v.at, args: v.args}, true
	case map[string]any:
		out := &block{kind: kind, label: b.label, at: a.at}
		for name, value := range v {
			out.put(name, a.at, value)
		}
		return out, true
	}
	return nil, false
}

// object returns value as a map, where a map of free names is meant.
func object(value any) (map[string]any, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case *block:
		out := make(map[string]any, len(v.args))
		for _, a := range v.args {
			out[a.name] = a.value
		}
		return out, true
	}
	return nil, false
}

// putPath puts a setting whose name may begin with that of a block in the
// block: tls_cert_file is cert_file in tls.
func (b *block) putPath(target any, name, at, value string) {
	known, names := fields(target)
	if _, ok := known[name]; !ok {
		for _, n := range names {
			rest, ok := strings.CutPrefix(name, n+"_")
			if !ok || known[n].Kind() != reflect.Pointer {
				continue
			}
			in, ok := b.nested(arg{name: n, at: at, value: b.get(n)})
			if !ok {
				in = &block{at: at}
			}
			in.putPath(reflect.New(known[n].Type().Elem()).Interface(), rest, at, value)
			b.put(n, at, in)
			return
		}
	}
	b.put(name, at, value)
}
