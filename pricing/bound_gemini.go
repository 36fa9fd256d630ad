package pricing

import "strings"

// gemini reads generateContent. Its JSON takes names in both camelCase and
// snake_case.
func (g *gather) gemini() error {
	return g.fields(geminiFields, func(name []byte) error {
		switch string(name) {
		case "contents":
			return g.parts(g.geminiContent)
		case "systemInstruction", "system_instruction":
			return g.geminiContent()
		case "generationConfig", "generation_config":
			return g.geminiConfig()
		case "tools":
			return g.parts(g.geminiTool)
		case "cachedContent", "cached_content":
			return g.state("cached content")
		case "serviceTier", "service_tier":
			return g.tier()
		}
		return g.skip()
	})
}

// geminiFields are the members of a request that bear on its bound.
var geminiFields = []string{"contents", "systemInstruction", "system_instruction", "generationConfig", "generation_config", "tools",
	"cachedContent", "cached_content", "serviceTier", "service_tier"}

func (g *gather) geminiConfig() error {
	return g.fields([]string{"maxOutputTokens", "max_output_tokens", "candidateCount", "candidate_count", "responseModalities", "response_modalities"}, func(name []byte) error {
		switch string(name) {
		case "maxOutputTokens", "max_output_tokens":
			return g.most(&g.b.MaxOutputTokens, string(name))
		case "candidateCount", "candidate_count":
			return g.most(&g.b.Candidates, string(name))
		case "responseModalities", "response_modalities":
			return g.modalities(func(m string) bool { return strings.EqualFold(m, "text") })
		}
		return g.skip()
	})
}

// geminiTool reads one tool object; each of its fields is a tool.
func (g *gather) geminiTool() error {
	return g.object(func(name []byte) error {
		pieces := &g.b.Pieces
		switch strings.ReplaceAll(strings.ToLower(string(name)), "_", "") {
		case "functiondeclarations", "computeruse":
			g.hasTools = true
			return g.skip()
		case "googlesearch", "googlesearchretrieval", "enterprisewebsearch":
			pieces.WebSearches = asOftenAsCalled
		case "googlemaps":
			pieces.MapSearches = asOftenAsCalled
		case "codeexecution", "urlcontext", "filesearch", "retrieval", "mcpservers":
		default:
			return &UnboundedError{"the provider's tool " + clip(string(name), 40) + ", billed by rules of its own", ""}
		}
		g.serverTools = true
		return g.skip()
	})
}

func (g *gather) geminiContent() error {
	if g.d.PeekKind() == '"' {
		return g.skip()
	}
	return g.object(func(name []byte) error {
		if string(name) == "parts" {
			return g.parts(g.geminiPart(0))
		}
		return g.skip()
	})
}

// geminiPart reads a part. A function's response may hold parts itself.
func (g *gather) geminiPart(depth int) func() error {
	return func() error {
		return g.object(func(name []byte) error {
			switch string(name) {
			case "inlineData", "inline_data":
				return g.geminiInline()
			case "fileData", "file_data":
				return g.geminiFile()
			case "functionResponse", "function_response":
				return g.object(func(name []byte) error {
					if string(name) == "parts" && depth < maxDepth {
						return g.parts(g.geminiPart(depth + 1))
					}
					return g.skip()
				})
			}
			return g.skip()
		})
	}
}

func (g *gather) geminiInline() error {
	var src source
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "mimeType", "mime_type":
			return g.into(&src.mediaType)
		case "data":
			return g.keep(&src.data)
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	return g.quoted(src.data, func(b64 []byte) error {
		return g.inline(strings.ToLower(src.mediaType), src.data, b64, false)
	})
}

func (g *gather) geminiFile() error {
	mediaType, uri := "", ""
	err := g.object(func(name []byte) error {
		switch string(name) {
		case "mimeType", "mime_type":
			return g.into(&mediaType)
		case "fileUri", "file_uri":
			return g.into(&uri)
		}
		return g.skip()
	})
	if err != nil {
		return err
	}
	if uri = strings.ToLower(uri); strings.Contains(uri, "youtube.") || strings.Contains(uri, "youtu.be") {
		mediaType = "" // it is a video, whatever it is called
	}
	switch kind, _, _ := strings.Cut(mediaType, "/"); kind {
	case "image":
		return g.image(0, 0, false, "an image by URI")
	case "audio":
		return g.add(&g.b.InputAudioTokens, "audio by URI", "audio_tokens", g.caps.AudioTokens)
	case "video", "": // a video of another site has no type
		return g.add(&g.b.InputVideoTokens, "a video by URI", "video_tokens", g.caps.VideoTokens)
	}
	return g.document("a document by URI")
}
