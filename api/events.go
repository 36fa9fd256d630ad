package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

const (
	eventPoll     = 200 * time.Millisecond
	eventAlive    = 15 * time.Second // a comment, so that proxies keep the stream open
	maxStreams    = 128
	eventsPerLook = 256
)

type actorJSON struct {
	Name string `json:"name"`
	Addr string `json:"addr,omitzero"`
}

type eventJSON struct {
	Seq       uint64     `json:"seq"`
	Index     uint64     `json:"index"`
	At        time.Time  `json:"at"`
	Type      string     `json:"type"`
	Actor     *actorJSON `json:"actor,omitzero"` // absent: the ledger itself
	Budget    string     `json:"budget,omitzero"`
	Partition string     `json:"partition,omitzero"`
	Subject   string     `json:"subject,omitzero"`
	Detail    string     `json:"detail,omitzero"`
	Percent   int32      `json:"percent,omitzero"`
	Amount    *money.USD `json:"amount,omitzero"`
}

func eventOf(e *fsm.Event) eventJSON {
	out := eventJSON{Seq: e.Seq, Index: e.Index, At: time.Unix(0, int64(e.At)).UTC(), Type: e.Type, Budget: e.Budget,
		Partition: e.Partition, Subject: e.Subject, Detail: e.Detail, Percent: e.Percent}
	if e.Actor != (fsm.Actor{}) {
		out.Actor = &actorJSON{e.Actor.Name, e.Actor.Addr}
	}
	if e.Amount != 0 {
		out.Amount = &e.Amount
	}
	return out
}

// listEvents shows the events that are kept, oldest first, or, to a client that
// accepts text/event-stream, follows them from Last-Event-ID or cursor on.
func (s *Server) listEvents(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	cursor := c.QueryParam("cursor")
	follow := strings.Contains(c.Request().Header.Get(echo.HeaderAccept), "text/event-stream")
	if last := c.Request().Header.Get("Last-Event-ID"); follow && last != "" {
		cursor = last
	}
	var after uint64
	if cursor != "" {
		if after, err = strconv.ParseUint(cursor, 10, 64); err != nil {
			return badInput("cursor or Last-Event-ID: want the number of an event", "")
		}
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	if follow {
		return s.followEvents(c, after)
	}
	list, next := s.o.Ledger.Events(after, limit+1), ""
	if len(list) > limit {
		list = list[:limit]
		next = strconv.FormatUint(list[limit-1].Seq, 10)
	}
	out := make([]eventJSON, 0, len(list))
	for i := range list {
		if e := &list[i]; e.Budget == "" || caller(c).MayRead(e.Budget) {
			out = append(out, eventOf(e))
		}
	}
	return reply(c, http.StatusOK, map[string]any{"events": out, "next_cursor": next})
}

// followEvents streams events until the client leaves or the node stops.
func (s *Server) followEvents(c echo.Context, after uint64) error {
	if s.streams.Add(1) > maxStreams {
		s.streams.Add(-1)
		return problem(http.StatusServiceUnavailable, "too_many_streams", "this node follows events for as many clients as it may", "try another node")
	}
	defer s.streams.Add(-1)
	w := c.Response()
	w.Header().Set(echo.HeaderContentType, "text/event-stream")
	w.Header().Set(echo.HeaderCacheControl, "no-store")
	w.WriteHeader(http.StatusOK)
	w.Flush()
	poll, alive := time.NewTicker(eventPoll), time.NewTicker(eventAlive)
	defer poll.Stop()
	defer alive.Stop()
	for {
		for s.o.Ledger.EventSeq() > after {
			list := s.o.Ledger.Events(after, eventsPerLook)
			if len(list) == 0 {
				break // all of them were dropped
			}
			after = list[len(list)-1].Seq
			if err := writeEvents(c, list); err != nil {
				return nil //nolint:nilerr // the client has left
			}
		}
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-s.closing:
			return nil
		case <-alive.C:
			if _, err := w.Write([]byte(": alive\n\n")); err != nil {
				return nil //nolint:nilerr // the client has left
			}
			w.Flush()
		case <-poll.C:
		}
	}
}

func writeEvents(c echo.Context, list []fsm.Event) error {
	for i := range list {
		e := &list[i]
		if e.Budget != "" && !caller(c).MayRead(e.Budget) {
			continue
		}
		data, err := json.Marshal(eventOf(e), json.Deterministic(true))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.Response(), "id: %d\nevent: %s\ndata: %s\n\n", e.Seq, e.Type, data); err != nil {
			return err
		}
	}
	c.Response().Flush()
	return nil
}
