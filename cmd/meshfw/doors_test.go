package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// doorToken is the admin token of the nodes under test.
const doorToken = "token-of-the-admin-under-test"

// impatient bounds a step that never ends where a door does not hold.
const impatient = 30 * time.Second

// standing is a node that runs in this process.
type standing struct {
	t           *testing.T
	http, admin string // addresses
	client      *http.Client
	scheme      string
}

// stand runs a node of its own from the config that has %HTTP%, %ADMIN%,
// %CLUSTER% and %DIR% in it, until the test ends.
func stand(t *testing.T, scheme string, client *http.Client, text string) *standing {
	t.Helper()
	dir := t.TempDir()
	ports := clustertest.Addresses(t, 3)
	s := &standing{t: t, http: ports[0], admin: ports[1], client: client, scheme: scheme}
	text = strings.NewReplacer("%HTTP%", ports[0], "%ADMIN%", ports[1], "%CLUSTER%", ports[2], "%DIR%", dir).Replace(text + `
node {
  id       = "n1"
  data_dir = "%DIR%/data"
}
cluster {
  listen           = "%CLUSTER%"
  bootstrap_expect = 1
}
auth {
  admin_token = "` + doorToken + `"
}
log {
  level = "error"
}
`)
	path := filepath.Join(dir, "node.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	load := func() (*config.Config, error) { return config.Load(path, nil) }
	cfg, err := load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, cfg, path, load) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the node ended with %v", err)
		}
	})
	for end := time.Now().Add(impatient); ; time.Sleep(20 * time.Millisecond) {
		if status, _, err := s.try(s.http, http.MethodGet, "/readyz", "", nil); err == nil && status == http.StatusOK {
			return s
		}
		if time.Now().After(end) {
			t.Fatal("the node is not ready")
		}
	}
}

func (s *standing) try(address, method, path, body string, header http.Header) (int, string, error) {
	req, err := http.NewRequest(method, s.scheme+"://"+address+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// call makes a call as the admin.
func (s *standing) call(address, method, path, body string) (int, string) {
	s.t.Helper()
	status, text, err := s.try(address, method, path, body, http.Header{"Authorization": {"Bearer " + doorToken}})
	if err != nil {
		s.t.Fatal(err)
	}
	return status, text
}

// dial opens a connection that gives up, and says so, when nothing happens.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(impatient)); err != nil {
		t.Fatal(err)
	}
	return c
}

// closed reads what a server says until it closes the connection.
func closed(t *testing.T, c net.Conn) string {
	t.Helper()
	text, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the connection stays open; so far it said %q", text)
	}
	return string(text)
}

// Ensure that clients which trickle headers or bodies, or do not take their
// answers, lose their connections, on the API and on the proxy, also where the
// handler has no use for the body; that X-Forwarded-For counts from a trusted
// proxy; and that a config which differs from the cluster is told of.
func TestSlowClientsAndProxies(t *testing.T) {
	s := stand(t, "http", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, `
http {
  listen          = "%HTTP%"
  header_timeout  = "300ms"
  body_timeout    = "300ms"
  write_timeout   = "300ms"
  drain_delay     = "1ms"
  trusted_proxies = ["127.0.0.1"]
}
budget "all" {
  limit = "10"
}
price "openai/mine" {
  input  = "1"
  output = "2"
}
`)
	auth := "Authorization: Bearer " + doorToken + "\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct{ request, status string }{
		"headers":               {"GET /api/v1/budgets HTTP/1.1\r\nHost: x\r\nX-A: b\r\n", ""},
		"API body":              {"POST /api/v1/reservations HTTP/1.1\r\nHost: x\r\n" + auth + "Content-Length: 50\r\n\r\n{", "408"},
		"API body, no use":      {"GET /api/v1/budgets HTTP/1.1\r\nHost: x\r\n" + auth + "Content-Length: 50\r\n\r\n{", "200"},
		"API body, no key":      {"POST /api/v1/reservations HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", "401"},
		"API body, chunks":      {"POST /api/v1/reservations HTTP/1.1\r\nHost: x\r\n" + auth + "Transfer-Encoding: chunked\r\n\r\n5\r\n{", "408"},
		"proxied body":          {"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" + auth + "Content-Length: 50\r\n\r\n{", "400"},
		"proxied body, no key":  {"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", "401"},
		"proxied body, no type": {"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + doorToken + "\r\nContent-Length: 50\r\n\r\n{", "415"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, s.http)
			if _, err := io.WriteString(conn, c.request); err != nil {
				t.Fatal(err)
			}
			if text := closed(t, conn); c.status != "" && !strings.HasPrefix(text, "HTTP/1.1 "+c.status) {
				t.Errorf("%q, want status %s", text, c.status)
			}
		})
	}
	t.Run("a client that waits to be told to go on", func(t *testing.T) {
		conn := dial(t, s.http)
		if _, err := io.WriteString(conn, "POST /api/v1/reservations HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if text := closed(t, conn); !strings.HasPrefix(text, "HTTP/1.1 401") {
			t.Errorf("%q, want status 401", text)
		}
	})
	t.Run("answers", func(t *testing.T) {
		conn := dial(t, s.http)
		for { // asks on and on and takes nothing, until the node gives up on it
			_, err := io.WriteString(conn, "GET /api/v1/prices?limit=1000 HTTP/1.1\r\nHost: x\r\n"+auth+"\r\n")
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("a client that takes nothing keeps its connection")
			}
			if err != nil {
				return
			}
		}
	})
	t.Run("X-Forwarded-For", func(t *testing.T) {
		status, text, err := s.try(s.http, http.MethodPost, "/api/v1/budgets/all/freeze", "", http.Header{
			"Authorization": {"Bearer " + doorToken}, "X-Forwarded-For": {"10.9.9.9, 203.0.113.7"}})
		if err != nil || status != http.StatusOK {
			t.Fatal(status, text, err)
		}
		if _, events := s.call(s.http, http.MethodGet, "/api/v1/events", ""); !strings.Contains(events, `"203.0.113.7"`) || strings.Contains(events, "10.9.9.9") {
			t.Errorf("the events are of %s", events)
		}
	})
	t.Run("drift", func(t *testing.T) {
		ready := func() string {
			_, text := s.call(s.http, http.MethodGet, "/readyz?verbose", "")
			return text
		}
		if text := ready(); !strings.Contains(text, "[+] config: ") {
			t.Errorf("nothing differs: %s", text)
		}
		s.call(s.http, http.MethodPut, "/api/v1/budgets/all", `{"limit":"11"}`)
		s.call(s.http, http.MethodPut, "/api/v1/prices/openai/mine", `{"input":"1","output":"3"}`)
		text := ready()
		for _, want := range []string{`[!] config: budget "all" differs from the cluster's in limit`, `[!] config: price "openai/mine" differs from the cluster's`} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in %s", want, text)
			}
		}
		s.call(s.http, http.MethodDelete, "/api/v1/budgets/all", "")
		s.call(s.http, http.MethodDelete, "/api/v1/prices/openai/mine", "")
		text = ready()
		for _, want := range []string{`[!] config: budget "all" is in `, `[!] config: price "openai/mine" is in `, "\nok\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in %s", want, text)
			}
		}
	})
}

// Ensure that HTTP speaks TLS to clients with a certificate of the CA, to no
// others and never in plain text; and that API, metrics and profiles are on the
// admin listener alone where there is one, with the proxy on the other.
func TestTLSAndTheAdminListener(t *testing.T) {
	pems := t.TempDir()
	for _, args := range [][]string{{"tls", "ca", "-dir", pems}, {"tls", "cert", "-dir", pems, "n1"}, {"tls", "ca", "-dir", pems + "/other"}, {"tls", "cert", "-dir", pems + "/other", "n1"}} {
		if _, err := run(t, args...); err != nil {
			t.Fatal(args, err)
		}
	}
	known, foreign := tlsClient(t, pems, pems), tlsClient(t, pems, pems+"/other")
	s := stand(t, "https", known, fmt.Sprintf(`
http {
  listen      = "%%HTTP%%"
  drain_delay = "1ms"
  tls {
    cert_file = "%[1]s/n1.pem"
    key_file  = "%[1]s/n1-key.pem"
    client_ca = "%[1]s/ca.pem"
  }
}
admin {
  listen = "%%ADMIN%%"
}
`, pems))
	for _, address := range []string{s.http, s.admin} {
		for name, client := range map[string]*http.Client{"another CA's": foreign, "none": tlsClient(t, pems, "")} {
			other := &standing{t: t, client: client, scheme: "https"}
			if status, _, err := other.try(address, http.MethodGet, "/livez", "", nil); err == nil {
				t.Errorf("a client with certificate %s: %d", name, status)
			}
		}
		conn := dial(t, address)
		if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if text := closed(t, conn); strings.Contains(text, " 200 ") {
			t.Errorf("in plain text: %q", text)
		}
	}
	for _, c := range []struct {
		method, path  string
		onHTTP, admin int
	}{
		{http.MethodGet, "/livez", 200, 200},
		{http.MethodGet, "/readyz", 200, 200},
		{http.MethodGet, "/metrics", 404, 200},
		{http.MethodGet, "/api/v1/budgets", 404, 200},
		{http.MethodGet, "/api/v1/openapi.json", 404, 200},
		{http.MethodGet, "/debug/pprof/", 404, 200},
		{http.MethodGet, "/debug/pprof/heap", 404, 200},
		{http.MethodGet, "/debug/pprof/cmdline", 404, 404}, // the command line is nobody's business
		{http.MethodHead, "/", 200, 404},
		{http.MethodPost, "/v1/chat/completions", 415, 404},
	} {
		if status, text := s.call(s.http, c.method, c.path, ""); status != c.onHTTP {
			t.Errorf("%s on the main listener: %d, want %d: %.200s", c.path, status, c.onHTTP, text)
		}
		if status, text := s.call(s.admin, c.method, c.path, ""); status != c.admin {
			t.Errorf("%s on the admin listener: %d, want %d: %.200s", c.path, status, c.admin, text)
		}
	}
	_, made := s.call(s.admin, http.MethodPost, "/api/v1/keys", `{"name":"v","role":"viewer"}`)
	_, secret, _ := strings.Cut(made, `"secret":"`)
	secret, _, _ = strings.Cut(secret, `"`)
	for key, want := range map[string]int{"": 401, secret: 403} {
		header := http.Header{}
		if key != "" {
			header.Set("Authorization", "Bearer "+key)
		}
		if status, _, err := s.try(s.admin, http.MethodGet, "/debug/pprof/heap", "", header); err != nil || status != want {
			t.Errorf("profiles with key %.7q: %d %v, want %d", key, status, err, want)
		}
	}
}

// tlsClient trusts the CA of a directory and shows the certificate of another,
// "" for none.
func tlsClient(t *testing.T, ca, own string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ca, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	c := &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "n1"}
	c.RootCAs.AppendCertsFromPEM(text)
	if own != "" {
		pair, err := tls.LoadX509KeyPair(filepath.Join(own, "n1.pem"), filepath.Join(own, "n1-key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	transport := &http.Transport{TLSClientConfig: c}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// Ensure that connections beyond the bound wait until another ends.
func TestConnectionsAreBounded(t *testing.T) {
	l, err := (&doors{}).listen("http", "127.0.0.1:0", 2)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	ask := func(c net.Conn) {
		t.Helper()
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	answered := func(c net.Conn) error {
		_, err := c.Read(make([]byte, 512))
		return err
	}
	one, two, three := dial(t, l.Addr().String()), dial(t, l.Addr().String()), dial(t, l.Addr().String())
	ask(one)
	ask(two)
	if err := errors.Join(answered(one), answered(two)); err != nil {
		t.Fatal(err)
	}
	ask(three)
	if err := three.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if err := answered(three); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("a third connection was served: %v", err)
	}
	one.Close()
	if err := three.SetReadDeadline(time.Now().Add(impatient)); err != nil {
		t.Fatal(err)
	}
	if err := answered(three); err != nil {
		t.Fatalf("the third connection after another ended: %v", err)
	}
}
