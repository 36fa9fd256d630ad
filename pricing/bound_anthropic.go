package pricing

import (
	"bytes"
	"strings"
)

// messages reads /v1/messages.
func (g *gather) messages() error {
	return g.fields(messagesFields, func(name []byte) error {
		switch string(name) {
		case "messages":
			return g.array(g.anthropicMessage)
		case "system":
			return g.parts(g.anthropicPart(0))
		case "max_tokens":
			g.b.NoOutput = g.d.PeekKind() == '0'
			err := g.most(&g.b.MaxOutputTokens, string(name))
			g.b.NoOutput = g.b.NoOutput && g.b.MaxOutputTokens == 0
			return err
		case "tools":
			return g.array(g.anthropicTool)
		case "service_tier":
			return g.tier()
		case "speed":
			return g.tier()
		case "inference_geo":
			return g.geo()
		case "mcp_servers":
			return g.array(func() error { g.serverTools, g.uncounted = true, true; return g.skip() })
		case "context_management":
			return g.contextManagement()
		case "compaction":
			return g.compaction()
		case "container":
			return g.container()
		case "fallbacks":
			return g.refuseUnlessEmpty("fallbacks to other models")
		case "plugins", "models": // OpenRouter's
			return g.refuseUnlessEmpty(string(name))
		}
		return g.skip()
	})
}

// messagesFields are the members of a request that bear on its bound.
var messagesFields = []string{"model", "messages", "system", "max_tokens", "tools", "service_tier", "speed", "inference_geo", "mcp_servers",
	"context_management", "compaction", "container", "fallbacks", "plugins", "models", "cache_control", "stream"}

// container: an id keeps files of an earlier call, which cost nothing until
// they are read; skills bring instructions of their own into the prompt.
func (g *gather) container() error {
	raw, err := g.raw()
	if err != nil || !bytes.Contains(raw, []byte("skill")) && !bytes.Contains(raw, []byte(`\u`)) {
		return err
	}
	return g.add(&g.textTokens, "skills kept by the provider", "state_tokens", g.caps.StateTokens)
}

// geo notes where the request asks to be served, which the answer need not
// confirm.
func (g *gather) geo() error {
	region, err := g.text()
	if region != "" {
		g.b.Regions = append(g.b.Regions, region, "")
	}
	return err
}

// contextManagement: the edits are plain unless one compacts.
func (g *gather) contextManagement() error {
	raw, err := g.raw()
	if err != nil || !bytes.Contains(raw, []byte("compact")) && !bytes.Contains(raw, []byte(`\u`)) {
		return err
	}
	return g.compact()
}

// compaction is asked for by a member of its own.
func (g *gather) compaction() error {
	raw, err := g.raw()
	if err != nil || string(raw) == "null" {
		return err
	}
	return g.compact()
}

// compact notes that the provider may summarise the conversation within the
// call, which is billed beside it: as an input and an output of their own.
func (g *gather) compact() error {
	n, err := g.limit("compaction of the conversation", "state_tokens", g.caps.StateTokens)
	g.compacts = max(g.compacts, n)
	return err
}

// Tokens that the provider's own client-side tools add to the prompt.
var anthropicToolTokens = []struct {
	prefix string
	tokens int64
}{
	{"bash_", 245}, {"text_editor_", 700}, {"computer_", 735 + 499}, {"memory_", 1000},
}

// anthropicTool reads one tool.
func (g *gather) anthropicTool() error {
	g.hasTools = true
	kind, uses := "", int64(0)
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return g.into(&kind)
		case "max_uses":
			return g.most(&uses, "max_uses")
		}
		return g.skip()
	})
	if err != nil || kind == "" || kind == "custom" {
		return err
	}
	for _, t := range anthropicToolTokens {
		if strings.HasPrefix(kind, t.prefix) {
			g.toolTokens += t.tokens
			return nil
		}
	}
	pieces := &g.b.Pieces
	switch {
	case strings.HasPrefix(kind, "web_search_"):
		pieces.WebSearches = usesOf(uses)
	case strings.HasPrefix(kind, "web_fetch_"):
		pieces.WebFetches = usesOf(uses)
	case strings.HasPrefix(kind, "code_execution_"), strings.HasPrefix(kind, "tool_search_"), strings.HasPrefix(kind, "mcp_toolset"):
		uses = 0
	default:
		return &UnboundedError{"the provider's tool " + clip(kind, 40) + ", billed by rules of its own", ""}
	}
	g.allow(uses)
	return nil
}

func usesOf(n int64) int64 {
	if n == 0 {
		return asOftenAsCalled
	}
	return n
}

// allow adds a tool of the provider that is called at most uses times, 0 for
// as often as the cap says.
func (g *gather) allow(uses int64) {
	g.serverTools = true
	if uses == 0 {
		g.uncounted = true
	}
	g.serverCalls += min(uses, MaxServerToolCalls+1)
}

func (g *gather) anthropicMessage() error {
	return g.object(func(name []byte) error {
		if string(name) == "content" {
			return g.parts(g.anthropicPart(0))
		}
		return g.skip()
	})
}

// source is where an image or document comes from.
type source struct {
	kind, mediaType string
	data            []byte
}

// anthropicPart reads a content block; a tool's result holds blocks itself.
func (g *gather) anthropicPart(depth int) func() error {
	return func() error {
		kind := ""
		var src source
		err := g.object(func(name []byte) error {
			switch string(name) {
			case "type":
				return g.into(&kind)
			case "source":
				if g.d.PeekKind() == '{' {
					return g.anthropicSource(&src, depth)
				}
			case "content":
				if depth < maxDepth {
					return g.parts(g.anthropicPart(depth + 1))
				}
				return &UnboundedError{"content nested too deeply", "file_tokens"}
			}
			return g.skip()
		})
		if err != nil {
			return err
		}
		return g.anthropicBlock(kind, &src)
	}
}

func (g *gather) anthropicSource(src *source, depth int) error {
	return g.object(func(name []byte) error {
		switch string(name) {
		case "type":
			return g.into(&src.kind)
		case "media_type":
			return g.into(&src.mediaType)
		case "data":
			return g.keep(&src.data)
		case "content":
			if depth < maxDepth {
				return g.parts(g.anthropicPart(depth + 1))
			}
			return &UnboundedError{"content nested too deeply", "file_tokens"}
		}
		return g.skip()
	})
}

// anthropicBlock bounds what a block's source holds. Text, tool use, results
// and thinking are all in the body.
func (g *gather) anthropicBlock(kind string, src *source) error {
	switch kind {
	case "image":
		if src.kind == "base64" && src.data != nil {
			return g.quoted(src.data, func(b64 []byte) error { return g.imageData(src.data, b64, false) })
		}
		return g.image(0, 0, false, "an image by URL or file id")
	case "document":
		switch {
		case src.kind == "text", src.kind == "content":
			return nil
		case src.kind == "base64" && src.data != nil:
			return g.quoted(src.data, func(b64 []byte) error { return g.documentData(src.mediaType, src.data, b64) })
		}
		return g.document("a document by URL or file id")
	case "container_upload":
		return g.document("a file for the provider's container")
	}
	if src.kind != "" {
		return g.document("a content block of a kind that is not known")
	}
	return nil
}
