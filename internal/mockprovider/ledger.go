package mockprovider

import (
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Limits of the ledger's memory.
const (
	// DefaultMaxCalls is how many calls are remembered one by one.
	DefaultMaxCalls = 100_000
	// MaxMaxCalls is the most that Config.MaxCalls may ask for.
	MaxMaxCalls = 10_000_000
	// recordsPerPage is how many records are laid out in memory at once.
	recordsPerPage = 512
	// detailedCalls is for how many of the newest calls the body and the
	// headers are kept too.
	detailedCalls = 1024
	// maxKeptBodyBytes is the longest body kept; of a longer one only length
	// and hash remain.
	maxKeptBodyBytes = 64 << 10
	// maxModels bounds the totals per model; further models are summed under
	// otherModels.
	maxModels   = 1024
	otherModels = "(other)"
	// maxNameInRecord clips what the client chose, in bytes.
	maxNameInRecord = 256
)

// Dialect is a vendor's family of wire formats.
type Dialect string

// The dialects.
const (
	OpenAI    Dialect = "openai"
	Azure     Dialect = "azure"
	Anthropic Dialect = "anthropic"
	Gemini    Dialect = "gemini"
)

// Outcome says how a call ended.
type Outcome string

// The outcomes.
const (
	// Answered: the whole answer was handed to the connection.
	Answered Outcome = "answered"
	// Refused: an error status, by directive or because the request was wrong.
	Refused Outcome = "refused"
	// ErrorMidStream: the stream ended with the dialect's error event, or the
	// answer reported a failed generation.
	ErrorMidStream Outcome = "error_mid_stream"
	// Dropped: the stand-in cut the connection, as the directive asked.
	Dropped Outcome = "dropped"
	// ClientGone: the client left before the answer was complete.
	ClientGone Outcome = "client_gone"
	// Cancelled: a background response was cancelled.
	Cancelled Outcome = "cancelled"
	// Accepted: a background response was accepted; another record, with route
	// "responses.background", follows when its generation ends.
	Accepted Outcome = "accepted"
)

// Usage is what a call was billed for, in tokens. The four kinds of input are
// disjoint; ReasoningTokens are a part of OutputTokens.
type Usage struct {
	InputTokens        int64 `json:"input_tokens"`
	CachedInputTokens  int64 `json:"cached_input_tokens"`
	CacheWrite5mTokens int64 `json:"cache_write_5m_tokens"`
	CacheWrite1hTokens int64 `json:"cache_write_1h_tokens"`
	OutputTokens       int64 `json:"output_tokens"`
	ReasoningTokens    int64 `json:"reasoning_tokens"`
	// WebSearches counts searches by the provider's own tool.
	WebSearches int64 `json:"web_searches"`
}

func (u *Usage) add(v Usage) {
	u.InputTokens += v.InputTokens
	u.CachedInputTokens += v.CachedInputTokens
	u.CacheWrite5mTokens += v.CacheWrite5mTokens
	u.CacheWrite1hTokens += v.CacheWrite1hTokens
	u.OutputTokens += v.OutputTokens
	u.ReasoningTokens += v.ReasoningTokens
	u.WebSearches += v.WebSearches
}

// Hash is a SHA-256; its text is hexadecimal.
type Hash [32]byte

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (h *Hash) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(h) {
		return hex.ErrLength
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Call is the record of one call, written when it ends.
type Call struct {
	// Seq numbers the records from 1 in the order in which calls ended.
	Seq uint64 `json:"seq"`
	// Time is when the call was received, DurationNS how long it took, in ns.
	Time       time.Time `json:"time"`
	DurationNS int64     `json:"duration_ns"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Dialect    Dialect   `json:"dialect"`
	// Route names the call: "chat.completions", "messages", "models", …; it
	// is "unknown" for a path that no vendor has.
	Route string `json:"route"`
	// Model is the one asked for, AnswerModel the one the answer names and the
	// totals are kept under.
	Model       string `json:"model"`
	AnswerModel string `json:"answer_model"`
	Stream      bool   `json:"stream"`
	// RequestID is the id in the answer's headers, ResponseID that in its body.
	RequestID  string `json:"request_id"`
	ResponseID string `json:"response_id"`
	// APIKey is the key received, wherever the dialect puts it.
	APIKey string `json:"api_key"`
	// Directive is what steered the call, in the grammar's words.
	Directive string `json:"directive"`
	// Status is the HTTP status handed to the connection, 0 where there was none.
	Status  int     `json:"status"`
	Outcome Outcome `json:"outcome"`
	// Finish is the finish reason that was sent, in the dialect's words.
	Finish string `json:"finish"`
	// Billed is what the call costs its caller.
	Billed Usage `json:"billed"`
	// UsageSent says whether the usage was handed to the connection.
	UsageSent bool `json:"usage_sent"`
	// TextChunks is how many chunks of text a stream handed to the connection.
	TextChunks int64 `json:"text_chunks"`
	BodyBytes  int64 `json:"body_bytes"`
	BodySHA256 Hash  `json:"body_sha256"`
	// Body and Header are kept for the newest 1,024 calls; a body above 64 KiB
	// is not kept. They must not be changed.
	Body   string      `json:"body,omitempty"`
	Header http.Header `json:"header,omitempty"`
}

// Totals are the sums over calls.
type Totals struct {
	Calls  int64 `json:"calls"`
	Billed Usage `json:"billed"`
}

// Billed is the state of the ledger's running sums. They never forget a call,
// unlike the list of calls.
type Billed struct {
	// Received counts calls that arrived, the running ones included.
	Received int64  `json:"received"`
	InFlight int64  `json:"in_flight"`
	Total    Totals `json:"total"`
	// Models has the sums by the model the answer named. Calls that name no
	// model are only in Total.
	Models   map[string]Totals `json:"models"`
	Outcomes map[Outcome]int64 `json:"outcomes"`
	// Gates has, by gate, how many calls wait at it.
	Gates map[string]int `json:"gates"`
}

// ledger remembers calls. Records are immutable once written, but for the
// details that the newest 1,024 alone keep.
type ledger struct {
	mu       sync.Mutex
	maxCalls int
	// pages hold the records: that of seq is number (seq-1) % maxCalls. They are
	// made when first written, as growing one slice would stall all calls.
	pages    []*[recordsPerPage]Call
	seq      uint64
	received int64
	inFlight int64
	total    Totals
	models   map[string]Totals
	outcomes map[Outcome]int64
	// epoch grows with each reset; a call that began before is not recorded.
	epoch uint64
}

func newLedger(maxCalls int) *ledger {
	l := &ledger{maxCalls: maxCalls}
	l.clear()
	return l
}

func (l *ledger) clear() {
	l.pages, l.seq = make([]*[recordsPerPage]Call, (l.maxCalls+recordsPerPage-1)/recordsPerPage), 0
	l.received, l.inFlight = 0, 0
	l.total = Totals{}
	l.models = make(map[string]Totals)
	l.outcomes = make(map[Outcome]int64)
}

// reset forgets everything. Calls still running are forgotten too.
func (l *ledger) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	l.epoch++
}

// begin counts an arrival and returns the epoch it belongs to.
func (l *ledger) begin() (epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received++
	l.inFlight++
	return l.epoch
}

// join lets a background generation run on after its call, in the same epoch.
// It reports false when the ledger was reset since.
func (l *ledger) join(epoch uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch != l.epoch {
		return false
	}
	l.inFlight++
	return true
}

// end writes the record of a call that began in epoch.
func (l *ledger) end(epoch uint64, c *Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch != l.epoch {
		return
	}
	for _, name := range []*string{&c.Path, &c.Model, &c.AnswerModel, &c.APIKey, &c.ResponseID} {
		if len(*name) > maxNameInRecord {
			*name = strings.Clone((*name)[:maxNameInRecord])
		}
	}
	l.inFlight--
	l.seq++
	c.Seq = l.seq
	if len(c.Body) > maxKeptBodyBytes {
		c.Body = ""
	}
	*l.at(c.Seq) = *c
	if c.Seq > detailedCalls && detailedCalls < l.maxCalls {
		old := l.at(c.Seq - detailedCalls)
		old.Body, old.Header = "", nil
	}
	l.sum(c)
}

func (l *ledger) at(seq uint64) *Call {
	i := (seq - 1) % uint64(l.maxCalls)
	page := &l.pages[i/recordsPerPage]
	if *page == nil {
		*page = new([recordsPerPage]Call)
	}
	return &(*page)[i%recordsPerPage]
}

func (l *ledger) sum(c *Call) {
	l.total.Calls++
	l.total.Billed.add(c.Billed)
	l.outcomes[c.Outcome]++
	model := c.AnswerModel
	if model == "" {
		return
	}
	t, known := l.models[model]
	if !known && len(l.models) >= maxModels {
		model = otherModels
		t = l.models[model]
	}
	t.Calls++
	t.Billed.add(c.Billed)
	l.models[model] = t
}

// calls returns at most limit records with a Seq above after, oldest first.
func (l *ledger) calls(after uint64, limit int) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	if after >= l.seq || limit <= 0 {
		return []Call{}
	}
	first := max(after, l.seq-min(l.seq, uint64(l.maxCalls))) + 1
	count := int(min(l.seq-first+1, uint64(limit)))
	list := make([]Call, count)
	for i := range list {
		list[i] = *l.at(first + uint64(i))
	}
	return list
}

func (l *ledger) billed() Billed {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := Billed{
		Received: l.received, InFlight: l.inFlight, Total: l.total,
		Models:   make(map[string]Totals, len(l.models)),
		Outcomes: make(map[Outcome]int64, len(l.outcomes)),
	}
	for k, v := range l.models {
		b.Models[k] = v
	}
	for k, v := range l.outcomes {
		b.Outcomes[k] = v
	}
	return b
}
