package pricing

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// dataURL splits a data URL into its media type and base64 text.
func dataURL(u []byte) (mediaType string, b64 []byte, ok bool) {
	rest, ok := bytes.CutPrefix(u, []byte("data:"))
	if !ok {
		return "", nil, false
	}
	head, b64, ok := bytes.Cut(rest, []byte(","))
	if !ok || !bytes.HasSuffix(head, []byte(";base64")) {
		return "", nil, false
	}
	mediaType, _, _ = strings.Cut(string(head), ";")
	return strings.ToLower(mediaType), b64, true
}

// imageURL bounds an image given by URL, which may be a data URL.
func (g *gather) imageURL(raw []byte, low bool) error {
	u, err := g.unquote(raw)
	if err != nil {
		return err
	}
	if _, b64, ok := dataURL(u); ok {
		return g.imageData(raw, b64, low)
	}
	return g.image(0, 0, low, "an image by URL")
}

// imageData bounds an image given as base64, whose raw JSON string is no text.
func (g *gather) imageData(raw, b64 []byte, low bool) error {
	g.isMedia(raw)
	w, h := imageSize(decodeHead(b64))
	return g.image(w, h, low, "an image whose size cannot be read")
}

func (g *gather) image(w, h int64, low bool, what string) error {
	g.b.Pieces.InputImages++
	if n, ok := g.m.Media.imageTokens(w, h, low); ok {
		g.b.InputImageTokens += n
		return nil
	}
	if g.m.Media.Images == ImageRefused {
		what = "an image, on a model whose image rule is not known"
	}
	return g.add(&g.b.InputImageTokens, what, "image_tokens", g.caps.ImageTokens)
}

// documentData bounds a document given as base64.
func (g *gather) documentData(mediaType string, raw, b64 []byte) error {
	g.isMedia(raw)
	if strings.HasPrefix(mediaType, "text/") || mediaType == "application/json" {
		text, err := anyBase64(b64)
		if err != nil {
			return fmt.Errorf("%w: a document's base64: %w", ErrBadRequest, err)
		}
		if isText(text) {
			g.textTokens += TextTokensAtMost(text, g.m)
			return nil
		}
	}
	return g.document("a document")
}

// pdfWithin is how many bytes may stand before the mark that a PDF begins with.
const pdfWithin = 1024

// isText says that a document that is said to be text is no other one: some
// servers look at the bytes or at the file's name instead, and a small PDF has
// more tokens than bytes.
func isText(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 && !bytes.Contains(b[:min(len(b), pdfWithin)], []byte("%PDF"))
}

// anyBase64 decodes either alphabet, padded or not: servers take them all.
func anyBase64(b64 []byte) ([]byte, error) {
	e := base64.RawStdEncoding
	if bytes.ContainsAny(b64, "-_") {
		e = base64.RawURLEncoding
	}
	b64 = bytes.TrimRight(b64, "=")
	text := make([]byte, e.DecodedLen(len(b64)))
	n, err := e.Decode(text, b64)
	return text[:n], err
}

// document bounds a document whose text does not show: by the operator's cap,
// or by the provider's limit of pages times the most that one page takes,
// within the model's context.
func (g *gather) document(what string) error {
	r := &g.m.Media
	if g.caps.FileTokens != 0 || r.MaxPages == 0 || r.MaxTokensPerPage == 0 {
		return g.add(&g.textTokens, what, "file_tokens", g.caps.FileTokens)
	}
	n := r.MaxPages * r.MaxTokensPerPage
	if g.m.ContextTokens > 0 {
		n = min(n, g.m.ContextTokens)
	}
	g.textTokens += n
	return nil
}

// audioData bounds audio given as base64.
func (g *gather) audioData(format string, raw, b64 []byte) error {
	g.isMedia(raw)
	size := int64(base64.StdEncoding.DecodedLen(len(b64)))
	rate := g.m.Media.AudioTokensPerSecond
	if s, ok := audioSeconds(format, soundHead(b64), size); ok && rate > 0 {
		g.b.InputAudioTokens += s * rate
		g.b.Pieces.InputAudioMs += s * 1000
		return nil
	}
	return g.add(&g.b.InputAudioTokens, "audio of a format whose length cannot be read", "audio_tokens", g.caps.AudioTokens)
}

// inline bounds inline data by its media type (Gemini's inlineData, data URLs
// of files).
func (g *gather) inline(mediaType string, raw, b64 []byte, low bool) error {
	kind, _, _ := strings.Cut(mediaType, "/")
	switch kind {
	case "image":
		return g.imageData(raw, b64, low)
	case "audio":
		return g.audioData(mediaType, raw, b64)
	case "video":
		g.isMedia(raw)
		return g.add(&g.b.InputVideoTokens, "a video", "video_tokens", g.caps.VideoTokens)
	}
	return g.documentData(mediaType, raw, b64)
}
