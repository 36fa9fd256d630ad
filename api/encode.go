package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// answer is the JSON of an answer about reservations and accounts, written from
// the ledger's own types into one buffer: these answers are most of what the
// API sends. view_test.go has them as structs, and FuzzAnswers holds the two to
// the same bytes.
//
// Money is decimal USD. Times are RFC 3339 in UTC, null where there is none.
type answer struct {
	b   []byte
	err error // the first: a sum out of range, a text that is not UTF-8
}

var answers = sync.Pool{New: func() any { return new(answer) }}

// wholeAnswer is the longest that net/http finds the length of by itself.
const wholeAnswer = 2 << 10

// answered sends what write writes.
func answered(c echo.Context, write func(*answer)) error {
	a := answers.Get().(*answer)
	a.b, a.err = a.b[:0], nil
	write(a)
	err := a.err
	if err == nil {
		h := c.Response().Header()
		h[echo.HeaderContentType] = contentJSON
		if len(a.b) > wholeAnswer {
			h.Set(echo.HeaderContentLength, strconv.Itoa(len(a.b)))
		}
		err = c.Blob(http.StatusOK, echo.MIMEApplicationJSON, a.b)
	}
	if cap(a.b) <= maxKept {
		answers.Put(a)
	}
	return err
}

// contentJSON is shared by all answers; nobody changes a header's values in place.
var contentJSON = []string{echo.MIMEApplicationJSON}

func (a *answer) raw(text string) { a.b = append(a.b, text...) }

func (a *answer) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *answer) text(s string) {
	var err error
	if a.b, err = jsontext.AppendQuote(a.b, s); err != nil {
		a.fail(err)
	}
}

func (a *answer) money(u money.USD) { a.b = append(u.Append(append(a.b, '"')), '"') }

func (a *answer) whole(n int64) { a.b = strconv.AppendInt(a.b, n, 10) }

func (a *answer) index(n uint64) {
	a.raw(`,"index":`)
	a.b = strconv.AppendUint(a.b, n, 10)
}

func (a *answer) time(t fsm.Time) {
	if t == 0 {
		a.raw("null")
		return
	}
	a.b = time.Unix(0, int64(t)).UTC().AppendFormat(append(a.b, '"'), time.RFC3339Nano)
	a.raw(`"`)
}

// said writes a member with a text, unless that is "".
func (a *answer) said(member, text string) {
	if text != "" {
		a.raw(member)
		a.text(text)
	}
}

// list writes n elements, each by element.
func (a *answer) list(n int, element func(i int)) {
	a.raw("[")
	for i := range n {
		if i > 0 {
			a.raw(",")
		}
		element(i)
	}
	a.raw("]")
}

// page writes a page of a list.
func (a *answer) page(name, next string, n int, element func(i int)) {
	a.raw(`{"` + name + `":`)
	a.list(n, element)
	a.raw(`,"next_cursor":`)
	a.text(next)
	a.raw("}")
}

// account writes an account. Spent includes what is provisional.
func (a *answer) account(s *fsm.AccountState) {
	spent, err := money.Add(s.Spent, s.Provisional)
	if err != nil {
		a.fail(err)
	}
	a.raw(`{"budget":`)
	a.text(s.Ref.Budget)
	a.raw(`,"partition":`)
	a.text(s.Ref.Partition)
	a.raw(`,"limit":`)
	if s.Limit == nil {
		a.raw("null")
	} else {
		a.money(*s.Limit)
	}
	a.raw(`,"spent":`)
	a.money(spent)
	a.raw(`,"provisional":`)
	a.money(s.Provisional)
	a.raw(`,"held":`)
	a.money(s.Held)
	a.left(s, spent)
	a.raw(`,"window":{"kind":"`)
	a.raw(name(windowNames[:], int(s.Window)))
	a.raw(`","start":`)
	a.time(s.Start)
	a.raw(`,"end":`)
	a.time(s.End)
	a.raw(`},"breaker":{"state":"`)
	a.raw(name(breakerNames[:], int(s.Breaker)))
	a.raw(`","reason":`)
	a.text(s.Reason)
	a.raw(`,"reopens_at":`)
	a.time(s.ReopensAt)
	a.raw(`},"history":`)
	a.list(len(s.History), func(i int) { a.closed(&s.History[i]) })
	a.raw("}")
}

// left writes what is left of an account's limit, and what is spent beyond it.
func (a *answer) left(s *fsm.AccountState, spent money.USD) {
	if s.Limit == nil {
		a.raw(`,"debt":null,"remaining":null`)
		return
	}
	left, err := money.Sub(*s.Limit, spent)
	if err != nil {
		a.fail(err)
	}
	a.raw(`,"debt":`)
	a.money(max(0, -left))
	if left, err = money.Sub(left, s.Held); err != nil {
		a.fail(err)
	}
	a.raw(`,"remaining":`)
	a.money(left)
}

func (a *answer) closed(w *fsm.ClosedWindow) {
	a.raw(`{"start":`)
	a.time(w.Start)
	a.raw(`,"end":`)
	a.time(w.End)
	a.raw(`,"spent":`)
	a.money(w.Spent)
	a.raw(`,"provisional":`)
	a.money(w.Provisional)
	a.raw("}")
}

// reservation writes a reservation.
func (a *answer) reservation(r *fsm.Reservation) {
	a.reservationOn(r, len(r.Accounts), func(i int) *fsm.AccountRef { return &r.Accounts[i] })
}

// reservationOn writes a reservation with accounts that are told apart from it.
func (a *answer) reservationOn(r *fsm.Reservation, accounts int, ref func(i int) *fsm.AccountRef) {
	a.raw(`{"id":`)
	a.text(r.ID)
	a.raw(`,"state":"`)
	a.raw(r.State.String())
	a.raw(`","labels":{`)
	for i, l := range r.Labels {
		if i > 0 {
			a.raw(",")
		}
		a.text(l.Name)
		a.raw(":")
		a.text(l.Value)
	}
	a.raw(`},"model":`)
	a.text(r.Model)
	a.raw(`,"provider":`)
	a.text(r.Provider)
	if r.Units != 0 {
		a.raw(`,"max_output_tokens":`)
		a.whole(r.Units)
	}
	a.raw(`,"amount":`)
	a.money(r.Amount)
	a.raw(`,"actual":`) // what was settled, or provisionally charged
	a.money(r.Actual)
	if r.Tokens != 0 {
		a.raw(`,"tokens":`) // held, input and output
		a.whole(r.Tokens)
	}
	if r.Usage != nil {
		a.usage(r.Usage)
	}
	a.raw(`,"created_at":`)
	a.time(r.Granted)
	a.raw(`,"expires_at":`)
	a.time(r.Deadline)
	if r.Closed != 0 {
		a.raw(`,"closed_at":`)
		a.time(r.Closed)
	}
	a.raw(`,"origin":"`) // the door it came through
	a.raw(name(originNames[:], int(r.Origin)))
	a.raw(`","accounts":`)
	a.list(accounts, func(i int) {
		account := ref(i)
		a.raw(`{"budget":`)
		a.text(account.Budget)
		a.raw(`,"partition":`)
		a.text(account.Partition)
		a.raw("}")
	})
	a.index(r.Index)
	a.raw("}")
}

func (a *answer) usage(u *fsm.Usage) {
	a.raw(`,"usage":{"input_tokens":`)
	a.whole(u.InputTokens)
	a.raw(`,"cached_input_tokens":`)
	a.whole(u.CachedInputTokens)
	a.raw(`,"cache_write_tokens":`)
	a.whole(u.CacheWriteTokens)
	a.raw(`,"output_tokens":`)
	a.whole(u.OutputTokens)
	a.raw(`,"estimated":`)
	a.b = strconv.AppendBool(a.b, u.Estimated)
	a.raw("}")
}

// grant writes what a Reserve came to, with the accounts that who may read
// about.
func (a *answer) grant(r *fsm.Result, who *auth.Caller, now fsm.Time) {
	switch {
	case r.Refusal != nil:
		a.refusal(r.Refusal, now)
	case r.Code == fsm.OK:
		a.raw(`{"allowed":true`)
	default:
		a.raw(`{"allowed":false`)
	}
	if v := r.Reservation; v != nil && r.Refusal == nil {
		a.said(`,"id":`, v.ID)
		a.raw(`,"amount":`)
		a.money(v.Amount)
		a.said(`,"model":`, v.Model)
		if v.Units != 0 {
			a.raw(`,"max_output_tokens":`)
			a.whole(v.Units)
		}
		if v.State != 0 { // check makes none
			a.said(`,"state":`, v.State.String())
		}
		if v.Deadline != 0 {
			a.raw(`,"expires_at":`)
			a.time(v.Deadline)
		}
	}
	a.raw(`,"accounts":`)
	list := visible(who, r.Accounts)
	a.list(len(list), func(i int) { a.account(&list[i]) })
	a.index(r.Index)
	a.raw("}")
}

func (a *answer) refusal(f *fsm.Refusal, now fsm.Time) {
	a.raw(`{"allowed":false`)
	a.said(`,"reason":`, f.Reason.String())
	if wait := f.RetryAt - now; f.RetryAt != 0 && wait > 0 {
		a.said(`,"retry_after":`, time.Duration(wait).String())
	}
	if f.ResetsAt != 0 {
		a.raw(`,"resets_at":`)
		a.time(f.ResetsAt)
	}
	a.said(`,"remedy":`, remedy(f))
}

// decided is grant for one of a batch. With an error nothing is written.
func (a *answer) decided(r *fsm.Result, who *auth.Caller, now fsm.Time) error {
	if err := problemOfResult(r); err != nil {
		return err
	}
	start := len(a.b)
	a.grant(r, who, now)
	err := a.err
	if err != nil {
		a.b, a.err = a.b[:start], nil
	}
	return err
}

// undecided writes why one of a batch was not decided.
func (a *answer) undecided(err error) {
	p, err := json.Marshal(problemOf(err))
	if err != nil {
		a.fail(err)
	}
	a.raw(`{"allowed":false,"accounts":[],"index":0,"problem":`)
	a.b = append(append(a.b, p...), '}')
}
