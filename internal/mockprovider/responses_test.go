package mockprovider

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// shownResponse is what the tests read of a response object.
type shownResponse struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Output []struct {
		Type string `json:"type"`
	} `json:"output"`
	Error *struct {
		Code string `json:"code"`
	} `json:"error"`
	Usage *struct {
		InputTokens  int64 `json:"input_tokens"`
		OutputTokens int64 `json:"output_tokens"`
	} `json:"usage"`
}

func send(t *testing.T, method, url, body string) (int, shownResponse) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer k")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var shown shownResponse
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &shown); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return res.StatusCode, shown
}

func inBackground(t *testing.T, url, directive string) shownResponse {
	t.Helper()
	status, shown := send(t, "POST", url+"/v1/responses", fmt.Sprintf(`{"model":"gpt-4o","background":true,"input":"mock: %s"}`, directive))
	if status != http.StatusOK || shown.Status != "queued" || shown.Usage != nil {
		t.Fatalf("a background response began with %d %+v", status, shown)
	}
	return shown
}

// Ensure a background response shows its usage only once its generation ended,
// and is billed then and not before.
func TestBackgroundResponse(t *testing.T) {
	s, url := start(t, Config{})
	begun := inBackground(t, url, "gate=g input_tokens=7 output_tokens=9 reasoning=4")
	waitFor(t, "the generation at the gate", func() bool { return s.Billed().Gates["g"] == 1 })
	if _, shown := send(t, "GET", url+"/v1/responses/"+begun.ID, ""); shown.Status != "in_progress" || shown.Usage != nil || len(shown.Output) != 0 {
		t.Errorf("while it runs: %+v", shown)
	}
	if b := s.Billed(); b.Total.Billed != (Usage{}) || b.Outcomes[Accepted] != 1 {
		t.Errorf("while it runs: %+v", b)
	}
	if err := s.Release("g"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the end of the generation", func() bool { return s.Billed().InFlight == 0 })
	_, shown := send(t, "GET", url+"/v1/responses/"+begun.ID, "")
	if shown.Status != "completed" || shown.Usage == nil || shown.Usage.InputTokens != 7 || shown.Usage.OutputTokens != 9 || len(shown.Output) != 2 {
		t.Errorf("at its end: %+v", shown)
	}
	if b := s.Billed(); b.Total.Billed != (Usage{InputTokens: 7, OutputTokens: 9, ReasoningTokens: 4}) || b.Received != 3 {
		t.Errorf("at its end: %+v", b)
	}
	// A response at its end is not changed by cancelling it.
	if status, shown := send(t, "POST", url+"/v1/responses/"+begun.ID+"/cancel", ""); status != http.StatusOK || shown.Status != "completed" {
		t.Errorf("cancelled after its end: %d %+v", status, shown)
	}
}

// Ensure a cancelled or deleted background response ends, shows no usage, and
// is billed for its input.
func TestCancelBackgroundResponse(t *testing.T) {
	for _, tc := range []struct{ directive, method, path string }{
		{"gate=never input_tokens=7", "POST", "/cancel"},
		{"delay=1h input_tokens=7", "POST", "/cancel"},
		{"hang input_tokens=7", "DELETE", ""},
	} {
		s, url := start(t, Config{})
		begun := inBackground(t, url, tc.directive)
		if status, shown := send(t, tc.method, url+"/v1/responses/"+begun.ID+tc.path, ""); status != http.StatusOK || shown.Usage != nil ||
			tc.path != "" && shown.Status != "cancelled" {
			t.Errorf("%s: cancelled: %d %+v", tc.directive, status, shown)
		}
		waitFor(t, "the end of the generation", func() bool { return s.Billed().InFlight == 0 })
		if b := s.Billed(); b.Total.Billed != (Usage{InputTokens: 7}) || b.Outcomes[Cancelled] != 1 {
			t.Errorf("%s: %+v", tc.directive, b)
		}
		if status, _ := send(t, "GET", url+"/v1/responses/"+begun.ID, ""); (status == http.StatusOK) != (tc.path != "") {
			t.Errorf("%s: afterwards it answers %d", tc.directive, status)
		}
	}
}

// Ensure the other ends of a background response: failed, cut by the bound.
func TestBackgroundEnds(t *testing.T) {
	s, url := start(t, Config{})
	failed := inBackground(t, url, "input_tokens=7 output_tokens=9 fail_after=2")
	long := inBackground(t, url, "input_tokens=1 output_tokens=max")
	status, cut := send(t, "POST", url+"/v1/responses", `{"model":"m","background":true,"max_output_tokens":16,"input":"mock: input_tokens=7 output_tokens=20"}`)
	if status != http.StatusOK {
		t.Fatal(status)
	}
	waitFor(t, "the end of the generations", func() bool { return s.Billed().InFlight == 0 })
	for _, tc := range []struct {
		id, status string
		output     int64
	}{{failed.ID, "failed", 2}, {long.ID, "completed", 4096}, {cut.ID, "incomplete", 16}} {
		_, shown := send(t, "GET", url+"/v1/responses/"+tc.id, "")
		if shown.Status != tc.status || shown.Usage == nil || shown.Usage.OutputTokens != tc.output || (shown.Error != nil) != (tc.status == "failed") {
			t.Errorf("want %s with %d: %+v", tc.status, tc.output, shown)
		}
	}
	if b := s.Billed(); b.Total.Billed.OutputTokens != 2+4096+16 || b.Outcomes[ErrorMidStream] != 1 {
		t.Errorf("billed %+v", b)
	}
}

// Ensure a streamed response whose client leaves is cancelled, but a background
// one goes on to its end.
func TestResponseStreamWithoutClient(t *testing.T) {
	for _, background := range []bool{false, true} {
		s, url := start(t, Config{})
		ctx, leave := context.WithCancel(t.Context())
		body := fmt.Sprintf(`{"model":"m","stream":true,"background":%v,"input":"mock: input_tokens=7 output_tokens=50 hang_after=2"}`, background)
		req, err := http.NewRequestWithContext(ctx, "POST", url+"/v1/responses", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer k")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(res.Body)
		for deltas := 0; deltas < 2 && lines.Scan(); {
			if lines.Text() == "event: response.output_text.delta" {
				deltas++
			}
		}
		leave()
		res.Body.Close()
		waitFor(t, "the record", func() bool { return len(s.Calls()) == 1 })
		call := s.Calls()[0]
		_, shown := send(t, "GET", url+"/v1/responses/"+call.ResponseID, "")
		wantStatus, wantOutput := "cancelled", int64(2)
		if background {
			wantStatus, wantOutput = "completed", 50
		}
		if shown.Status != wantStatus || call.Outcome != ClientGone || call.Billed != (Usage{InputTokens: 7, OutputTokens: wantOutput}) {
			t.Errorf("background %v: shown %+v, record %+v", background, shown, call)
		}
	}
}

// Ensure responses are forgotten oldest first, and that Close ends what still
// runs in the background.
func TestResponseStoreIsBounded(t *testing.T) {
	store := newResponseStore()
	cancelled := false
	store.put(response{id: "resp_0"}, func() { cancelled = true })
	for i := range maxResponses {
		store.put(response{id: fmt.Sprint("resp_", i+1)}, nil)
	}
	if store.get("resp_0") != nil || !cancelled || store.get("resp_1") == nil || len(store.byID) != maxResponses {
		t.Errorf("%d responses kept; the oldest cancelled: %v", len(store.byID), cancelled)
	}
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	inBackground(t, s.URL(), "hang")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if b := s.Billed(); b.InFlight != 0 || b.Outcomes[Cancelled] != 1 {
		t.Errorf("after Close: %+v", b)
	}
}
