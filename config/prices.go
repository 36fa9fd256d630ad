package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Price is a price block: USD as decimal strings, per million tokens where no
// unit says otherwise.
type Price struct {
	Name             string // "provider/model"
	Input            string `cfg:"input"`
	CachedInput      string `cfg:"cached_input"`
	CacheWrite5m     string `cfg:"cache_write_5m"`
	CacheWrite1h     string `cfg:"cache_write_1h"`
	Output           string `cfg:"output"`
	Reasoning        string `cfg:"reasoning"`
	InputAudio       string `cfg:"input_audio"`
	CachedInputAudio string `cfg:"cached_input_audio"`
	OutputAudio      string `cfg:"output_audio"`
	InputImage       string `cfg:"input_image"`
	CachedInputImage string `cfg:"cached_input_image"`
	OutputImage      string `cfg:"output_image"`
	InputVideo       string `cfg:"input_video"`
	OutputVideo      string `cfg:"output_video"`
	Citation         string `cfg:"citation"`

	// Units are prices by the piece: "web_search" = "10/1000" is 10 USD for a
	// thousand.
	Units map[string]string `cfg:"units"`

	AliasOf         string `cfg:"alias_of"`
	Free            bool   `cfg:"free"`
	Kind            string `cfg:"kind"`
	ContextTokens   int64  `cfg:"context_tokens"`
	MaxOutputTokens int64  `cfg:"max_output_tokens"`
	HiddenOutput    bool   `cfg:"hidden_output"`
	Note            string `cfg:"note"`
}

// override returns the block as package pricing takes it.
func (p *Price) override() (pricing.Override, error) {
	o := pricing.Override{Model: p.Name, Input: p.Input, CachedInput: p.CachedInput, CacheWrite5m: p.CacheWrite5m, CacheWrite1h: p.CacheWrite1h,
		Output: p.Output, Reasoning: p.Reasoning, InputAudio: p.InputAudio, CachedInputAudio: p.CachedInputAudio, OutputAudio: p.OutputAudio,
		InputImage: p.InputImage, CachedInputImage: p.CachedInputImage, OutputImage: p.OutputImage, InputVideo: p.InputVideo, OutputVideo: p.OutputVideo,
		Citation: p.Citation, AliasOf: p.AliasOf, Free: p.Free, Kind: pricing.Kind(p.Kind), ContextTokens: p.ContextTokens,
		MaxOutputTokens: p.MaxOutputTokens, HiddenOutput: p.HiddenOutput, Note: p.Note}
	var err error
	o.Units, err = pricing.ParseUnits(p.Units)
	return o, err
}

// price reads a price block.
func (d *decoder) price(b *block) error {
	p := Price{Name: b.label}
	if err := d.fill(b, &p); err != nil {
		return err
	}
	o, err := p.override()
	if err == nil {
		_, _, err = o.Split()
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", b.at, b.where(), err)
	}
	d.c.Prices = append(d.c.Prices, o)
	return nil
}

// checkPrices refuses prices that could not be in force over the catalogue,
// with the place of their block.
func (d *decoder) checkPrices() error {
	if len(d.c.Prices) == 0 {
		return nil
	}
	base, err := pricing.Embedded()
	if err != nil {
		return err
	}
	_, broken := base.Apply(d.c.Prices...)
	for _, b := range broken {
		return fmt.Errorf("%s: %w", d.seen[(&block{kind: "price", label: b.Model}).where()], b.Err)
	}
	return nil
}

// Caps is the caps block of a provider: what a request's bytes do not bound is
// taken to be at most this much for each item, and refused where nothing is
// said.
type Caps struct {
	ImageTokens      string   `cfg:"image_tokens"`       // an image by URL or file id
	FileTokens       string   `cfg:"file_tokens"`        // a document
	AudioTokens      string   `cfg:"audio_tokens"`       // audio by id, or of a rate without a floor
	VideoTokens      string   `cfg:"video_tokens"`       // a video
	StateTokens      string   `cfg:"state_tokens"`       // what the provider keeps: an earlier response, a stored prompt
	ServerToolCalls  int64    `cfg:"server_tool_calls"`  // of the provider's own tools, where the request does not say
	ServerToolTokens string   `cfg:"server_tool_tokens"` // that each call brings in
	ServiceTiers     []string `cfg:"service_tiers"`      // that a request which names none may be served by
	Regions          []string `cfg:"regions"`            // likewise
}

// Pricing returns the caps as package pricing takes them.
func (c *Caps) Pricing() (pricing.Caps, error) {
	if c == nil {
		return pricing.Caps{}, nil
	}
	out := pricing.Caps{ServerToolCalls: c.ServerToolCalls, ServiceTiers: c.ServiceTiers, Regions: c.Regions}
	for _, f := range []struct {
		name, text string
		to         *int64
	}{
		{"image_tokens", c.ImageTokens, &out.ImageTokens}, {"file_tokens", c.FileTokens, &out.FileTokens},
		{"audio_tokens", c.AudioTokens, &out.AudioTokens}, {"video_tokens", c.VideoTokens, &out.VideoTokens},
		{"state_tokens", c.StateTokens, &out.StateTokens}, {"server_tool_tokens", c.ServerToolTokens, &out.ServerToolTokens},
	} {
		switch f.text {
		case "":
			continue
		case "context":
			*f.to = pricing.ContextWindow
			continue
		}
		n, err := strconv.ParseInt(f.text, 10, 64)
		if err != nil || n < 1 || n > pricing.MaxCap {
			return out, fmt.Errorf("%s: must be a number of tokens up to %d, or \"context\" for the model's whole context", f.name, pricing.MaxCap)
		}
		*f.to = n
	}
	if c.ServerToolCalls > pricing.MaxServerToolCalls {
		return out, fmt.Errorf("server_tool_calls: at most %d", pricing.MaxServerToolCalls)
	}
	if len(c.ServiceTiers) > 0 && !slices.Contains(out.ServiceTiers, pricing.StandardTier) {
		out.ServiceTiers = append(out.ServiceTiers[:len(out.ServiceTiers):len(out.ServiceTiers)], pricing.StandardTier)
	}
	if len(c.Regions) > 0 && !slices.Contains(out.Regions, "") {
		out.Regions = append(out.Regions[:len(out.Regions):len(out.Regions)], "")
	}
	for _, t := range append(out.ServiceTiers, out.Regions...) {
		if len(t) > 64 || strings.ContainsAny(t, " \t\n") {
			return out, fmt.Errorf("%.40q is no service tier or region", t)
		}
	}
	return out, nil
}
