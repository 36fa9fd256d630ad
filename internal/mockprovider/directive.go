package mockprovider

import (
	"fmt"
	"math/bits"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a directive and of what it may ask for.
const (
	// MaxDirectiveBytes is the longest directive line that is read.
	MaxDirectiveBytes = 1024
	// MaxInputTokens bounds input_tokens and its parts, in tokens.
	MaxInputTokens = 100_000_000
	// MaxOutputTokens bounds output_tokens, in tokens, and the sum over all
	// choices of one call.
	MaxOutputTokens = 2_000_000
	// MaxDelay bounds every duration of a directive.
	MaxDelay = time.Hour
	// maxNameBytes bounds the names (models, gates, error codes).
	maxNameBytes = 128
)

// directivePrefix opens a directive line in a message.
const directivePrefix = "mock:"

// headerPrefix opens a directive header: X-Mock-Output-Tokens is output_tokens.
const headerPrefix = "X-Mock-"

type key uint8

const (
	keyInputTokens key = iota
	keyOutputTokens
	keyCached
	keyCacheWrite
	keyCacheWrite1h
	keyReasoning
	keyToolPrompt
	keyWebSearch
	keyOverBound
	keyModel
	keyFinish
	keyServiceTier
	keyNoUsage
	keyUsageChunk
	keyUnbilled
	keyDelay
	keyChunkDelay
	keyChunkTokens
	keyGate
	keyGateAfter
	keyStatus
	keyErrorType
	keyErrorCode
	keyRetryAfter
	keyShouldRetry
	keyErrorAfter
	keyFailAfter
	keyDrop
	keyDropAfter
	keyHang
	keyHangAfter
	keyTimes
	keyID
	keyGzip
	keyCount
)

type kind uint8

const (
	kindNumber kind = iota
	kindDuration
	kindName
	kindFlag
	kindBool
)

// keySpec says what one key of the grammar accepts. Names have text values,
// everything else has a number between min and max (durations in ns).
type keySpec struct {
	name     string
	kind     kind
	min, max int64
	// word is a value accepted beside numbers, stored as wordValue.
	word string
}

const wordValue = -1

var keySpecs = [keyCount]keySpec{
	keyInputTokens:  {name: "input_tokens", max: MaxInputTokens},
	keyOutputTokens: {name: "output_tokens", max: MaxOutputTokens, word: "max"},
	keyCached:       {name: "cached", max: MaxInputTokens},
	keyCacheWrite:   {name: "cache_write", max: MaxInputTokens},
	keyCacheWrite1h: {name: "cache_write_1h", max: MaxInputTokens},
	keyReasoning:    {name: "reasoning", max: MaxOutputTokens},
	keyToolPrompt:   {name: "tool_prompt", max: MaxInputTokens},
	keyWebSearch:    {name: "web_search", max: 1000},
	keyOverBound:    {name: "over_bound", kind: kindFlag},
	keyModel:        {name: "model", kind: kindName},
	keyFinish:       {name: "finish", kind: kindName},
	keyServiceTier:  {name: "service_tier", kind: kindName},
	keyNoUsage:      {name: "no_usage", kind: kindFlag},
	keyUsageChunk:   {name: "usage_chunk", kind: kindFlag},
	keyUnbilled:     {name: "unbilled", kind: kindFlag},
	keyDelay:        {name: "delay", kind: kindDuration, max: int64(MaxDelay)},
	keyChunkDelay:   {name: "chunk_delay", kind: kindDuration, max: int64(MaxDelay)},
	keyChunkTokens:  {name: "chunk_tokens", min: 1, max: 4096},
	keyGate:         {name: "gate", kind: kindName},
	keyGateAfter:    {name: "gate_after", max: MaxOutputTokens},
	keyStatus:       {name: "status", min: 400, max: 599},
	keyErrorType:    {name: "error_type", kind: kindName},
	keyErrorCode:    {name: "error_code", kind: kindName},
	keyRetryAfter:   {name: "retry_after", kind: kindDuration, max: int64(MaxDelay)},
	keyShouldRetry:  {name: "should_retry", kind: kindBool, max: 1},
	keyErrorAfter:   {name: "error_after", max: MaxOutputTokens},
	keyFailAfter:    {name: "fail_after", max: MaxOutputTokens},
	keyDrop:         {name: "drop", kind: kindFlag},
	keyDropAfter:    {name: "drop_after", max: MaxOutputTokens},
	keyHang:         {name: "hang", kind: kindFlag},
	keyHangAfter:    {name: "hang_after", max: MaxOutputTokens},
	keyTimes:        {name: "times", min: 1, max: 1_000_000},
	keyID:           {name: "id", kind: kindName},
	keyGzip:         {name: "gzip", kind: kindFlag},
}

var (
	keysByName = func() map[string]key {
		m := make(map[string]key, keyCount)
		for k := range keyCount {
			m[keySpecs[k].name] = k
		}
		return m
	}()
	keysByHeader = func() map[string]key {
		m := make(map[string]key, keyCount)
		for k := range keyCount {
			name := strings.ReplaceAll(keySpecs[k].name, "_", "-")
			m[http.CanonicalHeaderKey(headerPrefix+name)] = k
		}
		return m
	}()
	keyNames = func() string {
		names := make([]string, 0, keyCount)
		for _, spec := range keySpecs {
			names = append(names, spec.name)
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}()
)

// Directive steers one answer. The zero value asks for nothing. It is made by
// ParseDirective; the package documentation has the grammar.
type Directive struct {
	set    uint64
	number [keyCount]int64
	text   map[key]string
}

// ParseDirective reads the part of a directive after "mock:", such as
// "output_tokens=37 delay=50ms hang". It is strict: an unknown or repeated
// key, a value out of range and an empty directive are errors.
func ParseDirective(s string) (Directive, error) {
	var d Directive
	if len(s) > MaxDirectiveBytes {
		return d, fmt.Errorf("directive of %d bytes is longer than %d", len(s), MaxDirectiveBytes)
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(words) == 0 {
		return d, fmt.Errorf("directive is empty: write %s followed by at least one of %s", directivePrefix, keyNames)
	}
	for _, word := range words {
		name, value, hasValue := strings.Cut(word, "=")
		k, known := keysByName[name]
		if !known {
			return Directive{}, fmt.Errorf("directive key %q is unknown: use one of %s", name, keyNames)
		}
		if d.has(k) {
			return Directive{}, fmt.Errorf("directive key %q is given twice", name)
		}
		if !hasValue && keySpecs[k].kind != kindFlag {
			return Directive{}, fmt.Errorf("directive key %q needs a value: write %s=…", name, name)
		}
		if hasValue && keySpecs[k].kind == kindFlag {
			return Directive{}, fmt.Errorf("directive key %q takes no value", name)
		}
		if err := d.put(k, value); err != nil {
			return Directive{}, err
		}
	}
	return d, nil
}

// headerDirective reads the X-Mock-* headers. A flag's value is 1 or true.
func headerDirective(h http.Header) (Directive, error) {
	var d Directive
	for name, values := range h {
		if !strings.HasPrefix(name, headerPrefix) {
			continue
		}
		k, known := keysByHeader[name]
		if !known {
			return Directive{}, fmt.Errorf("directive header %s is unknown: the keys are %s, with - for _", name, keyNames)
		}
		if len(values) != 1 {
			return Directive{}, fmt.Errorf("directive header %s is given %d times", name, len(values))
		}
		value := values[0]
		if keySpecs[k].kind == kindFlag {
			if value != "1" && value != "true" {
				return Directive{}, fmt.Errorf("directive header %s is a flag: its value must be 1 or true, not %q", name, value)
			}
			value = ""
		}
		if err := d.put(k, value); err != nil {
			return Directive{}, err
		}
	}
	return d, nil
}

// findDirective returns the directive in a message text: the rest of the one
// line that starts with "mock:". Two such lines are an error.
func findDirective(text string) (rest string, found bool, err error) {
	for pos := 0; ; {
		i := strings.Index(text[pos:], directivePrefix)
		if i < 0 {
			return rest, found, nil
		}
		start := pos + i
		pos = start + len(directivePrefix)
		if start > 0 && text[start-1] != '\n' {
			continue
		}
		if found {
			return "", false, fmt.Errorf("the message has two lines that start with %q: only one directive is allowed", directivePrefix)
		}
		line, _, _ := strings.Cut(text[pos:], "\n")
		rest, found = strings.TrimSuffix(line, "\r"), true
	}
}

func (d *Directive) put(k key, value string) error {
	spec := keySpecs[k]
	switch spec.kind {
	case kindName:
		if !validName(value) {
			return fmt.Errorf("directive key %q: %q is not a name of 1 to %d letters, digits and -_.:/@", spec.name, value, maxNameBytes)
		}
		if d.text == nil {
			d.text = make(map[key]string, 4)
		}
		d.text[k] = value
	case kindFlag:
		d.number[k] = 1
	case kindBool:
		if value != "true" && value != "false" {
			return fmt.Errorf("directive key %q: %q is neither true nor false", spec.name, value)
		}
		if value == "true" {
			d.number[k] = 1
		}
	case kindDuration:
		v, err := time.ParseDuration(value)
		if err != nil || v < 0 || int64(v) > spec.max {
			return fmt.Errorf("directive key %q: %q is not a duration from 0s to %s", spec.name, value, time.Duration(spec.max))
		}
		d.number[k] = int64(v)
	case kindNumber:
		if spec.word != "" && value == spec.word {
			d.number[k] = wordValue
			break
		}
		v, err := strconv.ParseUint(value, 10, 63)
		if err != nil || int64(v) < spec.min || int64(v) > spec.max {
			return fmt.Errorf("directive key %q: %q is not a whole number from %d to %d", spec.name, value, spec.min, spec.max)
		}
		d.number[k] = int64(v)
	}
	d.set |= 1 << k
	return nil
}

func validName(s string) bool {
	if s == "" || len(s) > maxNameBytes {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.:/@", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// String renders the directive in the order of the grammar, so that
// ParseDirective reads the same directive back.
func (d Directive) String() string {
	var b strings.Builder
	for k := range keyCount {
		if !d.has(k) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		spec := keySpecs[k]
		b.WriteString(spec.name)
		switch spec.kind {
		case kindName:
			b.WriteString("=" + d.text[k])
		case kindDuration:
			b.WriteString("=" + time.Duration(d.number[k]).String())
		case kindBool:
			b.WriteString("=" + strconv.FormatBool(d.number[k] == 1))
		case kindNumber:
			if spec.word != "" && d.number[k] == wordValue {
				b.WriteString("=" + spec.word)
			} else {
				b.WriteString("=" + strconv.FormatInt(d.number[k], 10))
			}
		case kindFlag:
		}
	}
	return b.String()
}

// over returns d with the keys of base that d does not set.
func (d Directive) over(base Directive) Directive {
	if base.set == 0 {
		return d
	}
	if d.set == 0 {
		return base
	}
	merged := base
	if len(base.text) > 0 {
		merged.text = make(map[key]string, len(base.text)+len(d.text))
		for k, v := range base.text {
			merged.text[k] = v
		}
	}
	for rest := d.set; rest != 0; rest &= rest - 1 {
		k := key(bits.TrailingZeros64(rest))
		if v, ok := d.text[k]; ok {
			if merged.text == nil {
				merged.text = make(map[key]string, len(d.text))
			}
			merged.text[k] = v
		}
		merged.number[k] = d.number[k]
	}
	merged.set |= d.set
	return merged
}

// without returns d with the given keys unset.
func (d Directive) without(keys ...key) Directive {
	for _, k := range keys {
		d.set &^= 1 << k
	}
	return d
}

func (d *Directive) has(k key) bool { return d.set&(1<<k) != 0 }

// numberOf returns the number of a key, or otherwise where it is not set.
func (d *Directive) numberOf(k key, otherwise int64) int64 {
	if !d.has(k) {
		return otherwise
	}
	return d.number[k]
}

func (d *Directive) durationOf(k key) time.Duration { return time.Duration(d.numberOf(k, 0)) }

// textOf returns the name a key was given, or otherwise where it is not set.
func (d *Directive) textOf(k key, otherwise string) string {
	if !d.has(k) {
		return otherwise
	}
	return d.text[k]
}
