package proxy

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func metered(limit money.USD) fsm.Budget {
	return fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, MeteredStream: true}
}

// Ensure that a metered stream holds slice by slice, is raised before it gets
// there, runs to its end, and is settled exactly; so that a bound larger than
// what is left is no reason to refuse.
func TestMeteredStreamRunsToItsEnd(t *testing.T) {
	const limit = 3000 * 600 // 3,000 tokens of output, of which the request may use 16,000
	b := startWith(t, metered(limit))
	body := `{"model":"gpt-4o-mini","max_tokens":16000,"stream":true,"messages":[{"role":"user","content":"mock: input_tokens=50 output_tokens=2500 gate_after=100 gate=g"}]}`
	res, err := http.DefaultClient.Do(b.request("POST", "/v1/chat/completions", body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d", res.StatusCode)
	}
	eventually(t, "a first slice", func() bool { return b.account().Held > 0 })
	if held, most := b.account().Held, money.USD(len(body))*mini.in+money.USD(firstSlice)*mini.out; held > most {
		t.Errorf("held %s at first; want at most the input and a slice, %s", held, most)
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil || !strings.HasSuffix(string(text), "data: [DONE]\n\n") {
		t.Errorf("the stream ended in %.300q, %v", text[max(0, len(text)-300):], err)
	}
	if got, want := b.settled().Spent, 50*mini.in+2500*mini.out; got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that a run's stream is metered, and that its calls wait, as the budgets
// of the runs above it say.
func TestBudgetsOfTheRunsAboveMeterAndQueue(t *testing.T) {
	const body = `{"model":"gpt-4o-mini","max_tokens":9000,"stream":true,"messages":[{"role":"user","content":"mock: input_tokens=10 output_tokens=1"}]}`
	limit := money.USD(len(body))*mini.in + 600*mini.out // not the whole bound
	b := startWith(t, fsm.Budget{Name: "boss", Match: []fsm.Matcher{{Label: fsm.LabelRun, Globs: []string{"boss"}}}, Limit: &limit, MeteredStream: true, Wait: int64(time.Minute)})
	res, err := http.DefaultClient.Do(b.request("POST", "/v1/chat/completions", body, "X-Run-Id", "worker", "X-Parent-Run-Id", "boss"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d, want a stream that holds slice by slice", res.StatusCode)
	}
	turn, _ := b.proxy.queues.join(fsm.AccountRef{Budget: "boss", Partition: "-"})
	defer b.proxy.queues.leave(fsm.AccountRef{Budget: "boss", Partition: "-"}, turn)
	c := &call{labels: fsm.NewLabels(map[string]string{fsm.LabelRun: "worker"}), rungs: []rung{{id: "gpt-4o-mini", provider: &Provider{Name: "openai"}}}}
	if ref, _, wait := b.proxy.occupied(c, time.Now()); !wait || ref.Budget != "boss" {
		t.Errorf("a call of a run below does not queue behind those that wait: %v %v", ref, wait)
	}
}

// Ensure that when money ends, a stream ends as its dialect ends at a token
// limit, with usage, that the provider's call is cancelled, and that what
// passed is charged within the limit.
func TestMeteredStreamEndsWithTheMoney(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		price
		ends []string
		text string // what each token of output shows as
	}{
		"chat": {"/v1/chat/completions", `{"model":"gpt-4o-mini","n":2,"max_tokens":9000,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"mock: output_tokens=8000 chunk_delay=1ms"}]}`, mini,
			[]string{`"finish_reason":"length"`, `"completion_tokens":`, "data: [DONE]\n\n"}, `"content":"`},
		"completions": {"/v1/completions", `{"model":"gpt-4o-mini","max_tokens":9000,"stream":true,"prompt":"mock: output_tokens=8000 chunk_delay=1ms"}`, mini,
			[]string{`"finish_reason":"length"`, "data: [DONE]\n\n"}, `"text":"`},
		"responses": {"/v1/responses", `{"model":"gpt-4o-mini","max_output_tokens":9000,"stream":true,"input":"mock: output_tokens=8000 chunk_delay=1ms"}`, mini,
			[]string{"event: response.output_text.done", "event: response.output_item.done", "event: response.incomplete", `"reason":"max_output_tokens"`, `"output_tokens":`}, "event: response.output_text.delta"},
		"messages": {"/v1/messages", `{"model":"claude-haiku-4-5","max_tokens":9000,"stream":true,"messages":[{"role":"user","content":"mock: output_tokens=8000 chunk_delay=1ms"}]}`, haiku,
			[]string{"event: content_block_stop", `"stop_reason":"max_tokens"`, `"output_tokens":`, "event: message_stop"}, "text_delta"},
		"gemini": {"/v1beta/models/gemini-2.5-flash-lite:streamGenerateContent?alt=sse", `{"generationConfig":{"maxOutputTokens":9000,"thinkingConfig":{"thinkingBudget":0}},"contents":[{"parts":[{"text":"mock: output_tokens=8000 chunk_delay=1ms"}]}]}`, flash,
			[]string{`"finishReason":"MAX_TOKENS"`, `"candidatesTokenCount":`}, `"text":"`},
		"gemini list": {"/v1beta/models/gemini-2.5-flash-lite:streamGenerateContent", `{"generationConfig":{"maxOutputTokens":9000,"thinkingConfig":{"thinkingBudget":0}},"contents":[{"parts":[{"text":"mock: output_tokens=8000 chunk_delay=1ms"}]}]}`, flash,
			[]string{`"finishReason":"MAX_TOKENS"`, `"candidatesTokenCount":`, "]\n"}, `"text":"`},
	} {
		t.Run(name, func(t *testing.T) {
			limit := money.USD(len(c.body))*c.in + 700*c.out
			b := startWith(t, metered(limit))
			status, _, text := b.post(c.path, c.body)
			if status != http.StatusOK {
				t.Fatalf("status %d: %s", status, text)
			}
			at := 0
			for _, want := range c.ends {
				i := strings.Index(text[at:], want)
				if i < 0 {
					t.Fatalf("no %s after byte %d in the end of the stream:\n%s", want, at, text[max(0, len(text)-2500):])
				}
				at += i
			}
			if name == "gemini list" && !gjson.Valid(text) {
				t.Errorf("the list is not JSON: %s", text[max(0, len(text)-500):])
			}
			b.idle()
			got := b.settled()
			if got.Spent > limit || got.Spent < money.USD(strings.Count(text, c.text)/2)*c.out {
				t.Errorf("spent %s of %s for %d pieces", got.Spent, limit, strings.Count(text, c.text))
			}
			if calls := b.provider.Calls(); calls[len(calls)-1].Outcome != "client_gone" {
				t.Errorf("the provider's call ended as %s; want it cancelled", calls[len(calls)-1].Outcome)
			}
		})
	}
}

// Ensure that a stream whose output proves to be hidden holds its whole bound,
// or ends.
func TestMeteredStreamWithHiddenOutput(t *testing.T) {
	body := `{"model":"claude-haiku-4-5","max_tokens":9000,"stream":true,"messages":[{"role":"user","content":"mock: output_tokens=600 reasoning=500 chunk_delay=1ms"}]}`
	small := startWith(t, metered(money.USD(len(body))*haiku.in+1000*haiku.out))
	if status, _, text := small.post("/v1/messages", body); status != 200 || !strings.Contains(text, `"stop_reason":"max_tokens"`) {
		t.Errorf("status %d: %s", status, text)
	}
	small.settled()
	large := startWith(t, metered(money.Dollar))
	if status, _, text := large.post("/v1/messages", body); status != 200 || !strings.Contains(text, `"stop_reason":"end_turn"`) {
		t.Errorf("status %d: %s", status, text)
	}
	if got, want := large.settled().Spent, money.USD(large.provider.Calls()[0].Billed.InputTokens)*haiku.in+600*haiku.out; got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that 100 streams at once on one budget use at least 95 % of it and
// never more than all of it.
func TestManyMeteredStreamsShareOneBudget(t *testing.T) {
	body := `{"model":"gpt-4o-mini","max_tokens":16000,"stream":true,"messages":[{"role":"user","content":"mock: output_tokens=12000 chunk_tokens=2 chunk_delay=4ms"}]}`
	const streams = 100
	limit := streams * (money.USD(len(body))*mini.in + 400*mini.out)
	b := startWith(t, metered(limit))
	var wg sync.WaitGroup
	for range streams {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if status, _, text := b.post("/v1/chat/completions", body); status != 200 || !strings.Contains(text, `"finish_reason":"length"`) || !strings.HasSuffix(text, "data: [DONE]\n\n") {
				t.Errorf("status %d: %s", status, text[max(0, len(text)-300):])
			}
		}()
	}
	wg.Wait()
	b.idle()
	got := b.settled().Spent
	if got > limit || got < limit/100*95 {
		t.Errorf("spent %s of %s", got, limit)
	}
	var billed money.USD
	for _, c := range b.provider.Calls() {
		billed += money.USD(c.Billed.InputTokens)*mini.in + money.USD(c.Billed.OutputTokens)*mini.out
	}
	if billed > limit {
		t.Errorf("the provider billed %s of %s", billed, limit)
	}
	t.Logf("spent %s, billed %s, of %s", got, billed, limit)
}
