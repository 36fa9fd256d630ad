package pricing

import (
	"slices"
	"time"
)

// Kind says what a model does.
type Kind string

// The kinds of models.
const (
	KindChat       Kind = "chat"
	KindCompletion Kind = "completion"
	KindEmbedding  Kind = "embedding"
	KindRerank     Kind = "rerank"
	KindModeration Kind = "moderation"
	KindImage      Kind = "image"
	KindVideo      Kind = "video"
	KindTTS        Kind = "tts"
	KindSTT        Kind = "stt"
	KindRealtime   Kind = "realtime"
	KindOCR        Kind = "ocr"
)

var kinds = []Kind{KindChat, KindCompletion, KindEmbedding, KindRerank, KindModeration, KindImage,
	KindVideo, KindTTS, KindSTT, KindRealtime, KindOCR}

// generates says whether the kind answers with tokens whose number a request
// bounds. Those that do not are billed for their input or by the piece.
func (k Kind) generates() bool {
	return !slices.Contains([]Kind{KindEmbedding, KindRerank, KindModeration}, k)
}

// answersText says whether the kind is billed for text that comes out, so that
// a price without output is an omission.
func (k Kind) answersText() bool {
	return k == KindChat || k == KindCompletion || k == KindRealtime
}

// Confidence says how well a catalogue entry is founded.
type Confidence string

// The degrees of confidence.
const (
	ConfidenceVendor   Confidence = "vendor"   // read from the vendor's own page
	ConfidenceAgreed   Confidence = "agreed"   // at least two independent sources agree
	ConfidenceSingle   Confidence = "single"   // one source
	ConfidenceOperator Confidence = "operator" // set by the operator of this cluster
)

// CacheWriteMode says when a model's provider bills writing its prompt cache.
type CacheWriteMode string

// The cache write modes.
const (
	CacheWriteNone      CacheWriteMode = "none"      // no write is billed
	CacheWriteExplicit  CacheWriteMode = "explicit"  // where the request asks for it
	CacheWriteAutomatic CacheWriteMode = "automatic" // on any call
)

// Model is one model of one provider with its prices. It is immutable.
type Model struct {
	Provider string // catalogue name: "openai", "anthropic", "google"
	ID       string // the id on the wire
	Kind     Kind
	IDs      []string // every id on the wire, snapshots included

	ContextTokens   int64 // input and output together; 0 = not known
	MaxInputTokens  int64 // 0 = ContextTokens is the only bound
	MaxOutputTokens int64 // 0 = not known: DefaultMaxOutputTokens is asked for

	// HiddenOutput says that output may be billed that the client never
	// sees (reasoning), so output cannot be metered from what passes by.
	HiddenOutput bool
	// SearchesAlways says that every call makes one web search, asked for or not.
	SearchesAlways bool
	// NormalizesText says that the tokenizer normalises text (NFKC) first,
	// or is not known not to: bytes alone do not bound its tokens.
	NormalizesText bool
	// Tokenizer names an encoding that counts exactly: "o200k_base",
	// "cl100k_base", or "" where none is public.
	Tokenizer string
	// FixedOverheadTokens and ToolOverheadTokens are what the provider adds
	// to every prompt, and to every prompt with tools.
	FixedOverheadTokens, ToolOverheadTokens int64
	// CacheWrites says when writing the cache is billed.
	CacheWrites CacheWriteMode
	// Media says how images, pages and audio become tokens.
	Media MediaRules

	Free       bool // every price is zero, and meant to be
	Source     string
	VerifiedAt time.Time // a day
	Confidence Confidence
	Note       string
	// Operator says that the prices were set by the operator, AliasOf that the
	// id is another name of that model.
	Operator bool
	AliasOf  string
	// RetiresOn is the day the vendor stops serving the model; zero = not known.
	RetiresOn time.Time

	// unknown says that the id is not listed, and priced as the operator prices
	// all such.
	unknown bool
	// ownPrice says that the operator priced the id itself, and not a model of
	// the vendor's: it stands whatever model the answers name.
	ownPrice    bool
	region      string // fixed by the id's prefix, such as "us." at Bedrock
	rows        []*row
	units       map[string]unitRate
	unitLCM     int64 // least common multiple of the units' divisors
	multipliers []multiplier
	tierAliases map[string]string
	tiers       []string // that rows are listed for
}

// Series is the name of the model in metrics: its id, or "*" where that is any
// that a client may make up.
func (m *Model) Series() string {
	if m.unknown {
		return "*"
	}
	return m.ID
}

// DefaultMaxOutputTokens is the output bound asked for where neither the
// request nor the catalogue names one. The caller writes it into the request,
// so that the provider keeps to it.
const DefaultMaxOutputTokens int64 = 8192

// StandardTier is the service tier of a call that asks for none.
const StandardTier = "standard"

// row is one list of token prices and when it applies.
type row struct {
	tier   string
	region string // "" = wherever no other row names the region
	above  int64  // applies when the total input is above this; 0 = always
	from   time.Time
	until  time.Time // exclusive; zero = open
	window *Window   // nil = at any time of day
	tierBP int64     // multiplier on every rate, 10,000 = 1
	rates  [tokenItems]Pico
	listed [tokenItems]bool // the row names it; others are fallbacks
}

// activeAt says whether the row's dates hold t.
func (r *row) activeAt(t time.Time) bool {
	return (r.from.IsZero() || !t.Before(r.from)) && (r.until.IsZero() || t.Before(r.until))
}

// overlaps says whether the row's dates hold any instant of [from, until].
func (r *row) overlaps(from, until time.Time) bool {
	return (r.from.IsZero() || !until.Before(r.from)) && (r.until.IsZero() || from.Before(r.until))
}

// unitRate is the price of a piece: pico pico-USD for per of a Usage's
// quantities, reduced to lowest terms.
type unitRate struct {
	pico Pico
	per  int64
	text string // as listed, for lines
	once bool   // billed once for a prompt, however many of it there were

	listed    string // the price's decimal USD
	listedPer int64  // for so many
}

// AnswersMedia says that the model may answer with audio, images or video at
// prices of their own: what passes of them does not show its tokens.
func (m *Model) AnswersMedia() bool {
	return slices.ContainsFunc(m.rows, func(r *row) bool {
		return r.listed[itemOutputAudio] || r.listed[itemOutputImage] || r.listed[itemOutputVideo]
	})
}

// multiplier scales a model's token prices in one region.
type multiplier struct {
	region string
	bp     int64 // 10,000 = 1
}

// regionBP returns the multiplier of a region, 10,000 where none is listed.
func (m *Model) regionBP(region string) int64 {
	for _, x := range m.multipliers {
		if x.region == region {
			return x.bp
		}
	}
	return 10_000
}

// ServiceTiers lists the tiers the model has prices for, sorted.
func (m *Model) ServiceTiers() []string { return slices.Clone(m.tiers) }

// Regions lists the regions the model has a multiplier or prices for, sorted.
func (m *Model) Regions() []string {
	var out []string
	for _, x := range m.multipliers {
		out = append(out, x.region)
	}
	for _, r := range m.rows {
		if r.region != "" {
			out = append(out, r.region)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tier maps a tier's name on the wire to the catalogue's name.
func (m *Model) tier(wire string) string {
	switch wire {
	case "", "auto", "default", "standard_only", "on_demand":
		return StandardTier
	}
	if t, ok := m.tierAliases[wire]; ok {
		return t
	}
	return wire
}
