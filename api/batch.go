package api

import (
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// maxReservations bounds a batch.
const maxReservations = 1024

// reserveBatch decides many reservations in one go, each on its own: one that
// is malformed or refused says nothing about the others.
func (s *Server) reserveBatch(c echo.Context) error {
	var in struct {
		Reservations []jsontext.Value `json:"reservations"`
	}
	if _, err := decode(c, &in); err != nil {
		return err
	}
	if n := len(in.Reservations); n == 0 || n > maxReservations {
		return badInput(fmt.Sprintf("reservations: %d, want 1 to %d", n, maxReservations), "")
	}
	out := make([]grantJSON, len(in.Reservations))
	var commands []fsm.Command
	var places []int
	for i, text := range in.Reservations {
		var one reserveRequest
		hash, err := decodeBytes(text, &one)
		var cmd *fsm.Reserve
		if err == nil {
			cmd, err = s.command(c, &one, hash)
		}
		if err != nil {
			out[i] = undecided(err)
			continue
		}
		commands, places = append(commands, cmd), append(places, i)
	}
	results, err := s.submitAll(c, commands)
	if err != nil {
		return err
	}
	for i := range results {
		r := &results[i]
		err := problemOfResult(r)
		if err == nil {
			out[places[i]], err = s.grant(c, r)
		}
		if err != nil {
			out[places[i]] = undecided(err)
		}
	}
	return reply(c, http.StatusOK, map[string]any{"results": out})
}

func undecided(err error) grantJSON {
	return grantJSON{Accounts: []accountJSON{}, Problem: problemOf(err)}
}

// submitAll sends commands together and returns their results in order.
func (s *Server) submitAll(c echo.Context, list []fsm.Command) ([]fsm.Result, error) {
	results, err := s.o.Node.SubmitBatch(c.Request().Context(), list)
	if err != nil {
		return nil, err
	}
	var index uint64
	for i := range results {
		index = max(index, results[i].Index)
	}
	setIndex(c, index)
	return results, nil
}
