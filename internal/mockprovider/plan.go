package mockprovider

import (
	"fmt"
	"math"
)

// unboundedMaxTokens is what output_tokens=max means for a call without an
// output bound, in tokens.
const unboundedMaxTokens = 4096

// noBound is the bound of a request that sets none.
const noBound = math.MaxInt64

// plan is what a call is going to be answered with.
type plan struct {
	// usage is the bill of the whole answer, over all choices.
	usage Usage
	// toolPrompt is the part of usage.InputTokens that Gemini reports apart.
	toolPrompt int64
	// text and reasoning are tokens per choice.
	text, reasoning int64
	// choices are shown, billedChoices generated (best_of).
	choices, billedChoices int64
	// limited says that the output bound ended the answer.
	limited bool
	finish  string
	model   string
	tier    string
}

// planFor is what the request says about the answer.
type planFor struct {
	// inputTokens is the count by the stand-in's own rule.
	inputTokens int64
	// bound is the most output tokens of one choice, or noBound.
	bound                  int64
	choices, billedChoices int64
	// stop and length are the dialect's words for the two ordinary endings.
	stop, length string
	model, tier  string
	// noOutput is set for calls that generate nothing, such as embeddings.
	noOutput bool
	// lacks are keys whose figures the route's answer has no place for.
	lacks []key
}

// makePlan settles the figures of the answer and the record's model.
func (c *call) makePlan(f planFor) *apiError {
	p := plan{choices: f.choices, billedChoices: max(f.choices, f.billedChoices)}
	p.model = c.d.textOf(keyModel, f.model)
	p.tier = c.d.textOf(keyServiceTier, f.tier)
	c.rec.Model, c.rec.AnswerModel = f.model, p.model
	for _, k := range f.lacks {
		if c.d.has(k) {
			return badDirective(fmt.Errorf("directive key %q: an answer of %s cannot show it", keySpecs[k].name, c.rec.Route))
		}
	}
	if err := p.planInput(&c.d, f.inputTokens); err != nil {
		return badDirective(err)
	}
	if !f.noOutput {
		if err := p.planOutput(&c.d, f); err != nil {
			return badDirective(err)
		}
	}
	p.usage.WebSearches = c.d.numberOf(keyWebSearch, 0)
	c.plan = p
	return nil
}

// planInput splits the input into its disjoint kinds.
func (p *plan) planInput(d *Directive, counted int64) error {
	input := d.numberOf(keyInputTokens, counted)
	u := &p.usage
	u.CachedInputTokens = d.numberOf(keyCached, 0)
	u.CacheWrite5mTokens = d.numberOf(keyCacheWrite, 0)
	u.CacheWrite1hTokens = d.numberOf(keyCacheWrite1h, 0)
	p.toolPrompt = d.numberOf(keyToolPrompt, 0)
	parts := u.CachedInputTokens + u.CacheWrite5mTokens + u.CacheWrite1hTokens + p.toolPrompt
	if parts > input {
		return fmt.Errorf("directive: cached, cache_write, cache_write_1h and tool_prompt are parts of the input: together %d, but the input has %d tokens; set input_tokens", parts, input)
	}
	u.InputTokens = input - parts + p.toolPrompt
	return nil
}

// planOutput settles how much of what was asked for fits under the bound.
func (p *plan) planOutput(d *Directive, f planFor) error {
	reasoning := d.numberOf(keyReasoning, 0)
	output := d.numberOf(keyOutputTokens, reasoning+DefaultOutputTokens)
	if output == wordValue {
		output = unboundedMaxTokens
		if f.bound != noBound {
			output = f.bound
		}
	}
	if reasoning > output {
		return fmt.Errorf("directive: reasoning is a part of the output: %d of %d tokens", reasoning, output)
	}
	if output >= f.bound {
		p.limited = true
		if !d.has(keyOverBound) {
			output = f.bound
		}
	}
	// The product is taken only after each factor is known to be small.
	if output > MaxOutputTokens || output*p.billedChoices > MaxOutputTokens {
		return fmt.Errorf("directive: %d output tokens in each of %d choices: at most %d together", output, p.billedChoices, MaxOutputTokens)
	}
	p.reasoning = min(reasoning, output)
	p.text = output - p.reasoning
	p.usage.OutputTokens = output * p.billedChoices
	p.usage.ReasoningTokens = p.reasoning * p.billedChoices
	p.finish = f.stop
	if p.limited {
		p.finish = f.length
	}
	p.finish = d.textOf(keyFinish, p.finish)
	return nil
}

// bill puts the cost of a call that generated textTokens, over all choices, in
// the record. Reasoning comes before the first text.
func (c *call) bill(textTokens int64) {
	if c.d.has(keyUnbilled) {
		return
	}
	c.rec.Billed = c.plan.usageAt(textTokens)
}

// billInput bills the input alone.
func (c *call) billInput() {
	if c.d.has(keyUnbilled) {
		return
	}
	c.rec.Billed = c.plan.usage
	c.rec.Billed.OutputTokens, c.rec.Billed.ReasoningTokens = 0, 0
}

// usageAt is the usage once textTokens of text are generated.
func (p *plan) usageAt(textTokens int64) Usage {
	u := p.usage
	u.OutputTokens = u.ReasoningTokens + textTokens
	return u
}

// allInput is the input of every kind, in tokens, tool_prompt included.
func (u Usage) allInput() int64 {
	return u.InputTokens + u.CachedInputTokens + u.CacheWrite5mTokens + u.CacheWrite1hTokens
}
