package ledgermodel

import (
	"slices"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// maxDepth bounds a chain of runs.
const maxDepth = 16

// ancestry is a request's run and the runs above it; false: its parent cannot
// be. A request without a run has the chain of one empty name.
func (l *Ledger) ancestry(labels fsm.Labels) ([]string, bool) {
	name, parent := label(labels, fsm.LabelRun), label(labels, fsm.LabelParentRun)
	if name == "" {
		return []string{""}, parent == ""
	}
	if known := l.runs[name]; known != nil {
		if parent != "" && parent != known.Parent {
			return nil, false
		}
		parent = known.Parent
	}
	chain := []string{name}
	for parent != "" {
		if slices.Contains(chain, parent) || len(chain) == maxDepth {
			return nil, false
		}
		chain = append(chain, parent)
		above := l.runs[parent]
		if above == nil {
			break // an unknown parent is a root
		}
		parent = above.Parent
	}
	return chain, true
}

// useRuns notes that a request of a run was granted.
func (l *Ledger) useRuns(chain []string, labels fsm.Labels) {
	if chain[0] == "" {
		return
	}
	if l.runs[chain[0]] == nil {
		l.runs[chain[0]] = &run{label(labels, fsm.LabelParentRun), l.Now}
	}
	for _, name := range chain {
		if r := l.runs[name]; r != nil && l.Now-r.Last >= keepNoted {
			r.Last = l.Now
		}
	}
}

// label is a label's value, "" if it is missing.
func label(labels fsm.Labels, name string) string {
	for _, x := range labels {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}
