package pricing

import (
	"errors"
	"fmt"
)

// geminiUsage is usageMetadata of Gemini's and Vertex AI's generateContent.
type geminiUsage struct {
	Prompt           count           `json:"promptTokenCount"`
	Cached           count           `json:"cachedContentTokenCount"`
	Candidates       count           `json:"candidatesTokenCount"`
	Thoughts         count           `json:"thoughtsTokenCount"`
	ToolUse          count           `json:"toolUsePromptTokenCount"`
	Total            count           `json:"totalTokenCount"`
	PromptDetails    []modalityCount `json:"promptTokensDetails"`
	CacheDetails     []modalityCount `json:"cacheTokensDetails"`
	CandidateDetails []modalityCount `json:"candidatesTokensDetails"`
	TrafficType      string          `json:"trafficType"`
}

type modalityCount struct {
	Modality string `json:"modality"`
	Tokens   count  `json:"tokenCount"`
}

// geminiTiers maps Vertex AI's trafficType to the catalogue's service tiers.
var geminiTiers = map[string]string{
	"":                       "",
	"ON_DEMAND":              StandardTier,
	"PROVISIONED_THROUGHPUT": StandardTier,
	"ON_DEMAND_PRIORITY":     "priority",
	"ON_DEMAND_FLEX":         "flex",
}

// ReadGeminiUsage reads usageMetadata. The prompt includes cached tokens,
// thoughts stand beside the candidates and are output, tool use is input. In a
// stream every chunk's figures are cumulative: the last one counts. It fails
// with ErrNoUsage or ErrBadUsage.
func ReadGeminiUsage(usageMetadata []byte) (Reading, error) {
	var g geminiUsage
	if err := decodeUsage(usageMetadata, &g); err != nil {
		return Reading{}, err
	}
	if !g.Candidates.ok() && !g.Thoughts.ok() && !g.Total.ok() {
		return Reading{}, fmt.Errorf("%w: no candidatesTokenCount and no totalTokenCount", ErrNoUsage)
	}
	return g.reading()
}

// ReadGeminiEmbedUsage reads usageMetadata of embedContent, which has input
// alone. It fails with ErrNoUsage or ErrBadUsage.
func ReadGeminiEmbedUsage(usageMetadata []byte) (Reading, error) {
	var g geminiUsage
	if err := decodeUsage(usageMetadata, &g); err != nil {
		return Reading{}, err
	}
	return g.reading()
}

func (g *geminiUsage) reading() (Reading, error) {
	if !g.Prompt.ok() {
		return Reading{}, fmt.Errorf("%w: no promptTokenCount", ErrNoUsage)
	}
	u := Usage{Requests: 1}
	if err := errors.Join(g.input(&u), g.output(&u), checkReported(&u)); err != nil {
		return Reading{}, err
	}
	tier, ok := geminiTiers[g.TrafficType]
	if !ok {
		tier = g.TrafficType
	}
	return Reading{Usage: u, ServiceTier: tier}, nil
}

// input fills the disjoint input buckets. A modality's cached part is named
// apart; cached tokens of no named modality are text.
func (g *geminiUsage) input(u *Usage) error {
	for _, c := range []struct {
		name string
		c    count
	}{{"promptTokenCount", g.Prompt}, {"toolUsePromptTokenCount", g.ToolUse}} {
		if err := within(c.name, c.c, maxReportedTokens); err != nil {
			return err
		}
	}
	if err := within("cachedContentTokenCount", g.Cached, g.Prompt.n()); err != nil {
		return err
	}
	left, cached := g.Prompt.n(), g.Cached.n()
	for _, m := range []struct {
		name         string
		to, cachedTo *int64
	}{
		{"AUDIO", &u.InputAudioTokens, &u.CachedInputAudioTokens},
		{"IMAGE", &u.InputImageTokens, &u.CachedInputImageTokens},
		{"VIDEO", &u.InputVideoTokens, nil},
	} {
		all, fromCache, err := modality(m.name, g.PromptDetails, g.CacheDetails, left, cached)
		if err != nil {
			return err
		}
		left -= all
		if m.cachedTo == nil {
			*m.to = all // cached video has no rate of its own: the dearer reading
			cached -= fromCache
			continue
		}
		*m.cachedTo, *m.to = fromCache, all-fromCache
		cached -= fromCache
	}
	u.CachedInputTokens = min(cached, left)
	u.InputTokens = left - u.CachedInputTokens + g.ToolUse.n()
	return nil
}

// modality returns a modality's tokens within left, and those of them that
// were cached.
func modality(name string, prompt, cache []modalityCount, left, cached int64) (all, fromCache int64, err error) {
	for _, d := range prompt {
		if d.Modality == name {
			if err := within(name+" tokens", d.Tokens, maxReportedTokens); err != nil {
				return 0, 0, err
			}
			all += d.Tokens.n()
		}
	}
	for _, d := range cache {
		if d.Modality == name {
			if err := within("cached "+name+" tokens", d.Tokens, maxReportedTokens); err != nil {
				return 0, 0, err
			}
			fromCache += d.Tokens.n()
		}
	}
	all = min(all, left)
	return all, min(fromCache, all, cached), nil
}

// output fills the disjoint output buckets. What the total shows beyond its
// parts came out unseen: it is billed as reasoning.
func (g *geminiUsage) output(u *Usage) error {
	for _, c := range []struct {
		name string
		c    count
	}{{"candidatesTokenCount", g.Candidates}, {"thoughtsTokenCount", g.Thoughts}, {"totalTokenCount", g.Total}} {
		if err := within(c.name, c.c, maxReportedTokens); err != nil {
			return err
		}
	}
	left := g.Candidates.n()
	for _, m := range []struct {
		name string
		to   *int64
	}{{"AUDIO", &u.OutputAudioTokens}, {"IMAGE", &u.OutputImageTokens}, {"VIDEO", &u.OutputVideoTokens}} {
		n, _, err := modality(m.name, g.CandidateDetails, nil, left, 0)
		if err != nil {
			return err
		}
		*m.to = n
		left -= n
	}
	u.OutputTokens = left
	unseen := g.Total.n() - g.Prompt.n() - g.ToolUse.n() - g.Candidates.n() - g.Thoughts.n()
	u.ReasoningTokens = g.Thoughts.n() + max(0, unseen)
	return nil
}
