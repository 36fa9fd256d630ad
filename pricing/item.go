package pricing

import (
	"slices"
	"strings"
)

// item is one kind of token that is billed at a rate of its own.
type item int

const (
	itemInput item = iota
	itemCachedInput
	itemCacheWrite5m
	itemCacheWrite1h
	itemInputAudio
	itemCachedInputAudio
	itemInputImage
	itemCachedInputImage
	itemInputVideo
	itemOutput
	itemReasoning
	itemOutputAudio
	itemOutputImage
	itemOutputVideo
	itemCitation
	tokenItems // how many there are
)

// itemNames are the catalogue's argument names; lines show them with the
// suffix "_tokens".
var itemNames = [tokenItems]string{
	itemInput:            "input",
	itemCachedInput:      "cached_input",
	itemCacheWrite5m:     "cache_write_5m",
	itemCacheWrite1h:     "cache_write_1h",
	itemInputAudio:       "input_audio",
	itemCachedInputAudio: "cached_input_audio",
	itemInputImage:       "input_image",
	itemCachedInputImage: "cached_input_image",
	itemInputVideo:       "input_video",
	itemOutput:           "output",
	itemReasoning:        "reasoning",
	itemOutputAudio:      "output_audio",
	itemOutputImage:      "output_image",
	itemOutputVideo:      "output_video",
	itemCitation:         "citation",
}

// fallbacks names, for a price a row does not list, the items whose price is
// taken instead; the first that is listed wins. A price that nothing stands
// in for is zero only where the row lists no input (or no output) price at
// all, as a reranker's per-search row does.
//
// They never make a token cheaper than the vendor's base rate: tokens read
// from a cache without a listed discount cost what input costs.
var fallbacks = [tokenItems][]item{
	itemCachedInput:      {itemInput},
	itemCacheWrite5m:     {itemInput},
	itemCacheWrite1h:     {itemCacheWrite5m, itemInput},
	itemInputAudio:       {itemInput},
	itemCachedInputAudio: {itemInputAudio, itemInput},
	itemInputImage:       {itemInput},
	itemCachedInputImage: {itemInputImage, itemInput},
	itemInputVideo:       {itemInput},
	itemReasoning:        {itemOutput},
	itemOutputAudio:      {itemOutput},
	itemOutputImage:      {itemOutput},
	itemOutputVideo:      {itemOutput},
	itemCitation:         {itemInput},
}

// Unit names: what is billed by the piece. Durations are counted in
// milliseconds and priced by the second.
const (
	UnitRequest           = "request"
	UnitImage             = "image"       // a generated image
	UnitInputImage        = "input_image" // an image sent
	UnitInputAudioSecond  = "input_audio_second"
	UnitOutputAudioSecond = "output_audio_second"
	UnitInputVideoSecond  = "input_video_second"
	UnitOutputVideoSecond = "output_video_second"
	UnitCharacter         = "character"
	UnitPage              = "page"
	UnitSearch            = "search" // a reranker's search unit
	UnitWebSearch         = "web_search"
	UnitWebFetch          = "web_fetch"
	UnitFileSearch        = "file_search"
	UnitXSearch           = "x_search"
	UnitMapSearch         = "map_search"
	UnitCodeSession       = "code_session"
	UnitToolCall          = "tool_call"
	// Pieces that are billed beside the calls, for estimates and charges.
	UnitStep              = "step"          // of an image's generation
	UnitPixel             = "pixel"         // generated
	UnitCacheStorage      = "cache_storage" // a cached token kept for an hour
	UnitProvisionedSecond = "provisioned_second"
)

// unitFields gives every unit its quantity in a Usage.
var unitFields = []struct {
	name string
	get  func(*Usage) *int64
	per  int64 // quantities of the field in one of the unit
}{
	{UnitRequest, func(u *Usage) *int64 { return &u.Requests }, 1},
	{UnitImage, func(u *Usage) *int64 { return &u.Images }, 1},
	{UnitInputImage, func(u *Usage) *int64 { return &u.InputImages }, 1},
	{UnitInputAudioSecond, func(u *Usage) *int64 { return &u.InputAudioMs }, 1000},
	{UnitOutputAudioSecond, func(u *Usage) *int64 { return &u.OutputAudioMs }, 1000},
	{UnitInputVideoSecond, func(u *Usage) *int64 { return &u.InputVideoMs }, 1000},
	{UnitOutputVideoSecond, func(u *Usage) *int64 { return &u.OutputVideoMs }, 1000},
	{UnitCharacter, func(u *Usage) *int64 { return &u.Characters }, 1},
	{UnitPage, func(u *Usage) *int64 { return &u.Pages }, 1},
	{UnitSearch, func(u *Usage) *int64 { return &u.Searches }, 1},
	{UnitWebSearch, func(u *Usage) *int64 { return &u.WebSearches }, 1},
	{UnitWebFetch, func(u *Usage) *int64 { return &u.WebFetches }, 1},
	{UnitFileSearch, func(u *Usage) *int64 { return &u.FileSearches }, 1},
	{UnitXSearch, func(u *Usage) *int64 { return &u.XSearches }, 1},
	{UnitMapSearch, func(u *Usage) *int64 { return &u.MapSearches }, 1},
	{UnitCodeSession, func(u *Usage) *int64 { return &u.CodeSessions }, 1},
	{UnitToolCall, func(u *Usage) *int64 { return &u.ToolCalls }, 1},
	{UnitStep, func(u *Usage) *int64 { return &u.Steps }, 1},
	{UnitPixel, func(u *Usage) *int64 { return &u.Pixels }, 1},
	{UnitCacheStorage, func(u *Usage) *int64 { return &u.CacheStorageTokenHours }, 1},
	{UnitProvisionedSecond, func(u *Usage) *int64 { return &u.ProvisionedMs }, 1000},
}

// unitScale returns how many of a Usage's quantities make one of the named
// unit (1,000 ms in a second), and whether the name is known. A name may
// carry a variant after a slash: "image/1024x1024/hd".
func unitScale(name string) (int64, bool) {
	base, _, _ := strings.Cut(name, "/")
	for i := range unitFields {
		if unitFields[i].name == base {
			return unitFields[i].per, true
		}
	}
	return 0, false
}

// PriceNames lists the names of token prices, in the order they are shown in.
func PriceNames() []string { return slices.Clone(itemNames[:]) }
