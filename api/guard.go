package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
)

// minBodyRate is what a client must send at least on average, bytes per second,
// beyond its first BodyTimeout.
const minBodyRate = 64 << 10

// guard is the way in: it refuses paths that could be read in two ways, bounds
// the time that slow clients take, and sends a call to proxy or API.
func (s *Server) guard(withProxy, withAPI bool) http.Handler {
	profiles := s.profiles()
	// The same values for all answers: nobody changes a header's values in place.
	node, nosniff := []string{s.o.Node.Name()}, []string{"nosniff"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Meshfw-Node"], h["X-Content-Type-Options"] = node, nosniff
		answer, r := s.bounded(w, r)
		w = answer
		defer s.recovered(answer, r)
		if bad := badPath(r); bad != "" {
			writeProblem(badInput("the path "+bad, ""), s.e.NewContext(r, w))
			return
		}
		path := r.URL.Path
		switch {
		case proxied(r):
			if withProxy && s.o.Proxy != nil {
				s.o.Proxy.ServeHTTP(w, r)
				return
			}
			writeProblem(echo.ErrNotFound, s.e.NewContext(r, w))
		case path == "/livez" || path == "/readyz" || withAPI && !strings.HasPrefix(path, profilePrefix):
			s.e.ServeHTTP(w, r)
		case withAPI && !withProxy:
			profiles.ServeHTTP(w, r)
		default:
			writeProblem(problem(http.StatusNotFound, "no_such_route", "", "the API is on the admin listener"), s.e.NewContext(r, w))
		}
	})
}

func proxied(r *http.Request) bool {
	p := r.URL.Path
	return strings.HasPrefix(p, "/v1/") || strings.HasPrefix(p, "/v1beta/") || strings.HasPrefix(p, "/v1alpha/") ||
		strings.HasPrefix(p, "/openai/") || strings.HasPrefix(p, "/providers/") ||
		r.Method == http.MethodHead && p == "/"
}

// badPath says what is wrong with a path that two parsers could read in two
// ways, so that what is checked is what is served. Escaped slashes have a place
// only in the names of accounts and of models, and whatever else a label's value
// may hold, such as the backslash of DOMAIN\user, only in those of accounts,
// where it is escaped: there is no account that cannot be frozen.
func badPath(r *http.Request) string {
	if r.URL.Host != "" || r.URL.Scheme != "" || !strings.HasPrefix(r.URL.Path, "/") {
		return "must begin with a slash"
	}
	p, raw := r.URL.Path, r.URL.EscapedPath()
	account := strings.HasPrefix(raw, prefix+"/accounts/") && !strings.Contains(r.URL.RawPath, `\`)
	for i := 0; i < len(p) && !account; i++ {
		if p[i] < ' ' || p[i] == 0x7f || p[i] == '\\' {
			return "holds a control character or a backslash"
		}
	}
	if strings.Contains(raw, "//") {
		return "has an empty part"
	}
	for part := range strings.SplitSeq(raw, "/") {
		switch strings.ToLower(part) {
		case "%2e", "%2e%2e":
			if account {
				continue
			}
			fallthrough
		case ".", "..", ".%2e", "%2e.":
			return "has a part that is . or .."
		}
	}
	named := account || strings.HasPrefix(p, prefix+"/prices/")
	if !named && strings.Contains(strings.ToLower(raw), "%2f") {
		return "has an escaped slash"
	}
	return ""
}

// bounded puts deadlines on a slow client, which hold also where a call itself
// may last.
func (s *Server) bounded(w http.ResponseWriter, r *http.Request) (*slowWriter, *http.Request) {
	out := &slowWriter{ResponseWriter: w, control: *http.NewResponseController(w), limit: s.o.WriteTimeout}
	if r.Body != nil && r.Body != http.NoBody {
		// What the handler leaves unread net/http reads: the deadline holds for
		// that too. The request is copied, because net/http looks at the body
		// that it made: a client that waits to be told to go on (Expect:
		// 100-continue) is answered at once.
		end := time.Now().Add(s.o.BodyTimeout)
		_ = out.control.SetReadDeadline(end)
		r = r.WithContext(r.Context())
		out.body = slowBody{ReadCloser: r.Body, control: &out.control, end: end}
		r.Body, out.hasBody = &out.body, r.ProtoMajor == 1
	}
	_ = out.control.SetWriteDeadline(time.Time{}) // that of the connection's last answer
	return out, r
}

// slowBody gives a body until end, and more as it comes in.
type slowBody struct {
	io.ReadCloser
	control *http.ResponseController
	end     time.Time
	read    int64
	ended   bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	if b.read > 0 { // until then the first deadline holds
		// A writer without deadlines (a test's recorder) has none to set.
		_ = b.control.SetReadDeadline(b.end.Add(time.Duration(b.read) * time.Second / minBodyRate))
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == io.EOF {
		b.ended = true
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// slowWriter gives a client a limit to take each piece of its answer.
type slowWriter struct {
	http.ResponseWriter
	control http.ResponseController
	limit   time.Duration
	body    slowBody
	hasBody bool // of HTTP/1
	began   bool // the status is on its way
}

func (w *slowWriter) WriteHeader(status int) {
	if status >= http.StatusOK {
		w.begin()
	}
	w.ResponseWriter.WriteHeader(status)
}

// begin notes that the answer goes out. Where the body was not read to its end
// the connection is closed after it; else net/http would first wait for the
// rest, and the client for its answer.
func (w *slowWriter) begin() {
	if !w.began && w.hasBody && !w.body.ended {
		w.Header().Set("Connection", "close")
	}
	w.began = true
}

func (w *slowWriter) Write(p []byte) (int, error) {
	w.begin()
	_ = w.control.SetWriteDeadline(time.Now().Add(w.limit))
	return w.ResponseWriter.Write(p)
}

func (w *slowWriter) Flush() {
	w.begin()
	_ = w.control.SetWriteDeadline(time.Now().Add(w.limit))
	_ = w.control.Flush()
}

// Unwrap lets a ResponseController reach what is underneath.
func (w *slowWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// recovered answers for a handler that panicked, in the form of the call's
// dialect. What the panic says may hold what a client sent, keys too: of it
// only the type is logged, or the text where it is the runtime's own. An answer
// that has begun is cut off, so that nobody takes it for whole.
func (s *Server) recovered(w *slowWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // it is panicked as it is
		panic(v)
	}
	what := fmt.Sprintf("%T", v)
	if fault, ok := v.(runtime.Error); ok {
		what = fault.Error()
	}
	s.o.Logger.Error("a handler panicked", "method", r.Method, "panic", what, "stack", string(debug.Stack()))
	if w.began {
		panic(http.ErrAbortHandler)
	}
	if p, ok := s.o.Proxy.(interface {
		Failed(http.ResponseWriter, *http.Request)
	}); ok && proxied(r) {
		p.Failed(w, r)
		return
	}
	writeProblem(problem(http.StatusInternalServerError, "internal", "the node failed in this call", "its log has more; try again with the same id"), s.e.NewContext(r, w))
}

const profilePrefix = "/debug/pprof"

// profiles serves Go's profiles to admins.
func (s *Server) profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(profilePrefix+"/", pprof.Index)
	mux.HandleFunc(profilePrefix+"/profile", pprof.Profile)
	mux.HandleFunc(profilePrefix+"/symbol", pprof.Symbol)
	mux.HandleFunc(profilePrefix+"/trace", pprof.Trace)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := s.o.Gate.Identify(r)
		if err == nil && caller.Role != auth.RoleAdmin {
			err = problem(http.StatusForbidden, "not_allowed", "profiles are for admins", "")
		}
		if err != nil {
			writeProblem(err, s.e.NewContext(r, w))
			return
		}
		mux.ServeHTTP(w, r)
	})
}
