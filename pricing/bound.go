package pricing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Dialect names the request formats that can be bounded.
type Dialect string

// The dialects.
const (
	OpenAIChat        Dialect = "openai_chat"        // /v1/chat/completions
	OpenAICompletions Dialect = "openai_completions" // /v1/completions
	OpenAIResponses   Dialect = "openai_responses"   // /v1/responses
	OpenAIEmbeddings  Dialect = "openai_embeddings"  // /v1/embeddings
	AnthropicMessages Dialect = "anthropic_messages" // /v1/messages
	GeminiGenerate    Dialect = "gemini_generate"    // :generateContent and :streamGenerateContent
	GeminiEmbed       Dialect = "gemini_embed"       // :embedContent
)

// ContextWindow as a cap stands for the model's whole context.
const ContextWindow int64 = -1

// Caps bound what a request's bytes do not: each figure is taken for one such
// item. Zero refuses the item; ContextWindow takes the model's context.
type Caps struct {
	ImageTokens int64 // an image by URL or file id, or of unreadable size
	FileTokens  int64 // a document, by URL, file id or inline
	AudioTokens int64 // audio by id, or of an unknown format
	VideoTokens int64 // a video
	// StateTokens is for what the provider keeps: previous_response_id, a
	// conversation, a stored prompt, cachedContent.
	StateTokens int64
	// ServerToolCalls is how often the provider may call its own tools (web
	// search, code) where the request does not say, and ServerToolTokens what
	// each call may bring in.
	ServerToolCalls, ServerToolTokens int64
	// ServiceTiers and Regions are what a request that names none may be
	// served by; none means the standard tier, and no region.
	ServiceTiers, Regions []string
}

// UnboundedError says that a request uses something whose tokens its bytes do
// not bound, and which setting would.
type UnboundedError struct {
	What    string // "a document by file id"
	Setting string // a cap's name: "file_tokens"; "" where none would do
}

func (e *UnboundedError) Error() string {
	if e.Setting == "" {
		return fmt.Sprintf("the request uses %s, which cannot be bounded: leave it out", e.What)
	}
	return fmt.Sprintf("the request uses %s, whose cost its size does not bound; to allow it, add to the provider's block in the configuration the most that each may take:\n%s",
		e.What, e.ConfigLines())
}

// ConfigLines returns the lines that bound the item, with a figure to replace;
// "" where none would.
func (e *UnboundedError) ConfigLines() string {
	switch e.Setting {
	case "":
		return ""
	case "server_tool_calls":
		return "  caps {\n    server_tool_calls  = 10\n    server_tool_tokens = 20000\n  }\n"
	}
	return fmt.Sprintf("  caps {\n    %s = 20000\n  }\n", e.Setting)
}

func isUnbounded(err error) bool {
	var u *UnboundedError
	return errors.As(err, &u)
}

// BoundRequest reads a request's body and returns what it can use at most.
// Text is bounded by its bytes (see TextTokensAtMost), images, documents and
// audio by the model's rules, the rest by caps. The output bound is the
// request's, 0 where it names none. It fails with *UnboundedError, or
// ErrBadRequest for a body that is not the dialect's.
func (m *Model) BoundRequest(d Dialect, body []byte, caps *Caps) (Bound, error) {
	g, err := m.gather(d, body, caps)
	if err != nil {
		return Bound{}, err
	}
	return g.finish()
}

// readers are the dialects' readers of a body.
var readers = map[Dialect]func(*gather) error{
	OpenAIChat: (*gather).chat, OpenAICompletions: (*gather).completions, OpenAIResponses: (*gather).responses,
	OpenAIEmbeddings: (*gather).embeddings, AnthropicMessages: (*gather).messages, GeminiGenerate: (*gather).gemini,
	GeminiEmbed: (*gather).geminiEmbed,
}

// gather reads a body of a dialect.
func (m *Model) gather(d Dialect, body []byte, caps *Caps) (*gather, error) {
	if caps == nil {
		caps = &Caps{}
	}
	g := &gather{m: m, caps: caps, scan: newScan(body)}
	defer g.done()
	read, ok := readers[d]
	if !ok {
		return nil, fmt.Errorf("%w: dialect %q is not known", ErrBadRequest, d)
	}
	if err := read(g); err != nil {
		return nil, g.fail(err)
	}
	return g, g.end()
}

// gather collects a bound while a body is read.
type gather struct {
	*scan
	m    *Model
	caps *Caps
	b    Bound

	mediaBytes int64          // of the body that are media and no text
	media      map[int64]bool // the offsets at which they end
	textTokens int64          // that the bytes do not show: documents, what the provider keeps
	hasTools   bool
	toolTokens int64 // that the provider adds for its own tools' descriptions
	// serverCalls bounds the provider's calls of its own tools; the whole
	// input is read again after each.
	// Where uncounted, some tool has no limit but the cap's.
	compacts               int64 // tokens of a summary that the provider may write of the conversation
	serverTools, uncounted bool
	serverCalls            int64
}

// isMedia takes a raw JSON string of the body out of its text.
func (g *gather) isMedia(raw []byte) {
	g.mediaBytes += int64(len(raw))
	if g.media == nil {
		g.media = map[int64]bool{}
	}
	g.media[g.endOf(raw)] = true
}

// endOf returns the offset at which a slice of the body ends in it: slices
// share the body's end of capacity.
func (g *gather) endOf(raw []byte) int64 { return int64(cap(g.body) - cap(raw) + len(raw)) }

// fields reads a request's outermost object. known are the members that bear
// on the bound: a name that differs from one of them only in case is refused,
// since some servers take it for the same, and others do not.
func (g *gather) fields(known []string, field func(name []byte) error) error {
	return g.scan.object(func(name []byte) error {
		if err := g.otherCase(name, known); err != nil {
			return err
		}
		return field(name)
	})
}

// object reads an object within a request, with the same care: its names that
// bear on the bound are the same wherever they stand.
func (g *gather) object(field func(name []byte) error) error {
	return g.fields(innerFields, field)
}

// innerFields are the members of messages, parts, sources and tools that bear on
// the bound.
var innerFields = []string{"type", "role", "content", "source", "data", "url", "id", "image_url", "input_audio", "file", "file_id", "file_data",
	"file_url", "video_url", "audio", "detail", "format", "media_type", "max_uses", "output", "result", "container", "memory_limit",
	"parts", "inlineData", "inline_data", "fileData", "functionResponse", "function_response", "mimeType", "mime_type", "fileUri", "file_uri"}

// otherCase refuses a name that is one of those that are known but for the case
// of its letters. Letters of other alphabets may be cases of ours: a long s, the
// Kelvin sign.
func (g *gather) otherCase(name []byte, known []string) error {
	if slices.Contains(known, string(name)) {
		return nil
	}
	ascii := !bytes.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf })
	for _, k := range known {
		if (len(name) == len(k) || !ascii) && strings.EqualFold(string(name), k) {
			return fmt.Errorf("%w: %.60q: write it as %q", ErrBadRequest, name, k)
		}
	}
	return nil
}

// finish adds up the input, and sets the conditions that stand by default.
func (g *gather) finish() (Bound, error) {
	m, b := g.m, &g.b
	b.InputTokens = TextTokensAtMost(g.body, m) - g.mediaBytes + g.textTokens + m.FixedOverheadTokens + g.toolTokens
	if g.hasTools {
		b.InputTokens += m.ToolOverheadTokens
	}
	if g.compacts > 0 { // the conversation is read twice, and its summary once
		b.InputTokens = 2*b.InputTokens + g.compacts
		b.InputImageTokens, b.InputAudioTokens, b.InputVideoTokens = 2*b.InputImageTokens, 2*b.InputAudioTokens, 2*b.InputVideoTokens
		b.ExtraOutputTokens += g.compacts
	}
	if g.serverTools {
		if err := g.serverLoop(); err != nil {
			return Bound{}, err
		}
	}
	if len(b.ServiceTiers) == 0 {
		b.ServiceTiers = g.caps.ServiceTiers
	}
	if len(b.Regions) == 0 {
		b.Regions = g.caps.Regions
	}
	if m.CacheWrites != CacheWriteNone {
		b.CacheWrite = max(b.CacheWrite, cacheWriteAsked(g.body))
	}
	return *b, b.check()
}

// serverLoop multiplies the input: the provider reads all of it again after
// every call of a tool of its own, with what the calls brought in and what the
// model wrote.
func (g *gather) serverLoop() error {
	calls, b := g.serverCalls, &g.b
	if calls == 0 || g.uncounted {
		if g.caps.ServerToolCalls <= 0 {
			return &UnboundedError{"tools run by the provider without a limit on their calls", "server_tool_calls"}
		}
		if calls > MaxServerToolCalls || g.caps.ServerToolCalls > MaxServerToolCalls {
			return fmt.Errorf("%w: more than %d calls of the provider's tools", ErrTooLarge, MaxServerToolCalls)
		}
		calls += g.caps.ServerToolCalls
	}
	each, err := g.limit("tools run by the provider", "server_tool_tokens", g.caps.ServerToolTokens)
	if err != nil {
		return err
	}
	if calls > MaxServerToolCalls || each > maxContextTokens {
		return fmt.Errorf("%w: more than %d calls of the provider's tools", ErrTooLarge, MaxServerToolCalls)
	}
	b.InputTokens = (calls + 1) * (b.InputTokens + calls*each + g.m.outputBound(b)*max(b.Candidates, 1))
	b.InputImageTokens *= calls + 1
	b.InputAudioTokens *= calls + 1
	b.InputVideoTokens *= calls + 1
	for _, n := range []*int64{&b.Pieces.WebSearches, &b.Pieces.WebFetches, &b.Pieces.FileSearches, &b.Pieces.MapSearches, &b.Pieces.XSearches} {
		if *n == asOftenAsCalled {
			*n = calls
		}
	}
	if rate, ok := g.m.boundUnit(UnitWebSearch, ""); ok && rate.once {
		b.Pieces.WebSearches = min(b.Pieces.WebSearches, max(b.Candidates, 1))
	}
	return nil
}

// MaxServerToolCalls bounds the provider's calls of its own tools in one
// request, MaxCap a cap in tokens.
const (
	MaxServerToolCalls int64 = 1000
	MaxCap             int64 = maxContextTokens
)

// asOftenAsCalled marks a piece as bounded by the server tools' calls.
const asOftenAsCalled int64 = -1

// check refuses quantities out of range.
func (b *Bound) check() error {
	for _, n := range []int64{b.InputTokens, b.InputAudioTokens, b.InputImageTokens, b.InputVideoTokens, b.MaxOutputTokens, b.ExtraOutputTokens} {
		if err := checkQuantity("tokens", n); err != nil {
			return err
		}
	}
	if b.Candidates > MaxCandidates {
		return fmt.Errorf("%d candidates: %w", b.Candidates, ErrTooLarge)
	}
	return b.Pieces.Check()
}

// limit returns a cap's figure for an item, or refuses the item.
func (g *gather) limit(what, setting string, n int64) (int64, error) {
	if n > 0 {
		return n, nil
	}
	if n == ContextWindow && g.m.ContextTokens > 0 {
		return g.m.ContextTokens, nil
	}
	return 0, &UnboundedError{what, setting}
}

// add caps an item and adds it to a quantity.
func (g *gather) add(to *int64, what, setting string, limit int64) error {
	n, err := g.limit(what, setting, limit)
	if err != nil {
		return err
	}
	*to += n
	return nil
}

// state caps what the provider remembers.
func (g *gather) state(what string) error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" || string(raw) == `""` {
		return err
	}
	return g.add(&g.textTokens, what, "state_tokens", g.caps.StateTokens)
}

// tier notes the service tier a request asks for. What is asked for may be
// served by the standard one.
func (g *gather) tier() error {
	t, err := g.text()
	if err != nil {
		return err
	}
	if t == "" || t == "auto" {
		return nil
	}
	g.b.ServiceTiers = append(g.b.ServiceTiers, t)
	if !slices.Contains(g.b.ServiceTiers, StandardTier) {
		g.b.ServiceTiers = append(g.b.ServiceTiers, StandardTier)
	}
	return nil
}

// most reads a number of the request and keeps the larger of it and *n.
func (g *gather) most(n *int64, name string) error {
	v, err := g.whole(name)
	*n = max(*n, v)
	return err
}

var (
	cacheControl = []byte("cache_control")
	anHour       = []byte(`"1h"`)
)

// cacheWriteAsked finds out which cache writes a body asks for, by the bytes
// of its names. Text that speaks of them only makes the bound wider.
func cacheWriteAsked(body []byte) CacheWrite {
	if spellsLettersByEscape(body) {
		return CacheWrite1h
	}
	if !bytes.Contains(body, cacheControl) {
		return NoCacheWrite
	}
	if bytes.Contains(body, anHour) {
		return CacheWrite1h
	}
	return CacheWrite5m
}
