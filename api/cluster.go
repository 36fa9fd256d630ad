package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

type memberJSON struct {
	ID          string `json:"id"`
	ServerID    string `json:"server_id"`
	Address     string `json:"address"`
	HTTPAddress string `json:"http_address"`
	Role        string `json:"role"`
	Suffrage    string `json:"suffrage"`
}

func (s *Server) members(c echo.Context) error {
	list, err := s.o.Node.Members(c.Request().Context())
	if err != nil {
		return err
	}
	out := make([]memberJSON, 0, len(list))
	for _, m := range list {
		out = append(out, memberJSON(m))
	}
	return reply(c, http.StatusOK, map[string]any{"members": out})
}

func (s *Server) join(c echo.Context) error {
	var in struct {
		ID      string `json:"id"`
		Address string `json:"address"`
	}
	if _, err := decode(c, &in); err != nil {
		return err
	}
	if in.ID == "" || in.Address == "" {
		return badInput("join: id and address are needed", "")
	}
	if err := s.o.Node.Join(c.Request().Context(), in.ID, in.Address); err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{})
}

func (s *Server) remove(c echo.Context) error {
	if err := s.o.Node.Remove(c.Request().Context(), param(c, "id")); err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{})
}

func (s *Server) leave(c echo.Context) error {
	if err := s.o.Node.Leave(c.Request().Context()); err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{})
}

func (s *Server) transferLeader(c echo.Context) error {
	var in struct {
		ID string `json:"id"` // of the new leader; "" for the most advanced follower
	}
	if c.Request().ContentLength != 0 {
		if _, err := decode(c, &in); err != nil {
			return err
		}
	}
	if err := s.o.Node.TransferLeader(c.Request().Context(), in.ID); err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{})
}

func (s *Server) health(c echo.Context) error {
	st := s.o.Node.Status()
	return reply(c, http.StatusOK, map[string]any{
		"node": st.Name, "server_id": st.ServerID, "cluster_id": st.ClusterID, "state": st.State, "leader": st.Leader,
		"term": st.Term, "applied_index": st.AppliedIndex, "commit_index": st.CommitIndex,
		"last_contact_ms": st.LastContact.Milliseconds(), "ready": st.Ready,
	})
}
