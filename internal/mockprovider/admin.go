package mockprovider

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// adminPrefix opens the stand-in's own routes, which no vendor has.
const adminPrefix = "/mock/"

// Limits of one page of GET /mock/calls.
const (
	defaultPageCalls = 1000
	maxPageCalls     = 10_000
)

// CallsPage is what GET /mock/calls answers. Next is the "after" of the next
// page.
type CallsPage struct {
	Calls []Call `json:"calls"`
	Next  uint64 `json:"next"`
}

// serveAdmin answers the stand-in's own routes. They are not recorded.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /mock/calls":
		s.serveCalls(w, r)
	case "GET /mock/billed":
		writeAdmin(w, http.StatusOK, s.Billed())
	case "POST /mock/reset":
		s.Reset()
		writeAdmin(w, http.StatusOK, struct{}{})
	case "POST /mock/release":
		gate := r.URL.Query().Get("gate")
		if !validName(gate) {
			writeAdminError(w, http.StatusBadRequest, "release needs ?gate= with the name of a gate")
			return
		}
		if err := s.Release(gate); err != nil {
			writeAdminError(w, http.StatusConflict, err.Error())
			return
		}
		writeAdmin(w, http.StatusOK, struct{}{})
	default:
		writeAdminError(w, http.StatusNotFound, "the stand-in's own routes are GET /mock/calls, GET /mock/billed, POST /mock/reset and POST /mock/release")
	}
}

func (s *Server) serveCalls(w http.ResponseWriter, r *http.Request) {
	after, err := queryNumber(r, "after", 0)
	if err != nil {
		writeAdminError(w, http.StatusBadRequest, "after must be a whole number: the next of the page before")
		return
	}
	limit, err := queryNumber(r, "limit", defaultPageCalls)
	if err != nil || limit < 1 || limit > maxPageCalls {
		writeAdminError(w, http.StatusBadRequest, "limit must be a whole number from 1 to "+strconv.Itoa(maxPageCalls))
		return
	}
	page := CallsPage{Calls: s.CallsAfter(after, int(limit)), Next: after}
	if n := len(page.Calls); n > 0 {
		page.Next = page.Calls[n-1].Seq
	}
	writeAdmin(w, http.StatusOK, page)
}

func queryNumber(r *http.Request, name string, otherwise uint64) (uint64, error) {
	value := r.URL.Query().Get(name)
	if value == "" {
		return otherwise, nil
	}
	return strconv.ParseUint(value, 10, 64)
}

func writeAdmin(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		http.Error(w, "stand-in provider: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header()["Content-Type"] = headerJSON
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	// A client that does not read its answer is its own loss.
	_, _ = w.Write(body)
}

func writeAdminError(w http.ResponseWriter, status int, message string) {
	writeAdmin(w, status, map[string]string{"error": message})
}
