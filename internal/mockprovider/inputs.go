package mockprovider

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// inputs are the prompts of the completions and embeddings routes: one or many,
// each a text or the ids of its tokens.
type inputs struct {
	// texts has an entry per input, "" for one given as token ids.
	texts  []string
	tokens int64
	// empty says that one of the inputs is.
	empty bool
}

// maxInputs is the most inputs of one call.
const maxInputs = 2048

// parseInputs reads the four forms that the vendors allow: a string, a list of
// strings, a list of token ids, a list of lists of token ids. ok is false for
// anything else.
func parseInputs(v jsontext.Value) (in inputs, ok bool) {
	switch v.Kind() {
	case '"':
		var text string
		if json.Unmarshal(v, &text) != nil {
			return in, false
		}
		in.addText(text)
	case '[':
		var list []jsontext.Value
		if json.Unmarshal(v, &list) != nil {
			return in, false
		}
		if len(list) > 0 && list[0].Kind() == '0' {
			return in, in.addIDs(v)
		}
		for _, item := range list {
			if item.Kind() == '"' {
				var text string
				if json.Unmarshal(item, &text) != nil {
					return in, false
				}
				in.addText(text)
			} else if !in.addIDs(item) {
				return in, false
			}
		}
	default:
		return in, false
	}
	in.empty = in.empty || len(in.texts) == 0
	return in, true
}

func (in *inputs) addText(text string) {
	in.texts = append(in.texts, text)
	in.tokens += tokensOfBytes(int64(len(text)))
	in.empty = in.empty || text == ""
}

func (in *inputs) addIDs(v jsontext.Value) bool {
	var ids []int64
	if v.Kind() != '[' || json.Unmarshal(v, &ids) != nil {
		return false
	}
	in.texts = append(in.texts, "")
	in.tokens += int64(len(ids))
	in.empty = in.empty || len(ids) == 0
	return true
}

// last is the text of the last input, where a directive may stand.
func (in *inputs) last() string {
	if len(in.texts) == 0 {
		return ""
	}
	return in.texts[len(in.texts)-1]
}
