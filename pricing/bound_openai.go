package pricing

import (
	"bytes"
	"fmt"
)

// defaultCompletionTokens is max_tokens of /v1/completions where absent.
const defaultCompletionTokens = 16

// chat reads /v1/chat/completions.
func (g *gather) chat() error {
	if g.m.SearchesAlways {
		if err := g.oneSearch(); err != nil {
			return err
		}
	}
	return g.fields(chatFields, func(name []byte) error {
		switch string(name) {
		case "messages":
			return g.array(g.chatMessage)
		case "max_completion_tokens", "max_tokens":
			return g.most(&g.b.MaxOutputTokens, string(name))
		case "n", "best_of":
			return g.most(&g.b.Candidates, string(name))
		case "prediction": // what of it is rejected is billed as output
			raw, err := g.raw()
			if err == nil && string(raw) != "null" {
				g.b.ExtraOutputTokens += TextTokensAtMost(raw, g.m)
			}
			return err
		case "service_tier":
			return g.tier()
		case "tools", "functions":
			return g.array(g.chatTool)
		case "modalities":
			return g.modalities(func(m string) bool { return m == "text" })
		case "web_search_options":
			return g.chatSearch()
		case "search_parameters", "plugins", "models": // xAI's live search by the source, OpenRouter's plugins and fallbacks
			return g.refuseUnlessEmpty(string(name))
		case "deferred": // xAI's answer, fetched later: its usage would never be seen
			return g.refuseUnlessFalse(string(name))
		case "data_sources": // Azure puts what it finds there into the prompt
			return g.dataSources()
		case "enable_search": // Alibaba's search
			return g.enableSearch()
		case "extra_body": // Gemini's settings, by the OpenAI format
			return g.extraBody()
		}
		return g.skip()
	})
}

// chatFields are the members of a chat request that bear on its bound.
var chatFields = []string{"model", "messages", "max_completion_tokens", "max_tokens", "n", "best_of", "prediction", "service_tier",
	"tools", "functions", "modalities", "web_search_options", "search_parameters", "plugins", "models", "deferred", "data_sources",
	"enable_search", "extra_body", "stream", "stream_options"}

// chatSearch bounds the search of a search model: one for each call.
func (g *gather) chatSearch() error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" || g.m.SearchesAlways {
		return err
	}
	return g.oneSearch()
}

func (g *gather) oneSearch() error {
	if g.b.Pieces.WebSearches != asOftenAsCalled {
		g.b.Pieces.WebSearches++
	}
	return g.add(&g.textTokens, "web search results", "server_tool_tokens", g.caps.ServerToolTokens)
}

// refuseUnlessEmpty refuses a member that makes the provider bill by rules
// that no cap describes.
func (g *gather) refuseUnlessEmpty(name string) error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" || string(raw) == "[]" || string(raw) == "{}" {
		return err
	}
	return &UnboundedError{name + ", billed by rules of its own", ""}
}

// enableSearch bounds a search before the answer: what it brings, and its price
// where one is listed.
func (g *gather) enableSearch() error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" || string(raw) == "false" {
		return err
	}
	return g.oneSearch()
}

// extraBody bounds the prompt that Gemini's settings may refer to.
func (g *gather) extraBody() error {
	raw, err := g.raw()
	if err != nil || !bytes.Contains(raw, []byte("cached")) && !spellsLettersByEscape(raw) {
		return err
	}
	return g.add(&g.textTokens, "cached content", "state_tokens", g.caps.StateTokens)
}

// refuseUnlessFalse refuses a member that is anything but false or null.
func (g *gather) refuseUnlessFalse(name string) error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" || string(raw) == "false" {
		return err
	}
	return &UnboundedError{name + ", an answer that is fetched later", ""}
}

// dataSources bounds the documents that Azure looks up for the prompt.
func (g *gather) dataSources() error {
	return g.array(func() error {
		if err := g.skip(); err != nil {
			return err
		}
		return g.add(&g.textTokens, "documents of a data source", "server_tool_tokens", g.caps.ServerToolTokens)
	})
}

// modalities notes that only text is asked for. Without the field the bound
// stays open to whatever the model may answer.
func (g *gather) modalities(isText func(string) bool) error {
	text, other := false, false
	err := g.array(func() error {
		m, err := g.text()
		is := isText(m)
		text, other = text || is, other || !is
		return err
	})
	g.b.TextOutput = text && !other
	return err
}

// chatTool reads one tool: functions are run by the client and are text.
func (g *gather) chatTool() error {
	g.hasTools = true
	kind := "function"
	err := g.object(func(name []byte) error {
		if string(name) == "type" {
			t, err := g.text()
			kind = t
			return err
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	if kind != "function" && kind != "custom" {
		g.serverTools, g.uncounted = true, true
		g.b.Pieces.WebSearches = asOftenAsCalled
	}
	return nil
}

func (g *gather) chatMessage() error {
	return g.object(func(name []byte) error {
		switch string(name) {
		case "content":
			return g.parts(g.chatPart)
		case "audio": // of an earlier answer, kept by the provider
			raw, err := g.raw()
			if err != nil || string(raw) == "null" {
				return err
			}
			return g.add(&g.b.InputAudioTokens, "audio of an earlier answer", "audio_tokens", g.caps.AudioTokens)
		}
		return g.skip()
	})
}

// parts reads content: a string, null, or a list of parts.
func (g *gather) parts(part func() error) error {
	switch g.d.PeekKind() {
	case '[':
		return g.array(part)
	case '{':
		return part()
	}
	return g.skip()
}

// part holds the fields of a content part that matter to its bound.
type part struct {
	kind, detail, format string
	url, data            []byte // raw JSON strings
	sources              int    // what the part may be taken from
}

// source notes one more thing that a part may be taken from, unless it is null.
// Of two, servers differ in which they take.
func (g *gather) source(p *part) error {
	if g.d.PeekKind() == 'n' {
		return nil
	}
	if p.sources++; p.sources > 1 {
		return fmt.Errorf("%w: a content part with two sources before byte %d: give one of them", ErrBadRequest, g.d.InputOffset())
	}
	return nil
}

// chatPart reads a part of a chat message. A part of an unknown kind is taken
// as a document.
func (g *gather) chatPart() error {
	var p part
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return g.into(&p.kind)
		case "image_url", "input_audio", "file", "video_url":
			if err := g.source(&p); err != nil {
				return err
			}
			return g.partSource(&p)
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	switch p.kind {
	case "text", "refusal", "input_text", "output_text", "thinking":
		return nil
	case "image_url":
		if p.url == nil {
			return g.image(0, 0, false, "an image without a URL")
		}
		return g.imageURL(p.url, p.detail == "low")
	case "input_audio":
		return g.quoted(p.data, func(b64 []byte) error { return g.audioData(p.format, p.data, b64) })
	case "video_url":
		return g.add(&g.b.InputVideoTokens, "a video", "video_tokens", g.caps.VideoTokens)
	case "file":
		return g.file(&p)
	}
	return g.document("a content part of a kind that is not known")
}

// file bounds a file part: inline data, else a document by id or URL.
func (g *gather) file(p *part) error {
	if p.data == nil {
		return g.document("a document by id or URL")
	}
	return g.quoted(p.data, func(text []byte) error {
		if t, b64, ok := dataURL(text); ok {
			return g.inline(t, p.data, b64, false)
		}
		return g.documentData("application/pdf", p.data, text)
	})
}

// partSource reads what a part refers to: a string that is the URL, or an
// object with it.
func (g *gather) partSource(p *part) error {
	if g.d.PeekKind() == '"' {
		return g.keep(&p.url)
	}
	var inner part
	return g.object(func(name []byte) error {
		switch string(name) {
		case "url", "data", "file_data", "file_id":
			if err := g.source(&inner); err != nil {
				return err
			}
		}
		switch string(name) {
		case "url":
			return g.keep(&p.url)
		case "data", "file_data":
			return g.keep(&p.data)
		case "detail":
			return g.into(&p.detail)
		case "format":
			return g.into(&p.format)
		}
		return g.skip()
	})
}

// into reads a string.
func (g *gather) into(to *string) error {
	t, err := g.text()
	*to = t
	return err
}

// keep keeps a string as it stands in the body; null is none.
func (g *gather) keep(to *[]byte) error {
	raw, err := g.raw()
	if err == nil && string(raw) != "null" {
		*to = raw
	}
	return err
}

// quoted calls use with the text of a raw JSON string.
func (g *gather) quoted(raw []byte, use func([]byte) error) error {
	if raw == nil {
		return g.document("a content part without its data")
	}
	text, err := g.unquote(raw)
	if err != nil {
		return err
	}
	return use(text)
}

// completions reads /v1/completions: candidates are n or best_of for each
// prompt.
func (g *gather) completions() error {
	var n, bestOf, prompts, most int64
	named := false
	err := g.fields([]string{"model", "prompt", "n", "best_of", "max_tokens", "service_tier", "plugins", "models", "stream"}, func(name []byte) error {
		switch string(name) {
		case "prompt":
			return g.prompts(&prompts)
		case "n":
			return g.most(&n, "n")
		case "best_of":
			return g.most(&bestOf, "best_of")
		case "max_tokens":
			named = g.d.PeekKind() != 'n'
			return g.most(&most, "max_tokens")
		case "service_tier":
			return g.tier()
		case "plugins", "models": // OpenRouter's
			return g.refuseUnlessEmpty(string(name))
		}
		return g.skip()
	})
	if most == 0 {
		most = defaultCompletionTokens
	}
	g.b.DefaultOutput = !named
	g.b.MaxOutputTokens, g.b.TextOutput = most, true
	each := max(n, bestOf, 1)
	if each > MaxCandidates || prompts > MaxCandidates {
		each, prompts = MaxCandidates+1, 1 // refused below
	}
	g.b.Candidates = each * max(prompts, 1)
	return err
}

// prompts counts the prompts of a completion: one string or one list of
// tokens, or a list of either.
func (g *gather) prompts(n *int64) error {
	if g.d.PeekKind() != '[' {
		*n = 1
		return g.skip()
	}
	err := g.array(func() error {
		if k := g.d.PeekKind(); k == '"' || k == '[' {
			*n++
		}
		return g.skip()
	})
	*n = max(*n, 1)
	return err
}
