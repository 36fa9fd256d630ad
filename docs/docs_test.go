package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Ensure that no page of the project links to a file that is not there.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	pages := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == ".git" || name == "testdata" || name == "data" || name == "bin" || name == "dist") {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); d.IsDir() || ext != ".md" && d.Name() != "llms.txt" {
			return nil
		}
		pages++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", path, m[1], err)
			}
		}
		return nil
	})
	if err != nil || pages < 10 {
		t.Fatalf("%d pages: %v", pages, err)
	}
}

// Ensure that every metric in the sources is in the table, those that seldom
// count too.
func TestEveryMetricIsInTheTable(t *testing.T) {
	table, err := os.ReadFile("metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`"(meshfw_(?:ledger|node|proxy|webhook)_[a-z_]+)"`)
	found := 0
	for _, dir := range []string{"../alerts", "../api", "../cmd", "../raftnode"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range made.FindAllStringSubmatch(string(text), -1) {
				found++
				if !strings.Contains(string(table), "| `"+m[1]+"` |") {
					t.Errorf("%s makes %s, which is not in metrics.md", path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 30 {
		t.Fatalf("only %d metrics found", found)
	}
}

// Ensure that every type of event is in the table of alerts.md, by its name or
// by its group.
func TestEveryEventIsInTheTable(t *testing.T) {
	source, err := os.ReadFile("../fsm/event.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	types := regexp.MustCompile(`(?m)^\s+Event\w+\s+= "([a-z._]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(types) < 25 {
		t.Fatalf("only %d types of events found", len(types))
	}
	for _, m := range types {
		group, _, _ := strings.Cut(m[1], ".")
		if !strings.Contains(string(page), "`"+m[1]+"`") && !strings.Contains(string(page), "`"+group+".*`, ") {
			t.Errorf("alerts.md does not tell of %s", m[1])
		}
	}
}

// Ensure that every page can be found from the README and from llms.txt.
func TestEveryPageIsListed(t *testing.T) {
	found, err := filepath.Glob("*.md")
	if err != nil || len(found) < 12 {
		t.Fatalf("%v %v", found, err)
	}
	for list, prefix := range map[string]string{"../README.md": "docs/", "llms.txt": ""} {
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range found {
			if !strings.Contains(string(text), "]("+prefix+page+")") {
				t.Errorf("%s does not link to %s", list, page)
			}
		}
	}
}
