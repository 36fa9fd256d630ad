package pricing

import "strings"

// responses reads /v1/responses.
func (g *gather) responses() error {
	return g.fields(responsesFields, func(name []byte) error {
		switch string(name) {
		case "input":
			return g.parts(g.responsesItem)
		case "max_output_tokens":
			return g.most(&g.b.MaxOutputTokens, string(name))
		case "max_tool_calls":
			return g.most(&g.serverCalls, string(name))
		case "service_tier":
			return g.tier()
		case "tools":
			return g.array(g.responsesTool)
		case "previous_response_id", "conversation", "prompt":
			return g.state("what the provider keeps (" + string(name) + ")")
		case "context_management":
			return g.contextManagement()
		case "plugins", "models": // OpenRouter's
			return g.refuseUnlessEmpty(string(name))
		}
		return g.skip()
	})
}

// responsesFields are the members of a request that bear on its bound.
var responsesFields = []string{"model", "input", "max_output_tokens", "max_tool_calls", "service_tier", "tools",
	"previous_response_id", "conversation", "prompt", "context_management", "plugins", "models", "background", "stream"}

// hostedToolTokens bounds what the provider adds to the prompt to describe a
// tool that it defines and the client runs.
const hostedToolTokens = 1000

// responsesTool reads one tool. Those that the provider runs are bounded by
// max_tool_calls or a cap.
func (g *gather) responsesTool() error {
	g.hasTools = true
	kind, memory := "", ""
	err := g.object(func(name []byte) error {
		switch {
		case string(name) == "type":
			return g.into(&kind)
		case string(name) == "container" && g.d.PeekKind() == '{':
			return g.object(func(name []byte) error {
				if string(name) == "memory_limit" {
					return g.into(&memory)
				}
				return g.skip()
			})
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	pieces := &g.b.Pieces
	switch {
	case kind == "function", kind == "custom", kind == "namespace":
		return nil
	case kind == "local_shell", kind == "apply_patch", kind == "tool_search", strings.HasPrefix(kind, "computer"):
		g.toolTokens += hostedToolTokens
		return nil
	case strings.HasPrefix(kind, "web_search"):
		pieces.WebSearches = asOftenAsCalled
	case kind == "file_search":
		pieces.FileSearches = asOftenAsCalled
	case kind == "code_interpreter":
		pieces.CodeSessions = 1
		if err := g.codeMemory(memory); err != nil {
			return err
		}
	case kind == "x_search":
		pieces.XSearches = asOftenAsCalled
	case kind == "mcp":
	default:
		return &UnboundedError{"the provider's tool " + clip(kind, 40) + ", billed by rules of its own", ""}
	}
	g.serverTools = true
	return nil
}

// codeMemory takes the size of a code session's container, whose price must be
// listed where it is not the smallest.
func (g *gather) codeMemory(size string) error {
	if size == "" || size == "1g" {
		return nil
	}
	if _, ok := g.m.units[UnitCodeSession+"/"+size]; !ok {
		return &UnpricedError{g.m.Provider, g.m.ID, UnitCodeSession + "/" + clip(size, 20)}
	}
	g.b.Variant = size
	return nil
}

// responsesItem reads one input item.
func (g *gather) responsesItem() error {
	var p part
	plain := false // a message may leave its type out
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return g.into(&p.kind)
		case "content", "output":
			plain = plain || g.d.PeekKind() != 'n'
			return g.parts(g.responsesPart)
		case "result": // an image generated earlier
			return g.keep(&p.data)
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	if p.kind == "" && !plain { // so may a reference, which is an id alone
		p.kind = "item_reference"
	}
	switch p.kind {
	case "item_reference":
		return g.add(&g.textTokens, "an item kept by the provider", "state_tokens", g.caps.StateTokens)
	case "image_generation_call":
		if p.data != nil {
			return g.quoted(p.data, func(b64 []byte) error { return g.imageData(p.data, b64, false) })
		}
	}
	return nil
}

// responsesPart reads a part of an item's content or of a tool's output.
func (g *gather) responsesPart() error {
	var p part
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "image_url", "file_url", "file_data", "data", "file_id", "input_audio":
			if err := g.source(&p); err != nil {
				return err
			}
		}
		switch string(name) {
		case "type":
			return g.into(&p.kind)
		case "image_url", "file_url":
			return g.keep(&p.url)
		case "file_data", "data":
			return g.keep(&p.data)
		case "detail":
			return g.into(&p.detail)
		case "format":
			return g.into(&p.format)
		case "input_audio":
			return g.partSource(&p)
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	switch p.kind {
	case "input_text", "output_text", "refusal", "text", "summary_text", "reasoning_text", "logs":
		return nil
	case "input_image", "computer_screenshot":
		if p.url == nil {
			return g.image(0, 0, p.detail == "low", "an image by file id")
		}
		return g.imageURL(p.url, p.detail == "low")
	case "input_audio":
		return g.quoted(p.data, func(b64 []byte) error { return g.audioData(p.format, p.data, b64) })
	case "input_file":
		return g.file(&p)
	}
	return g.document("a content part of a kind that is not known")
}
