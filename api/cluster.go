package api

import (
	"net/http"
	"time"

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
	if err := decode(c, &in); err != nil {
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
		To string `json:"to"` // the next leader's name; "" for the most advanced follower
	}
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	if err := s.o.Node.TransferLeader(c.Request().Context(), in.To); err != nil {
		return err
	}
	return reply(c, http.StatusOK, map[string]any{})
}

// serverHealthJSON is one server as the leader sees it.
type serverHealthJSON struct {
	ID             string     `json:"id"`
	ServerID       string     `json:"server_id"`
	Address        string     `json:"address"`
	HTTPAddress    string     `json:"http_address"`
	Version        string     `json:"version"`
	MachineVersion uint32     `json:"machine_version"`
	State          string     `json:"state"`
	Suffrage       string     `json:"suffrage"`
	Healthy        bool       `json:"healthy"`
	StableSince    *time.Time `json:"stable_since"`
	LastAnswer     *time.Time `json:"last_answer"`
	LastContact    string     `json:"last_contact"` // a duration; "" when it is not known
	LastTerm       uint64     `json:"last_term"`
	LastIndex      uint64     `json:"last_index"`
	AppliedIndex   uint64     `json:"applied_index"`
	Lag            uint64     `json:"lag"` // entries
	ClockOffset    string     `json:"clock_offset"`
	Disk           string     `json:"disk"` // a write and sync of 4 KiB
}

// health is the leader's view of the cluster, and the answering node's of
// itself.
func (s *Server) health(c echo.Context) error {
	h, err := s.o.Node.Health(c.Request().Context())
	if err != nil {
		return err
	}
	servers := make([]serverHealthJSON, 0, len(h.Servers))
	for _, v := range h.Servers {
		contact := ""
		if v.LastContact >= 0 {
			contact = v.LastContact.String()
		}
		servers = append(servers, serverHealthJSON{v.ID, v.ServerID, v.Address, v.HTTPAddress, v.Version, v.MachineVersion, v.State, v.Suffrage,
			v.Healthy, moment(v.StableSince), moment(v.LastAnswer), contact, v.LastTerm, v.LastIndex, v.AppliedIndex, v.Lag, v.ClockOffset.String(), v.Disk.String()})
	}
	st := s.o.Node.Status()
	return reply(c, http.StatusOK, map[string]any{
		"healthy": h.Healthy, "failure_tolerance": h.FailureTolerance, "leader": h.Leader, "voters": h.Voters, "clocks_agree": h.ClocksAgree,
		"machine_version": h.MachineVersion,
		"servers":         servers, "cluster_id": st.ClusterID, "term": st.Term,
		"node": map[string]any{"id": st.Name, "server_id": st.ServerID, "state": st.State, "ready": st.Ready,
			"applied_index": st.AppliedIndex, "commit_index": st.CommitIndex, "last_contact": st.LastContact.String()},
	})
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
