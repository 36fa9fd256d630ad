package pricing

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
)

// imageMaxSide bounds the sides that are believed; a larger one is taken as
// unreadable.
const imageMaxSide = 100_000

// headBytes is how much of an image is decoded to find its size. A JPEG's
// size stands after its metadata, which may hold a thumbnail.
const headBytes = 256 << 10

// imageTokens bounds the tokens of an image of known size in pixels; low says
// that the request asks for low detail. ok is false where the rule needs a
// size and has none.
func (r *MediaRules) imageTokens(w, h int64, low bool) (tokens int64, ok bool) {
	sized := w > 0 && h > 0 && w <= imageMaxSide && h <= imageMaxSide
	switch r.Images {
	case ImageTiles:
		if low {
			return r.ImageBaseTokens, true
		}
		return r.ImageBaseTokens + r.ImageTileTokens*tiles512(w, h, sized), true
	case ImagePatches:
		patches := r.ImageMaxPatches
		if sized {
			patches = ceilDiv(w, 32) * ceilDiv(h, 32)
			if r.ImageMaxPatches > 0 {
				patches = min(patches, r.ImageMaxPatches)
			}
		} else if patches == 0 {
			return r.MaxTokensPerImage, r.MaxTokensPerImage > 0
		}
		return r.ImageBaseTokens + ceilDiv(patches*r.ImagePatchBP, 10_000), true
	case ImageCapped:
		return r.MaxTokensPerImage, r.MaxTokensPerImage > 0
	case ImageGeminiTiles:
		if !sized {
			return r.MaxTokensPerImage, r.MaxTokensPerImage > 0
		}
		if w <= 384 && h <= 384 {
			return geminiTileTokens, true
		}
		side := max(256, min(768, min(w, h)*2/3))
		return geminiTileTokens * ceilDiv(w, side) * ceilDiv(h, side), true
	}
	return 0, false
}

// geminiTileTokens is what one tile costs at Gemini.
const geminiTileTokens = 258

// maxTiles512 is how many 512-pixel tiles fit after scaling to 2048 by 768.
const maxTiles512 = 8

// tiles512 counts 512-pixel tiles after an image is fitted into 2048 pixels
// and its shorter side scaled down to 768. Sizes are rounded up at each step,
// so the count is never below the provider's.
func tiles512(w, h int64, sized bool) int64 {
	if !sized {
		return maxTiles512
	}
	if long := max(w, h); long > 2048 {
		w, h = ceilDiv(w*2048, long), ceilDiv(h*2048, long)
	}
	if short := min(w, h); short > 768 {
		w, h = ceilDiv(w*768, short), ceilDiv(h*768, short)
	}
	return ceilDiv(w, 512) * ceilDiv(h, 512)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// decodeHead decodes the first bytes of base64 text; nil where it is none.
func decodeHead(b64 []byte) []byte {
	n := min(len(b64), base64.StdEncoding.EncodedLen(headBytes))
	head := b64[:n-n%4]
	out := make([]byte, base64.StdEncoding.DecodedLen(len(head)))
	read, err := base64.StdEncoding.Decode(out, head)
	if err != nil && read == 0 {
		return nil
	}
	return out[:read]
}

// imageSize reads an image's size in pixels from its first bytes: PNG, JPEG,
// GIF and WebP, the formats that every provider takes. Zeros where unknown.
func imageSize(b []byte) (w, h int64) {
	switch {
	case len(b) >= 24 && bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) && string(b[12:16]) == "IHDR":
		return int64(binary.BigEndian.Uint32(b[16:])), int64(binary.BigEndian.Uint32(b[20:]))
	case len(b) >= 10 && (bytes.HasPrefix(b, []byte("GIF87a")) || bytes.HasPrefix(b, []byte("GIF89a"))):
		return int64(binary.LittleEndian.Uint16(b[6:])), int64(binary.LittleEndian.Uint16(b[8:]))
	case len(b) >= 30 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return webpSize(b)
	case len(b) >= 4 && b[0] == 0xFF && b[1] == 0xD8:
		return jpegSize(b)
	}
	return 0, 0
}

// webpSize reads the three kinds of WebP header.
func webpSize(b []byte) (w, h int64) {
	switch string(b[12:16]) {
	case "VP8X":
		return 1 + le24(b[24:]), 1 + le24(b[27:])
	case "VP8 ":
		return int64(binary.LittleEndian.Uint16(b[26:]) & 0x3FFF), int64(binary.LittleEndian.Uint16(b[28:]) & 0x3FFF)
	case "VP8L":
		v := binary.LittleEndian.Uint32(b[21:])
		return 1 + int64(v&0x3FFF), 1 + int64(v>>14&0x3FFF)
	}
	return 0, 0
}

func le24(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }

// jpegSize walks a JPEG's segments to the frame header.
func jpegSize(b []byte) (w, h int64) {
	for i := 2; i+9 < len(b); {
		if b[i] != 0xFF {
			return 0, 0
		}
		marker := b[i+1]
		if marker == 0xFF { // fill byte
			i++
			continue
		}
		if marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC {
			return int64(binary.BigEndian.Uint16(b[i+7:])), int64(binary.BigEndian.Uint16(b[i+5:]))
		}
		size := int(binary.BigEndian.Uint16(b[i+2:]))
		if size < 2 || marker == 0xD9 || marker == 0xDA {
			return 0, 0
		}
		i += 2 + size
	}
	return 0, 0
}
