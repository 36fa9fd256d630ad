package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Event is something that an operator may want to know: an action of an
// admin, an alert, a breaker that tripped, a change of the cluster.
type Event struct {
	Seq       uint64    `json:"seq"` // rises by one
	Index     uint64    `json:"index"`
	At        time.Time `json:"at"`
	Type      string    `json:"type"`
	Actor     Actor     `json:"actor,omitzero"`
	Budget    string    `json:"budget,omitzero"`
	Partition string    `json:"partition,omitzero"`
	Subject   string    `json:"subject,omitzero"`
	Detail    string    `json:"detail,omitzero"`
	Percent   int32     `json:"percent,omitzero"`
	Amount    money.USD `json:"amount,omitzero"`
}

// Actor says who did it, and from where.
type Actor struct {
	Name string `json:"name,omitzero"`
	Addr string `json:"addr,omitzero"`
}

// Events lists the events that are kept, after the one numbered after.
func (c *Client) Events(ctx context.Context, after uint64) iter.Seq2[Event, error] {
	q := url.Values{}
	if after > 0 {
		q.Set("cursor", strconv.FormatUint(after, 10))
	}
	return pages[Event](ctx, c, "/events", "events", q)
}

// maxEventBytes bounds a line of the stream of events.
const maxEventBytes = 1 << 20

// FollowEvents calls each for every event after the one numbered after, and
// waits for more until ctx ends or each returns an error. When the node goes
// away it goes on at the next, without losing or repeating an event.
func (c *Client) FollowEvents(ctx context.Context, after uint64, each func(Event) error) error {
	for {
		var stop error
		err := c.try(ctx, request{}, func(base string) error {
			header := http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {strconv.FormatUint(after, 10)}}
			resp, err := c.send(ctx, base, request{method: http.MethodGet, path: "/events", header: header}, nil, 0)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			stop = readEvents(resp.Body, func(e Event) error {
				if e.Seq <= after {
					return nil
				}
				after = e.Seq
				return each(e)
			})
			return nil
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		var gone *goneError
		if !errors.As(stop, &gone) {
			return stop
		}
	}
}

// goneError says that the stream ended although nobody wanted it to.
type goneError struct{ error }

func readEvents(r io.Reader, each func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEventBytes)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var e Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fmt.Errorf("an event cannot be read: %w", err)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	return &goneError{errors.Join(io.ErrUnexpectedEOF, lines.Err())}
}
