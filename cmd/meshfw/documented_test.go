package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// Ensure that every command line of meshfw that the documentation shows is one
// that meshfw takes: its commands are there, and so are their flags.
func TestDocumentedCommandLines(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/llms.txt", "../../deploy/systemd/*", "../../docker-compose.cluster.yml", "../../config.hcl.example"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	// After a prompt's start, a backquote, a pipe or the like; up to what ends it.
	line := regexp.MustCompile("(?:^|[`(|&;/ \"])meshfw ((?:[a-z][a-z-]*)(?: [^`|;&#)\n\"]*)?)")
	seen := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		code := string(text)
		if filepath.Ext(page) == ".md" {
			code = codeOf(code)
		}
		for _, l := range strings.Split(strings.ReplaceAll(code, "\\\n", " "), "\n") {
			for _, m := range line.FindAllStringSubmatch(l, -1) {
				if strings.Contains(l, "helm install") { // that meshfw is a release's name
					continue
				}
				seen++
				if problem := commandLine(strings.Fields(strings.TrimRight(m[1], ".,:"))); problem != "" {
					t.Errorf("%s: meshfw %s: %s", page, m[1], problem)
				}
			}
		}
	}
	if seen < 60 {
		t.Fatalf("only %d command lines seen", seen)
	}
}

// codeOf is what a page sets as code: blocks and spans, one to a line.
func codeOf(page string) string {
	var out []string
	for i, part := range strings.Split(page, "```") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(part, -1) {
			out = append(out, strings.ReplaceAll(m[1], "\n", " "))
		}
		for _, l := range strings.Split(part, "\n") {
			if strings.HasPrefix(l, "    ") && !strings.Contains(l, "`") {
				out = append(out, l)
			}
		}
	}
	return strings.Join(out, "\n")
}

// commandLine says what is wrong with the words after "meshfw", "" when nothing
// is.
func commandLine(words []string) string {
	root := rootCommand()
	root.InitDefaultHelpCmd()
	c, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	if !c.Runnable() || c == root {
		return "no such command"
	}
	if c.HasSubCommands() && len(rest) > 0 && regexp.MustCompile(`^[a-z]`).MatchString(rest[0]) {
		return "no such command below " + c.CommandPath()
	}
	for _, w := range rest {
		name, isFlag := strings.CutPrefix(strings.TrimPrefix(w, "-"), "-")
		if !strings.HasPrefix(w, "-") || w == "-" || w == "--" {
			continue
		}
		if !isFlag {
			name = strings.TrimPrefix(w, "-")
		}
		name, _, _ = strings.Cut(name, "=")
		name = strings.TrimRight(name, ".,:")
		known := name == "help" || name == "h"
		check := func(f *pflag.Flag) { known = known || f.Name == name || f.Shorthand == name }
		c.Flags().VisitAll(check)
		c.InheritedFlags().VisitAll(check)
		if !known {
			return "no flag " + w
		}
	}
	return ""
}

// Ensure that every piece of config that the documentation shows can be read.
func TestDocumentedConfig(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range strings.Split(string(text), "```") {
			block, ok := strings.CutPrefix(part, "hcl\n")
			if !ok || i%2 == 0 {
				continue
			}
			seen++
			path := filepath.Join(t.TempDir(), "shown.hcl")
			block = strings.Replace(block, "  # …\n", "dialect = \"openai\"\nbase_url = \"https://api.openai.com\"\n", 1)
			if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
				t.Fatal(err)
			}
			secret := "whsec_" + strings.Repeat("MDEy", 12)
			if _, err := config.Load(path, []string{"MESHFW_HOOK_SECRET=" + secret, "OPENAI_API_KEY=x", "MESHFW_ADMIN_TOKEN=" + strings.Repeat("t", 40)}); err != nil {
				t.Errorf("%s shows a config that cannot be read: %v\n%s", page, err, block)
			}
		}
	}
	if seen < 5 {
		t.Fatalf("only %d pieces of config seen", seen)
	}
}
