package mockprovider

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of the HTTP server.
const (
	// DefaultMaxBodyBytes is the longest request body that is read.
	DefaultMaxBodyBytes = 64 << 20
	maxHeaderBytes      = 64 << 10
	readHeaderTimeout   = 10 * time.Second
	idleTimeout         = 2 * time.Minute
)

// DefaultModels are listed by the models routes. Any other model answers too.
var DefaultModels = []string{
	"gpt-4o", "gpt-4o-mini", "text-embedding-3-small",
	"claude-opus-4-8", "claude-haiku-4-5",
	"gemini-2.5-flash", "gemini-embedding-001",
}

// Config configures a Server. Its zero value is valid.
type Config struct {
	// APIKeys are the keys that are accepted; with none, any key but an empty
	// one is.
	APIKeys []string
	// Models are what the models routes list. Default DefaultModels.
	Models []string
	// Defaults steer every call, key by key, unless the call's own directive
	// says otherwise.
	Defaults Directive
	// MaxCalls is how many calls are remembered one by one, up to MaxMaxCalls.
	// Default DefaultMaxCalls.
	MaxCalls int
	// MaxBodyBytes is the longest request body that is read; a longer one is
	// answered with 413. Default DefaultMaxBodyBytes.
	MaxBodyBytes int64

	// now and idPrefix make transcripts repeatable.
	now      func() time.Time
	idPrefix string
}

// Server is a stand-in provider. It is an http.Handler; Listen and Serve are
// for those who want it on a port of its own.
type Server struct {
	config    Config
	ledger    *ledger
	gates     *gates
	ids       atomic.Uint64
	responses *responseStore

	// life ends with the server, and with it whatever a call waits for.
	life    context.Context
	endLife context.CancelFunc

	mu       sync.Mutex
	http     *http.Server
	listener net.Listener
}

// New returns a stand-in provider, or an error that names the wrong setting.
func New(config Config) (*Server, error) {
	if config.MaxCalls < 0 || config.MaxCalls > MaxMaxCalls || config.MaxBodyBytes < 0 {
		return nil, fmt.Errorf("mock provider: MaxCalls %d must be from 0 to %d and MaxBodyBytes %d not negative", config.MaxCalls, MaxMaxCalls, config.MaxBodyBytes)
	}
	if slices.Contains(config.APIKeys, "") {
		return nil, errors.New("mock provider: APIKeys holds an empty key: leave it out")
	}
	if config.MaxCalls == 0 {
		config.MaxCalls = DefaultMaxCalls
	}
	if config.MaxBodyBytes == 0 {
		config.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if len(config.Models) == 0 {
		config.Models = DefaultModels
	}
	if config.now == nil {
		config.now = time.Now
	}
	if config.idPrefix == "" {
		var random [6]byte
		if _, err := rand.Read(random[:]); err != nil {
			return nil, fmt.Errorf("mock provider: no random bytes for its ids: %w", err)
		}
		config.idPrefix = hex.EncodeToString(random[:])
	}
	s := &Server{config: config, ledger: newLedger(config.MaxCalls), gates: newGates(), responses: newResponseStore()}
	s.life, s.endLife = context.WithCancel(context.Background())
	return s, nil
}

// Listen opens the address, such as "127.0.0.1:0".
func (s *Server) Listen(address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return fmt.Errorf("mock provider: already listening on %s", s.listener.Addr())
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("mock provider: cannot listen on %s: %w", address, err)
	}
	s.listener = listener
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	return nil
}

// Serve answers calls until Close or Shutdown, and then returns nil.
func (s *Server) Serve() error {
	s.mu.Lock()
	server, listener := s.http, s.listener
	s.mu.Unlock()
	if server == nil {
		return errors.New("mock provider: Serve before Listen")
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("mock provider on %s: %w", listener.Addr(), err)
	}
	return nil
}

// Addr returns the address the server listens on, "" before Listen.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// URL returns the base URL without a path, such as "http://127.0.0.1:34567";
// "" before Listen. OpenAI's SDKs want "/v1" after it.
func (s *Server) URL() string {
	if address := s.Addr(); address != "" {
		return "http://" + address
	}
	return ""
}

// Close stops at once, cuts every connection and cancels what runs in the
// background.
func (s *Server) Close() error {
	s.endLife()
	s.mu.Lock()
	server, listener := s.http, s.listener
	s.mu.Unlock()
	if server == nil {
		s.responses.close()
		return nil
	}
	err := server.Close()
	s.responses.close()
	// A listener that never got to Serve is unknown to the http.Server.
	if closeErr := listener.Close(); closeErr != nil && !errors.Is(closeErr, net.ErrClosed) {
		err = errors.Join(err, closeErr)
	}
	return err
}

// Shutdown lets running calls end and then stops; when ctx ends first, it
// closes what is left and returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	server := s.http
	s.mu.Unlock()
	if server == nil {
		return s.Close()
	}
	err := server.Shutdown(ctx)
	return errors.Join(err, s.Close())
}

// Calls returns the remembered calls that have ended, oldest first.
func (s *Server) Calls() []Call { return s.ledger.calls(0, s.config.MaxCalls) }

// CallsAfter returns at most limit remembered calls with a Seq above seq.
func (s *Server) CallsAfter(seq uint64, limit int) []Call { return s.ledger.calls(seq, limit) }

// Billed returns the sums over all calls since the start or the last Reset.
func (s *Server) Billed() Billed {
	b := s.ledger.billed()
	b.Gates = s.gates.waiting()
	return b
}

// Release opens a gate: calls that wait at it go on, later ones pass it. It
// fails only when too many gates exist.
func (s *Server) Release(gate string) error { return s.gates.release(gate) }

// Reset forgets calls, sums, gates and stored responses. Calls that are
// running end as they would, and are not recorded.
func (s *Server) Reset() {
	s.ledger.reset()
	s.responses.reset()
	s.gates.reset()
}

// newID returns an id that no other call of this or another server has.
func (s *Server) newID(prefix string) string {
	n := s.ids.Add(1)
	b := make([]byte, 0, 40)
	b = append(b, prefix...)
	b = append(b, s.config.idPrefix...)
	digits := strconv.AppendUint(nil, n, 16)
	for range 12 - len(digits) {
		b = append(b, '0')
	}
	return string(append(b, digits...))
}
