package pricing

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// liteLLMKinds maps LiteLLM's modes.
var liteLLMKinds = map[string]Kind{
	"chat": KindChat, "responses": KindChat, "completion": KindCompletion, "embedding": KindEmbedding, "rerank": KindRerank,
	"moderation": KindModeration, "image_generation": KindImage, "image_edit": KindImage, "audio_transcription": KindSTT,
	"audio_speech": KindTTS, "realtime": KindRealtime, "video_generation": KindVideo, "ocr": KindOCR,
}

// readLiteLLM reads an object of models. Keys that are no model of a provider
// are left out.
func readLiteLLM(entries map[string]jsontext.Value) []Listing {
	var out []Listing
	for key, v := range entries {
		var f fields
		if key == "sample_spec" || json.Unmarshal(v, &f) != nil {
			continue
		}
		theirs := f.text("litellm_provider")
		if theirs == "" {
			continue
		}
		id := strings.TrimPrefix(key, theirs+"/")
		if strings.HasPrefix(theirs, "vertex_ai") {
			id = strings.TrimPrefix(key, "vertex_ai/")
		}
		l := Listing{Override: Override{Model: foreignProvider(theirs) + "/" + id, Kind: liteLLMKinds[f.text("mode")],
			MaxOutputTokens: f.whole("max_output_tokens")}}
		f.liteLLM(&l)
		l.finish()
		out = append(out, l)
	}
	return out
}

// liteLLMItems are LiteLLM's names of token prices.
var liteLLMItems = []struct {
	name string
	item item
}{
	{"input_cost_per_token", itemInput}, {"cache_read_input_token_cost", itemCachedInput},
	{"cache_creation_input_token_cost", itemCacheWrite5m}, {"output_cost_per_token", itemOutput},
	{"output_cost_per_reasoning_token", itemReasoning}, {"input_cost_per_audio_token", itemInputAudio},
	{"cache_read_input_audio_token_cost", itemCachedInputAudio}, {"output_cost_per_audio_token", itemOutputAudio},
	{"input_cost_per_image_token", itemInputImage}, {"output_cost_per_image_token", itemOutputImage},
	{"output_cost_per_video_token", itemOutputVideo},
}

var aboveTokens = regexp.MustCompile(`^input_cost_per_token_above_(\d{1,4})k_tokens$`)

func (f fields) liteLLM(l *Listing) {
	base := f.liteLLMRow("", &l.Problem)
	if base[itemCacheWrite5m] == "0" {
		base[itemCacheWrite5m] = "" // written as zero where writes are not billed
	}
	base[itemCacheWrite1h] = f.price("cache_creation_input_token_cost_above_1hr", perToken, &l.Problem)
	l.setPrices(base)
	contexts := map[int64]string{}
	for name := range f {
		if m := aboveTokens.FindStringSubmatch(name); m != nil {
			n, err := strconv.ParseInt(m[1], 10, 64)
			if err == nil {
				contexts[n*1000] = "_above_" + m[1] + "k_tokens"
			}
		}
	}
	for tier, suffix := range map[string]string{"": "", "flex": "_flex", "priority": "_priority", "batch": "_batches"} {
		for above, context := range contexts {
			l.addRow(tier, above, f.liteLLMRow(context+suffix, &l.Problem))
		}
		if tier != "" {
			l.addRow(tier, 0, f.liteLLMRow(suffix, &l.Problem))
		}
	}
	slices.SortFunc(l.Rows, func(a, b PriceRow) int {
		if n := strings.Compare(a.ServiceTier, b.ServiceTier); n != 0 {
			return n
		}
		return int(a.AboveInputTokens - b.AboveInputTokens)
	})
	l.dropOrphans()
	f.liteLLMUnits(l)
	if f["tiered_pricing"].Kind() == '[' && l.Problem == "" {
		l.Problem = "ranged prices (tiered_pricing) are not read"
	}
}

func (f fields) liteLLMRow(suffix string, problem *string) (row [tokenItems]string) {
	for _, x := range liteLLMItems {
		row[x.item] = f.price(x.name+suffix, perToken, problem)
	}
	return row
}

// addRow adds a row that has prices of both ways.
func (l *Listing) addRow(tier string, above int64, row [tokenItems]string) {
	if row[itemInput] == "" || row[itemOutput] == "" && (l.Kind == "" || l.Kind.answersText()) {
		return
	}
	r := PriceRow{ServiceTier: tier, AboveInputTokens: above, Prices: map[string]string{}}
	for i, p := range row {
		if p != "" {
			r.Prices[itemNames[i]] = p
		}
	}
	l.Rows = append(l.Rows, r)
}

// dropOrphans leaves out context tiers whose service tier has no base row.
func (l *Listing) dropOrphans() {
	l.Rows = slices.DeleteFunc(l.Rows, func(r PriceRow) bool {
		return r.AboveInputTokens > 0 && r.ServiceTier != "" && !slices.ContainsFunc(l.Rows, func(b PriceRow) bool {
			return b.ServiceTier == r.ServiceTier && b.AboveInputTokens == 0
		})
	})
}

// liteLLMUnits are LiteLLM's prices by the piece.
var liteLLMUnits = []struct{ name, unit string }{
	{"output_cost_per_image", UnitImage}, {"input_cost_per_second", UnitInputAudioSecond},
	{"input_cost_per_character", UnitCharacter}, {"input_cost_per_query", UnitSearch}, {"ocr_cost_per_page", UnitPage},
	{"output_cost_per_video_per_second", UnitOutputVideoSecond},
}

func (f fields) liteLLMUnits(l *Listing) {
	add := func(unit string, number jsontext.Value) {
		p, err := decimal(number, 0, unitDecimals)
		switch {
		case err != nil && l.Problem == "":
			l.Problem = unit + ": " + err.Error()
		case err == nil && p != "0":
			l.Units = append(l.Units, UnitPrice{Unit: unit, Price: p})
		}
	}
	for _, x := range liteLLMUnits {
		if f.has(x.name) {
			add(x.unit, f[x.name])
		}
	}
	var search fields
	if f["search_context_cost_per_query"].Kind() == '{' && json.Unmarshal(f["search_context_cost_per_query"], &search) == nil && search.has("search_context_size_high") {
		add(UnitWebSearch, search["search_context_size_high"])
	}
}

// setPrices sets the flat prices.
func (o *Override) setPrices(p [tokenItems]string) {
	o.Input, o.CachedInput, o.CacheWrite5m, o.CacheWrite1h = p[itemInput], p[itemCachedInput], p[itemCacheWrite5m], p[itemCacheWrite1h]
	o.InputAudio, o.CachedInputAudio, o.InputImage, o.CachedInputImage = p[itemInputAudio], p[itemCachedInputAudio], p[itemInputImage], p[itemCachedInputImage]
	o.InputVideo, o.Output, o.Reasoning = p[itemInputVideo], p[itemOutput], p[itemReasoning]
	o.OutputAudio, o.OutputImage, o.OutputVideo, o.Citation = p[itemOutputAudio], p[itemOutputImage], p[itemOutputVideo], p[itemCitation]
}

// readModelsDev reads providers with their models, in USD per million tokens.
func readModelsDev(entries map[string]jsontext.Value) ([]Listing, error) {
	var out []Listing
	for provider, v := range entries {
		var p struct {
			Models map[string]struct {
				Cost  fields `json:"cost"`
				Limit fields `json:"limit"`
			} `json:"models"`
		}
		if err := json.Unmarshal(v, &p); err != nil {
			return nil, fmt.Errorf("%w: provider %q: %w", ErrForeignFormat, provider, err)
		}
		for id, m := range p.Models {
			l := Listing{Override: Override{Model: foreignProvider(provider) + "/" + id,
				ContextTokens: m.Limit.whole("context"), MaxOutputTokens: m.Limit.whole("output")}}
			l.setPrices(m.Cost.modelsDevRow(&l.Problem))
			var tiers []fields
			if m.Cost["tiers"].Kind() == '[' && json.Unmarshal(m.Cost["tiers"], &tiers) == nil {
				for _, t := range tiers {
					var size fields
					if json.Unmarshal(t["tier"], &size) == nil && size.whole("size") > 0 {
						l.addRow("", size.whole("size"), t.modelsDevRow(&l.Problem))
					}
				}
			}
			l.finish()
			out = append(out, l)
		}
	}
	return out, nil
}

func (f fields) modelsDevRow(problem *string) (row [tokenItems]string) {
	for name, i := range map[string]item{"input": itemInput, "output": itemOutput, "cache_read": itemCachedInput, "cache_write": itemCacheWrite5m,
		"reasoning": itemReasoning, "input_audio": itemInputAudio, "output_audio": itemOutputAudio} {
		row[i] = f.price(name, perMillion, problem)
	}
	for _, i := range []item{itemCachedInput, itemCacheWrite5m} {
		if row[i] == "0" {
			row[i] = "" // written as zero where it is not offered
		}
	}
	return row
}

// genAIItems are genai-prices' names of token prices.
var genAIItems = map[string]item{
	"input_mtok": itemInput, "output_mtok": itemOutput, "cache_read_mtok": itemCachedInput, "cache_write_mtok": itemCacheWrite5m,
	"cache_write_1h_mtok": itemCacheWrite1h, "input_audio_mtok": itemInputAudio, "output_audio_mtok": itemOutputAudio,
	"cache_audio_read_mtok": itemCachedInputAudio, "input_image_mtok": itemInputImage, "cache_image_read_mtok": itemCachedInputImage,
	"output_image_mtok": itemOutputImage, "input_video_mtok": itemInputVideo, "output_reasoning_mtok": itemReasoning,
	"output_video_mtok": itemOutputVideo, "output_citation_mtok": itemCitation,
}

// readGenAIPrices reads a list of providers, in USD per million tokens. Of
// dated prices each holds until the next; prices by the time of day are not
// read.
func readGenAIPrices(top jsontext.Value) ([]Listing, error) {
	var providers []struct {
		ID     string `json:"id"`
		Models []struct {
			ID     string         `json:"id"`
			Prices jsontext.Value `json:"prices"`
		} `json:"models"`
	}
	if err := json.Unmarshal(top, &providers); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeignFormat, err)
	}
	var out []Listing
	for _, p := range providers {
		for _, m := range p.Models {
			l := Listing{Override: Override{Model: foreignProvider(p.ID) + "/" + m.ID}}
			l.genAI(m.Prices)
			l.finish()
			out = append(out, l)
		}
	}
	return out, nil
}

// genAI reads one price object, or a list of dated ones.
func (l *Listing) genAI(prices jsontext.Value) {
	if prices.Kind() == '{' {
		var f fields
		if err := json.Unmarshal(prices, &f); err != nil {
			l.Problem = err.Error()
			return
		}
		base, tiers := f.genAIRows(&l.Problem)
		l.setPrices(base)
		for above, row := range tiers {
			l.addRow("", above, row)
		}
		slices.SortFunc(l.Rows, func(a, b PriceRow) int { return int(a.AboveInputTokens - b.AboveInputTokens) })
		if f.has("web_searches_kcount") {
			if p, err := decimal(f["web_searches_kcount"], 0, unitDecimals); err == nil && p != "0" {
				l.Units = append(l.Units, UnitPrice{Unit: UnitWebSearch, Price: p, Per: 1000})
			}
		}
		return
	}
	var dated []struct {
		Constraint fields `json:"constraint"`
		Prices     fields `json:"prices"`
	}
	if err := json.Unmarshal(prices, &dated); err != nil {
		l.Problem = err.Error()
		return
	}
	for i, d := range dated {
		from := d.Constraint.text("start_date")
		if len(d.Constraint) > 0 && from == "" {
			l.Problem = "prices by the time of day are not read"
			return
		}
		until := ""
		if i+1 < len(dated) {
			until = dated[i+1].Constraint.text("start_date")
		}
		base, tiers := d.Prices.genAIRows(&l.Problem)
		tiers[0] = base
		for above, row := range tiers {
			n := len(l.Rows)
			if l.addRow("", above, row); len(l.Rows) > n {
				l.Rows[n].From, l.Rows[n].Until = from, until
			}
		}
	}
}

// genAIRows reads a price object: numbers, or a base with context tiers. A
// tier takes from the base what it does not list.
func (f fields) genAIRows(problem *string) (base [tokenItems]string, tiers map[int64][tokenItems]string) {
	tiers = map[int64][tokenItems]string{}
	type tier struct {
		Start int64          `json:"start"`
		Price jsontext.Value `json:"price"`
	}
	steps := map[item][]tier{}
	for name, i := range genAIItems {
		v := f[name]
		if v.Kind() == '{' {
			var t struct {
				Base  jsontext.Value `json:"base"`
				Tiers []tier         `json:"tiers"`
			}
			if err := json.Unmarshal(v, &t); err != nil && *problem == "" {
				*problem = name + ": " + err.Error()
			}
			v, steps[i] = t.Base, t.Tiers
		}
		base[i] = fields{name: v}.price(name, perMillion, problem)
	}
	for _, ts := range steps {
		for _, t := range ts {
			tiers[t.Start] = base
		}
	}
	for above := range tiers {
		row := base
		for i, ts := range steps {
			for _, t := range ts {
				if t.Start <= above {
					row[i] = fields{"price": t.Price}.price("price", perMillion, problem)
				}
			}
		}
		tiers[above] = row
	}
	return base, tiers
}
