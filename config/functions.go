package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxSecretBytes bounds what file() reads.
const maxSecretBytes = 64 << 10

// unset marks a value that needs an environment variable that is not set, and
// has no default.
type unset struct{ name string }

func (u unset) Error() string {
	return fmt.Sprintf("the environment variable %s is not set; set it, or give a default: env(%q, \"\")", u.name, u.name)
}

// functions are what a config may call: env("NAME"[, "default"]) and
// file("path"), which is relative to the directory of the config file.
func functions(path string, env map[string]string) *hcl.EvalContext {
	return &hcl.EvalContext{Functions: map[string]function.Function{"env": envFunction(env), "file": fileFunction(filepath.Dir(path))}}
}

func envFunction(env map[string]string) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if v := env[name]; v != "" {
				return cty.StringVal(v), nil
			}
			switch len(args) {
			case 1:
				return cty.StringVal("").Mark(unset{name}), nil
			case 2:
				return args[1], nil
			}
			return cty.NilVal, function.NewArgErrorf(2, "env takes a name and at most one default")
		},
	})
}

func fileFunction(dir string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path := args[0].AsString()
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			text, err := readBounded(path, maxSecretBytes)
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(strings.TrimRight(string(text), "\r\n")), nil
		},
	})
}

// readBounded reads the file at path, which may hold at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s: longer than %d bytes", path, limit)
	}
	return text, nil
}
