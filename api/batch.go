package api

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// maxReservations bounds a batch.
const maxReservations = 1024

// requested is one reservation of a batch, or what is wrong with it.
type requested struct {
	reserveRequest
	hash [16]byte
	err  error
}

// reserveBatch decides many reservations in one go, each on its own: one that
// is malformed or refused says nothing about the others.
func (s *Server) reserveBatch(c echo.Context) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	list, err := decodeBatch(b.Bytes())
	giveBody(b)
	if err != nil {
		return err
	}
	who := caller(c)
	room := make([]reserving, len(list))
	commands := make([]fsm.Command, 0, len(list))
	for i := range list {
		in := &list[i]
		if in.err != nil {
			continue
		}
		var cmd *fsm.Reserve
		if cmd, in.err = s.command(who, &in.reserveRequest, in.hash, &room[i]); in.err == nil {
			commands = append(commands, cmd)
		}
	}
	results, lost := s.submitAll(c, commands)
	if lost != nil && !anyDecided(results) {
		return lost
	}
	now := s.o.Node.Now()
	return answered(c, func(a *answer) {
		a.raw(`{"results":`)
		a.list(len(list), func(i int) {
			err := list[i].err
			if err == nil {
				if err = lost; results[0].Code != 0 {
					err = a.decided(&results[0], who, now)
				}
				results = results[1:]
			}
			if err != nil {
				a.undecided(err)
			}
		})
		a.raw("}")
	})
}

// decodeBatch reads the reservations of a batch. An error is about the whole.
func decodeBatch(body []byte) ([]requested, error) {
	list, ok := scanBatch(string(body))
	if !ok {
		var err error
		if list, err = parseBatch(body); err != nil {
			return nil, err
		}
	}
	if n := len(list); n == 0 || n > maxReservations {
		return nil, badInput(fmt.Sprintf("reservations: %d, want 1 to %d", n, maxReservations), "")
	}
	return list, nil
}

// parseBatch reads a batch of any form.
func parseBatch(body []byte) ([]requested, error) {
	var in struct {
		Reservations []jsontext.Value `json:"reservations"`
	}
	if err := unmarshal(body, &in); err != nil {
		return nil, err
	}
	list := make([]requested, len(in.Reservations))
	for i, text := range in.Reservations {
		list[i].hash, list[i].err = hashed(text, &list[i].reserveRequest)
	}
	return list, nil
}

// submitAll sends commands together and returns their results in order. An error
// is about those that got none, whose Code is 0: a large batch goes in parts, and
// what one part was granted must be told though another was lost.
func (s *Server) submitAll(c echo.Context, list []fsm.Command) ([]fsm.Result, error) {
	results, err := s.o.Node.SubmitBatch(c.Request().Context(), list)
	var index uint64
	for i := range results {
		index = max(index, results[i].Index)
	}
	setIndex(c, index)
	return results, err
}

func anyDecided(results []fsm.Result) bool {
	return slices.ContainsFunc(results, func(r fsm.Result) bool { return r.Code != 0 })
}
