package mockprovider

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxParamBytes bounds how much of a member's path an error repeats.
const maxParamBytes = 200

// decode reads the body into a request struct. Unknown members are ignored;
// duplicated ones, trailing data and wrong types are errors.
func (c *call) decode(into any) *apiError {
	if len(c.body) == 0 {
		return badRequest("", "the request has no body: a JSON object is expected")
	}
	err := json.Unmarshal(c.body, into)
	if err == nil {
		return nil
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		param := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
		param = param[:min(len(param), maxParamBytes)]
		return &apiError{status: http.StatusBadRequest, code: "invalid_type", param: param,
			message: "Invalid type or value for '" + param + "'."}
	}
	return badRequest("", "the body is not valid JSON: "+err.Error())
}

// contentText collects what a message's content says.
type contentText struct {
	// bytes counts the bytes of all text.
	bytes int64
	// last is the text of the last message added as the user's.
	last []byte
}

// part is one piece of a message's content, in any dialect's shape.
type part struct {
	Type    string         `json:"type"`
	Text    string         `json:"text"`
	Content jsontext.Value `json:"content"`
}

// addMessage adds a message's content: a string, or a list of parts.
func (t *contentText) addMessage(role string, content jsontext.Value) error {
	if role == "user" {
		t.last = t.last[:0]
	}
	return t.add(role == "user", content, 0)
}

// maxNesting is how deep a part's own content is looked into.
const maxNesting = 4

func (t *contentText) add(fromUser bool, content jsontext.Value, depth int) error {
	switch content.Kind() {
	case 0, 'n':
		return nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, content)
		if err != nil {
			return err
		}
		t.addText(fromUser, text)
		return nil
	}
	var parts []part
	if err := json.Unmarshal(content, &parts); err != nil {
		return err
	}
	for _, p := range parts {
		if p.Text != "" {
			t.addText(fromUser, []byte(p.Text))
		}
		if depth < maxNesting && len(p.Content) > 0 {
			if err := t.add(fromUser, p.Content, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// addText adds one text. Texts of one message are separated by a line's end,
// so that a directive may stand in a part of its own.
func (t *contentText) addText(fromUser bool, text []byte) {
	t.bytes += int64(len(text))
	if !fromUser {
		return
	}
	if len(t.last) > 0 {
		t.last = append(t.last, '\n')
	}
	t.last = append(t.last, text...)
}

// tokens is the input's size by the stand-in's rule: a quarter of the bytes of
// all text and of the tools' JSON, rounded up, at least 1.
func (t *contentText) tokens(tools jsontext.Value) int64 {
	bytes := t.bytes
	if kind := tools.Kind(); kind != 0 && kind != 'n' {
		bytes += int64(len(tools))
	}
	return max(1, tokensOfBytes(bytes))
}
