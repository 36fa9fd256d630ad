package client

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// jsonValue is a part of an answer that is read later.
type jsonValue jsontext.Value

// UnmarshalJSON keeps the text.
func (v *jsonValue) UnmarshalJSON(b []byte) error {
	*v = append((*v)[:0], b...)
	return nil
}

func (v jsonValue) into(out any) error {
	if len(v) == 0 {
		return nil
	}
	return json.Unmarshal(v, out)
}
