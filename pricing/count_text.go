package pricing

// Text of a model without a public tokenizer is taken to be at most this many
// times the tokens of o200k_base: published and measured ratios for English,
// code and Chinese reach 1.8. The bytes of the text bound it too.
const unknownTokenizerFactor = 2

// CountText returns how many tokens a piece of output text has at most: exactly
// where the model's tokenizer is public, else an estimate from o200k_base that
// is never above the bytes of the text. Pieces counted one by one never sum to
// less than the text they make where each begins at a token.
func (m *Model) CountText(text string) int64 {
	name, factor := m.Tokenizer, int64(1)
	if encodings[name] == nil {
		name, factor = "o200k_base", unknownTokenizerFactor
	}
	bytes := int64(len(text))
	if bytes <= factor || bytes > maxCountBytes {
		return bytes
	}
	codec, err := encodings[name]()
	if err != nil {
		return bytes
	}
	n, err := countTokens(codec, text)
	if err != nil {
		return bytes
	}
	return min(n*factor, bytes)
}
