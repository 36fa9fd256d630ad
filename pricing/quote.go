package pricing

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// CacheWrite says which cache writes a request can cause.
type CacheWrite uint8

// The cache writes, by their time to live. A model whose provider writes
// automatically is quoted with writes whatever is said here.
const (
	NoCacheWrite CacheWrite = iota
	CacheWrite5m
	CacheWrite1h
)

// MaxCandidates bounds the answers that one request generates.
const MaxCandidates int64 = 100_000

// Bound is what a request can use at most. Its zero value is the widest one
// in every respect but quantities.
type Bound struct {
	// InputTokens bounds all text that goes in, with its framing and what
	// the provider adds; the media below come on top.
	InputTokens      int64
	InputAudioTokens int64
	InputImageTokens int64
	InputVideoTokens int64
	CitationTokens   int64 // quoted from sources the provider found
	CacheWrite       CacheWrite

	// MaxOutputTokens bounds one candidate's output, reasoning included;
	// 0 takes the model's maximum, which the caller writes into the request.
	MaxOutputTokens int64
	// DefaultOutput says that MaxOutputTokens is what the route's vendor takes
	// where the request names none: another server may take more, unless it is
	// written into the request.
	DefaultOutput bool
	// ExtraOutputTokens are billed as output beside what MaxOutputTokens
	// bounds: a prediction that is rejected, a summary of the conversation.
	ExtraOutputTokens int64
	// NoOutput says that the request asks for no output at all.
	NoOutput bool
	// Candidates is how many answers are generated (n, best_of,
	// candidateCount, prompts of a completion); 0 is 1.
	Candidates int64
	// TextOutput says that the request cannot be answered with audio, images
	// or video.
	TextOutput bool

	// Pieces bounds what is billed by the piece: its fields of pieces are
	// read, its tokens are not. Requests 0 is 1.
	Pieces  Usage
	Variant string // as in Terms; empty may be any that is listed

	// ServiceTiers and Regions are all that the answer may name; none means
	// the standard tier, and no region.
	ServiceTiers []string
	Regions      []string
	// From and Until are when the call may be billed. Zero is any time; a
	// zero Until is the instant From.
	From, Until time.Time
}

// Quote is the most that a bounded request can cost, in the form that a
// reservation takes: a fixed part, and a part per unit of output that may be
// granted in fewer units.
type Quote struct {
	FixedPico   int64 `json:"fixed_pico"`    // input and pieces, pico-USD
	PerUnitPico int64 `json:"per_unit_pico"` // one output token of each candidate, pico-USD
	FixedTokens int64 `json:"fixed_tokens"`  // all input, and output that no bound lowers
	// TokensPerUnit is the number of candidates; MaxUnits the output bound of
	// each.
	TokensPerUnit int64 `json:"tokens_per_unit"`
	MaxUnits      int64 `json:"max_units"`
	// Max is (FixedPico + PerUnitPico x MaxUnits) / 1000 rounded up once.
	Max   money.USD `json:"max"`
	Lines []Line    `json:"lines"`
}

// Quote returns what the bounded request can cost at most: every token at the
// dearest rate that any reachable price row gives it. It fails with
// ErrNegative, ErrTooLarge, *UnpricedError or *NoPriceError.
func (m *Model) Quote(b Bound) (Quote, error) { return m.quote(b, true) }

// Figures is Quote without Lines, where nobody is shown how it comes about.
func (m *Model) Figures(b Bound) (Quote, error) { return m.quote(b, false) }

func (m *Model) quote(b Bound, lines bool) (Quote, error) {
	b, err := m.complete(b)
	if err != nil {
		return Quote{}, fmt.Errorf("bound of a call to %s/%s: %w", m.Provider, m.ID, err)
	}
	pieces := b.Pieces // which, unlike all of b, may go to the heap
	units, err := m.unitTerms(nil, &pieces, func(name string) (unitRate, bool) { return m.boundUnit(name, b.Variant) })
	if err != nil {
		return Quote{}, err
	}
	var buf [8]priced
	rows := m.match(buf[:0], b.selection())
	if len(rows) == 0 {
		return Quote{}, &NoPriceError{m.Provider, m.ID, b.From}
	}
	return m.quoteRows(b, rows, units, lines)
}

// complete fills in defaults and refuses quantities out of range.
func (m *Model) complete(b Bound) (Bound, error) {
	if b.Candidates < 0 || b.Pieces.Requests < 0 {
		return b, fmt.Errorf("candidates = %d, requests = %d: %w", b.Candidates, b.Pieces.Requests, ErrNegative)
	}
	b.Candidates = max(b.Candidates, 1)
	b.Pieces.Requests = max(b.Pieces.Requests, 1)
	b.MaxOutputTokens = m.outputBound(&b)
	if b.Until.Before(b.From) {
		b.Until = b.From
	}
	if len(b.ServiceTiers) == 0 {
		b.ServiceTiers = anyStandard
	}
	if len(b.Regions) == 0 {
		b.Regions = noRegion
	}
	for _, q := range [...]struct {
		name string
		n    int64
	}{
		{"input_tokens", b.InputTokens}, {"input_audio_tokens", b.InputAudioTokens},
		{"input_image_tokens", b.InputImageTokens}, {"input_video_tokens", b.InputVideoTokens},
		{"citation_tokens", b.CitationTokens}, {"max_output_tokens", b.MaxOutputTokens}, {"extra_output_tokens", b.ExtraOutputTokens},
	} {
		if err := checkQuantity(q.name, q.n); err != nil {
			return b, err
		}
	}
	if b.Candidates > MaxCandidates {
		return b, fmt.Errorf("candidates = %d, above %d: %w", b.Candidates, MaxCandidates, ErrTooLarge)
	}
	if b.Pieces == (Usage{Requests: 1}) { // the copy below would cost memory
		return b, nil
	}
	pieces := b.Pieces
	return b, pieces.Check()
}

// outputBound is the output bound of one candidate: the request's, else the
// model's, else DefaultMaxOutputTokens.
func (m *Model) outputBound(b *Bound) int64 {
	switch {
	case !m.Kind.generates(), b.NoOutput:
		return 0
	case b.MaxOutputTokens != 0:
		return b.MaxOutputTokens
	case m.MaxOutputTokens > 0:
		return m.MaxOutputTokens
	}
	return DefaultMaxOutputTokens
}

var (
	anyStandard = []string{StandardTier}
	noRegion    = []string{""}
)

// inputTokens is the bound of all input.
func (b *Bound) inputTokens() int64 {
	return b.InputTokens + b.InputAudioTokens + b.InputImageTokens + b.InputVideoTokens
}

func (b *Bound) selection() selection {
	return selection{
		tiers: b.ServiceTiers, regions: b.Regions, when: span{b.From, b.Until},
		input: b.inputTokens(), lower: true,
	}
}

// boundRates are the dearest items that a row can bill a bound's tokens as.
type boundRates struct{ text, audio, image, video, output item }

// dearest returns the item with the highest rate.
func (r *row) dearest(items ...item) item {
	best := items[0]
	for _, i := range items[1:] {
		if r.rates[i] > r.rates[best] {
			best = i
		}
	}
	return best
}

// boundRates finds, in one row, what each token of the bound costs at most.
// Media may also be billed as text, read from a cache, or written to one.
func (m *Model) boundRates(r *row, b *Bound) boundRates {
	text := r.dearest(itemInput, itemCachedInput)
	write := b.CacheWrite
	if m.CacheWrites == CacheWriteAutomatic {
		write = max(write, CacheWrite5m)
	}
	if m.CacheWrites != CacheWriteNone && write >= CacheWrite5m {
		text = r.dearest(text, itemCacheWrite5m)
	}
	if m.CacheWrites != CacheWriteNone && write >= CacheWrite1h {
		text = r.dearest(text, itemCacheWrite1h)
	}
	out := boundRates{
		text:   text,
		audio:  r.dearest(text, itemInputAudio, itemCachedInputAudio),
		image:  r.dearest(text, itemInputImage, itemCachedInputImage),
		video:  r.dearest(text, itemInputVideo),
		output: r.dearest(itemOutput, itemReasoning),
	}
	if !b.TextOutput {
		out.output = r.dearest(out.output, itemOutputAudio, itemOutputImage, itemOutputVideo)
	}
	return out
}

// quoteRows takes the dearest fixed part and the dearest output rate over all
// rows. They may come from two rows; the sum is then above what any one call
// can cost, never below.
func (m *Model) quoteRows(b Bound, rows []priced, units []unitTerm, lines bool) (Quote, error) {
	q := Quote{FixedPico: -1, PerUnitPico: -1, FixedTokens: b.inputTokens() + b.ExtraOutputTokens, TokensPerUnit: b.Candidates, MaxUnits: b.MaxOutputTokens}
	var fixedRow, unitRow priced
	var fixedUse [tokenItems]int64
	var unitItem item
	for _, r := range rows {
		rates := m.boundRates(r.row, &b)
		var use [tokenItems]int64
		use[rates.text] += b.InputTokens
		use[rates.audio] += b.InputAudioTokens
		use[rates.image] += b.InputImageTokens
		use[rates.video] += b.InputVideoTokens
		use[itemCitation] += b.CitationTokens
		use[rates.output] += b.ExtraOutputTokens
		fixed, ok := m.picoUp(r, &use, units)
		if !ok {
			return Quote{}, m.tooLarge()
		}
		if fixed > q.FixedPico {
			q.FixedPico, fixedRow, fixedUse = fixed, r, use
		}
		var one [tokenItems]int64
		one[rates.output] = b.Candidates
		unit, ok := m.picoUp(r, &one, nil)
		if !ok {
			return Quote{}, m.tooLarge()
		}
		if unit > q.PerUnitPico {
			q.PerUnitPico, unitRow, unitItem = unit, r, rates.output
		}
	}
	var ok bool
	if q.Max, ok = q.maxFor(q.MaxUnits); !ok {
		return Quote{}, m.tooLarge()
	}
	if !lines {
		return q, nil
	}
	q.Lines = m.lines(fixedRow, &fixedUse, units)
	if n := q.MaxUnits * q.TokensPerUnit; n > 0 {
		q.Lines = append(q.Lines, m.tokenLine(unitRow, unitItem, n))
	}
	return q, nil
}

// picoUp returns the sum in pico-USD, rounded up.
func (m *Model) picoUp(r priced, use *[tokenItems]int64, units []unitTerm) (int64, bool) {
	sum, ok := m.numerator(r, use, units)
	if !ok {
		return 0, false
	}
	return sum.divUp(m.denominator())
}

// At returns the hold, in nano-USD, for a number of units of output between 0
// and MaxUnits.
func (q Quote) At(units int64) (money.USD, error) {
	if units < 0 || units > q.MaxUnits {
		return 0, fmt.Errorf("%d units of output: must be between 0 and %d", units, q.MaxUnits)
	}
	amount, ok := q.maxFor(units)
	if !ok {
		return 0, fmt.Errorf("hold for %d units of output: %w", units, ErrTooLarge)
	}
	return amount, nil
}

func (q *Quote) maxFor(units int64) (money.USD, bool) {
	hi, lo := bits.Mul64(uint64(q.PerUnitPico), uint64(units))
	sum, ok := wide{hi, lo}.add(wide{0, uint64(q.FixedPico)})
	if !ok {
		return 0, false
	}
	nano, ok := sum.divUp(picoPerNano)
	return money.USD(nano), ok
}
