package pricing

// embeddings reads /v1/embeddings: texts, or lists of tokens. What else some
// servers take (an image by URL) does not show its size.
func (g *gather) embeddings() error {
	return g.fields([]string{"model", "input"}, func(name []byte) error {
		if string(name) != "input" || g.d.PeekKind() != '[' {
			return g.skip()
		}
		return g.array(func() error {
			if g.d.PeekKind() == '{' {
				if err := g.skip(); err != nil {
					return err
				}
				return g.document("an input that is neither text nor tokens")
			}
			return g.skip()
		})
	})
}

// geminiEmbed reads embedContent and batchEmbedContents, whose content may
// hold images and files as a prompt does.
func (g *gather) geminiEmbed() error {
	return g.fields([]string{"content", "requests"}, func(name []byte) error {
		switch string(name) {
		case "content":
			return g.geminiContent()
		case "requests":
			return g.array(g.geminiEmbed)
		}
		return g.skip()
	})
}
