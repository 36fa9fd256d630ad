package pricing

import (
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// responsesUsage is the usage object of /v1/responses, and with the same
// names of OpenAI's image and transcription routes.
type responsesUsage struct {
	Type          string            `json:"type"` // transcription: "tokens" or "duration"
	Seconds       *float64          `json:"seconds"`
	InputTokens   count             `json:"input_tokens"`
	InputDetails  *responsesDetails `json:"input_tokens_details"`
	InputDetail   *responsesDetails `json:"input_token_details"` // transcription
	OutputTokens  count             `json:"output_tokens"`
	OutputDetails *responsesDetails `json:"output_tokens_details"`
	TotalTokens   count             `json:"total_tokens"`
	ServerTools   *struct {         // xAI
		WebSearch count `json:"web_search_calls"`
		XSearch   count `json:"x_search_calls"`
	} `json:"server_side_tool_usage_details"`
}

type responsesDetails struct {
	Cached     count `json:"cached_tokens"`
	CacheWrite count `json:"cache_write_tokens"`
	Audio      count `json:"audio_tokens"`
	Image      count `json:"image_tokens"`
	Reasoning  count `json:"reasoning_tokens"`
}

// maxSeconds is the longest audio that one answer can be billed for.
const maxSeconds = 1e6

// ReadOpenAIResponsesUsage reads the usage object inside the response of
// /v1/responses (in a stream, of response.completed, response.incomplete or
// response.failed), and of OpenAI's image and transcription routes. Input
// includes cached and written tokens, output includes reasoning. Built-in
// tools are counted by CountResponsesTools. It fails with ErrNoUsage or
// ErrBadUsage.
func ReadOpenAIResponsesUsage(usage []byte) (Reading, error) {
	var o responsesUsage
	if err := decodeUsage(usage, &o); err != nil {
		return Reading{}, err
	}
	if o.Type == "duration" && o.Seconds != nil {
		s := *o.Seconds
		if !(s >= 0 && s <= maxSeconds) {
			return Reading{}, fmt.Errorf("%w: %g seconds of audio", ErrBadUsage, s)
		}
		return Reading{Usage: Usage{Requests: 1, InputAudioMs: int64(math.Ceil(s * 1000))}}, nil
	}
	if !o.InputTokens.ok() || !o.OutputTokens.ok() {
		return Reading{}, fmt.Errorf("%w: no input_tokens and output_tokens", ErrNoUsage)
	}
	in := inputParts{total: o.InputTokens}
	d := o.InputDetails
	if d == nil {
		d = o.InputDetail
	}
	if d != nil {
		in.cached, in.write, in.audio, in.image = d.Cached, d.CacheWrite, d.Audio, d.Image
	}
	out := outputParts{total: o.OutputTokens, whole: o.TotalTokens, input: o.InputTokens.n()}
	if d := o.OutputDetails; d != nil {
		out.reasoning, out.audio, out.image = d.Reasoning, d.Audio, d.Image
	}
	u := Usage{Requests: 1}
	if t := o.ServerTools; t != nil {
		u.WebSearches, u.XSearches = t.WebSearch.n(), t.XSearch.n()
	}
	if err := errors.Join(in.split(&u), out.split(&u), checkReported(&u)); err != nil {
		return Reading{}, err
	}
	return Reading{Usage: u}, nil
}

// responsesItem is one item of a response's output.
type responsesItem struct {
	Type   string `json:"type"`
	Action struct {
		Type string `json:"type"`
	} `json:"action"`
	ContainerID string `json:"container_id"`
}

// CountResponsesTools adds to u the built-in tools that the output array of a
// response shows: web searches (opening or searching within a page is not
// billed) where the usage did not tell more of them, file searches, and code
// interpreter sessions, one per container.
func CountResponsesTools(output []byte, u *Usage) error {
	var items []responsesItem
	if err := decodeUsage(output, &items); err != nil {
		return err
	}
	sessions, searches := map[string]bool{}, int64(0)
	for _, it := range items {
		switch it.Type {
		case "web_search_call":
			if it.Action.Type == "" || it.Action.Type == "search" {
				searches++
			}
		case "file_search_call":
			u.FileSearches++
		case "code_interpreter_call":
			sessions[it.ContainerID] = true
		}
	}
	u.WebSearches = max(u.WebSearches, searches)
	u.CodeSessions += int64(len(sessions))
	return nil
}

// UnmarshalJSON reads an item, of which only the named fields matter; a field
// of another type than expected (an action that is a string) is left empty.
func (it *responsesItem) UnmarshalJSON(b []byte) error {
	var head struct {
		Type        string         `json:"type"`
		Action      jsontext.Value `json:"action"`
		ContainerID string         `json:"container_id"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	it.Type, it.ContainerID = head.Type, head.ContainerID
	if head.Type == "web_search_call" && len(head.Action) > 0 {
		return json.Unmarshal(head.Action, &it.Action)
	}
	return nil
}
