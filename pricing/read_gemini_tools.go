package pricing

import "github.com/go-json-experiment/json/jsontext"

// geminiCandidate is what a candidate says of its grounding.
type geminiCandidate struct {
	Grounding *struct {
		Queries []string `json:"webSearchQueries"`
		Chunks  []struct {
			Maps jsontext.Value `json:"maps"`
		} `json:"groundingChunks"`
	} `json:"groundingMetadata"`
}

// CountGeminiTools adds to u the searches that the candidates of an answer
// show: every query, or one for the prompt on a model that is billed so, and
// one use of the map where a candidate rests on it. In a stream it takes the
// last candidates that carry groundingMetadata. It fails with ErrNoUsage where
// there are no candidates, or ErrBadUsage.
func (m *Model) CountGeminiTools(candidates []byte, u *Usage) error {
	var list []geminiCandidate
	if err := decodeUsage(candidates, &list); err != nil {
		return err
	}
	var queries, maps int64
	for _, c := range list {
		if c.Grounding == nil {
			continue
		}
		queries += int64(len(c.Grounding.Queries))
		for _, chunk := range c.Grounding.Chunks {
			if chunk.Maps.Kind() == '{' {
				maps = 1
			}
		}
	}
	if rate, ok := m.boundUnit(UnitWebSearch, ""); ok && rate.once {
		queries = min(queries, 1)
	}
	u.WebSearches += queries
	u.MapSearches += maps
	return nil
}

// AddUntold adds to u what b bounds and no answer of its dialect reports: the
// one search of a chat model that searches on every call.
func (m *Model) AddUntold(d Dialect, b *Bound, u *Usage) {
	if d == OpenAIChat && u.WebSearches == 0 && (m.SearchesAlways || b.Pieces.WebSearches == 1) {
		u.WebSearches = b.Pieces.WebSearches
	}
}
