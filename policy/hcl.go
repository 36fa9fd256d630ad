package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Setting is one setting of a budget as a config file writes it; Value is ""
// where it is left out.
type Setting struct{ Name, Value string }

// Settings lists all settings of b in the order in which files show them.
func (b Budget) Settings() []Setting {
	out := []Setting{
		{"match", matchText(b.Match)}, {"per", listText(b.Per)}, {"limit", quoted(b.Limit)}, {"window", quoted(b.Window)},
		{"window_start", quoted(b.WindowStart)}, {"time_zone", quoted(b.TimeZone)},
		{"rate", quoted(b.Rate)}, {"rate_burst", quoted(b.RateBurst)}, {"requests", quoted(b.Requests)}, {"tokens", quoted(b.Tokens)},
		{"concurrency", number(b.Concurrency)}, {"enforcement", quoted(b.Enforcement)}, {"alerts", alertText(b.Alerts)},
		{"wait", quoted(b.Wait)}, {"settle_grace", quoted(b.SettleGrace)}, {"forget_after", quoted(b.ForgetAfter)},
		{"metered_stream", flag(b.MeteredStream)},
	}
	k := b.Breaker
	if k == nil {
		k = &Breaker{}
	}
	return append(out, Setting{"breaker.velocity", quoted(k.Velocity)}, Setting{"breaker.refusals", number(k.Refusals)},
		Setting{"breaker.within", quoted(k.Within)}, Setting{"breaker.cool_down", quoted(k.CoolDown)})
}

// HCL writes b as a block of a config file.
func (b Budget) HCL() string {
	var top, breaker []Setting
	for _, s := range b.Settings() {
		if s.Value == "" {
			continue
		}
		if name, ok := strings.CutPrefix(s.Name, "breaker."); ok {
			breaker = append(breaker, Setting{name, s.Value})
		} else {
			top = append(top, s)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "budget %q {\n", b.Name)
	writeSettings(&out, "  ", top)
	if b.Breaker != nil {
		out.WriteString("  breaker {\n")
		writeSettings(&out, "    ", breaker)
		out.WriteString("  }\n")
	}
	out.WriteString("}\n")
	return out.String()
}

func writeSettings(out *strings.Builder, indent string, list []Setting) {
	width := 0
	for _, s := range list {
		width = max(width, len(s.Name))
	}
	for _, s := range list {
		fmt.Fprintf(out, "%s%-*s = %s\n", indent, width, s.Name, s.Value)
	}
}

// quoted writes a string as HCL does, in which "${" and "%{" begin templates.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(s))
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func flag(on bool) string {
	if !on {
		return ""
	}
	return "true"
}

func listText(list []string) string {
	if len(list) == 0 {
		return ""
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = cmp.Or(quoted(s), `""`)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func alertText(list []int) string {
	if len(list) == 0 {
		return ""
	}
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func matchText(m map[string][]string) string {
	if len(m) == 0 {
		return ""
	}
	var out []string
	for label, globs := range m {
		out = append(out, quoted(label)+" = "+listText(globs)) // a quoted key may hold dots
	}
	slices.Sort(out)
	return "{ " + strings.Join(out, ", ") + " }"
}
