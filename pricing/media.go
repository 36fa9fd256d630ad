package pricing

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ImageRule names how a provider counts an image's tokens.
type ImageRule string

// The image rules. The figures that go with each are in MediaRules.
const (
	// ImageRefused: images cannot be bounded without a cap by the operator.
	ImageRefused ImageRule = ""
	// ImageTiles: base tokens plus tokens per 512-pixel tile, after fitting
	// into 2048 pixels with the shorter side at 768.
	ImageTiles ImageRule = "tiles"
	// ImagePatches: one token per 32-pixel patch, times a multiplier, at
	// most a budget of patches.
	ImagePatches ImageRule = "patches"
	// ImageCapped: never more than MaxTokensPerImage whatever its size.
	ImageCapped ImageRule = "capped"
	// ImageGeminiTiles: 258 tokens per 768-pixel tile.
	ImageGeminiTiles ImageRule = "gemini_tiles"
)

// MediaRules say how media sent to a model become tokens. Zero figures mean
// that the medium cannot be bounded.
type MediaRules struct {
	Images ImageRule
	// ImageBaseTokens and ImageTileTokens belong to ImageTiles.
	ImageBaseTokens, ImageTileTokens int64
	// ImagePatchBP multiplies patches (10,000 = 1); ImageMaxPatches is the
	// budget, 0 for none. Both belong to ImagePatches.
	ImagePatchBP, ImageMaxPatches int64
	// MaxTokensPerImage belongs to ImageCapped, and bounds images whose size
	// cannot be read under the other rules.
	MaxTokensPerImage int64
	// MaxTokensPerPage bounds one page of a document, its picture included.
	MaxTokensPerPage int64
	// MaxPages is how many pages the provider accepts in one document.
	MaxPages int64
	// AudioTokensPerSecond and VideoTokensPerSecond bound audio and video.
	AudioTokensPerSecond, VideoTokensPerSecond int64
}

var imageRules = []ImageRule{ImageRefused, ImageTiles, ImagePatches, ImageCapped, ImageGeminiTiles}

// readMedia reads a media block over the provider's defaults.
func readMedia(c *hclsyntax.Block, d MediaRules) (MediaRules, error) {
	b := newBlock(c)
	if v := b.text("images"); v != "" {
		d.Images = ImageRule(v)
	}
	if !slices.Contains(imageRules, d.Images) {
		return d, fmt.Errorf("%s: images %q: must be one of %v", b.where, d.Images, imageRules[1:])
	}
	for _, f := range []struct {
		name string
		at   *int64
	}{
		{"image_base_tokens", &d.ImageBaseTokens}, {"image_tile_tokens", &d.ImageTileTokens},
		{"image_patch_bp", &d.ImagePatchBP}, {"image_max_patches", &d.ImageMaxPatches},
		{"max_tokens_per_image", &d.MaxTokensPerImage}, {"max_tokens_per_page", &d.MaxTokensPerPage},
		{"max_pages", &d.MaxPages}, {"audio_tokens_per_second", &d.AudioTokensPerSecond},
		{"video_tokens_per_second", &d.VideoTokensPerSecond},
	} {
		if _, set := b.body.Attributes[f.name]; set {
			*f.at = b.whole(f.name)
		}
		b.used[f.name] = true
		if *f.at < 0 || *f.at > maxContextTokens {
			return d, fmt.Errorf("%s: %s = %d: must be between 0 and %d", b.where, f.name, *f.at, maxContextTokens)
		}
	}
	return d, b.done()
}
