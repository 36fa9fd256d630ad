package api

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/money"
)

const moneyHint = `money is a decimal string such as "0.25"`

// wrongBody tells what in a JSON body is wrong by the names of its members: the
// decoder's own text names the types of this program.
func wrongBody(err error) *Problem {
	var wrong *json.SemanticError
	if !errors.As(err, &wrong) {
		return badInput("body: "+strings.TrimPrefix(err.Error(), "jsontext: "), "")
	}
	member := fmt.Sprintf("%.200s", strings.TrimPrefix(string(wrong.JSONPointer), "/"))
	if errors.Is(wrong.Err, json.ErrUnknownName) {
		return badInput("body: unknown member "+member, "")
	}
	want, hint := wanted(wrong), ""
	if wrong.GoType == reflect.TypeFor[money.USD]() || wrong.JSONKind == '0' && want == "want a string" {
		hint = moneyHint
	}
	return badInput("body: "+member+": "+want, hint)
}

// wanted says what should stand in the place of a wrong value.
func wanted(wrong *json.SemanticError) string {
	t := wrong.GoType
	switch {
	case t == nil:
	case t == reflect.TypeFor[money.USD]() && wrong.JSONKind == '"', t == reflect.TypeFor[labelsJSON]():
		return wrong.Err.Error()
	case t == reflect.TypeFor[money.USD](), t.Kind() == reflect.String:
		return "want a string"
	case t == reflect.TypeFor[time.Time]():
		return "want a time such as 2027-01-31T00:00:00Z"
	case t.Kind() == reflect.Bool:
		return "want true or false"
	case t.Kind() == reflect.Slice:
		return "want an array"
	case t.Kind() == reflect.Map, t.Kind() == reflect.Struct:
		return "want an object"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "want a whole number"
	}
	if wrong.Err != nil {
		return wrong.Err.Error()
	}
	return "wrong type"
}
