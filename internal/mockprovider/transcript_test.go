package mockprovider

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var rewrite = flag.Bool("rewrite", false, "write the transcripts in testdata anew")

// Ensure requests get exactly the answers, and leave the records, that the
// transcripts in testdata show. A file is a conversation with a fresh server:
// what follows ">>> request" is sent, what follows "<<< answer" came back (all
// of it but the Date), and "=== record" is what the ledger keeps. Only the
// requests are written by hand.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			old, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			now := converse(t, string(old))
			if *rewrite {
				if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if now != string(old) {
				t.Errorf("the conversation went otherwise; read it, and run with -rewrite if it is right:\n%s", now)
			}
		})
	}
}

const (
	requestMark = ">>> request\n"
	answerMark  = "<<< answer\n"
)

// converse sends the requests of a transcript and returns what was said.
func converse(t *testing.T, transcript string) string {
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, err := New(Config{
		Models:   []string{"gpt-4o", "claude-opus-4-8"},
		APIKeys:  []string{"sk-test"},
		idPrefix: "test",
		now:      func() time.Time { return clock },
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	defer web.Close()
	intro, rest, _ := strings.Cut(transcript, requestMark)
	var out strings.Builder
	out.WriteString(intro)
	for request := range strings.SplitSeq(rest, requestMark) {
		request, _, _ = strings.Cut(request, answerMark)
		request = strings.TrimRight(request, "\n")
		seen := len(s.Calls())
		answer := exchange(t, web.Listener.Addr().String(), request)
		fmt.Fprintf(&out, "%s%s\n\n%s%s\n", requestMark, request, answerMark, answer)
		waitFor(t, "the call's record", func() bool { return s.Billed().InFlight == 0 && len(s.Calls()) > seen })
		for _, call := range s.Calls()[seen:] {
			fmt.Fprintf(&out, "=== record\n%s\n", shortRecord(call))
		}
		out.WriteString("\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// shortRecord is a record without what the request already shows.
func shortRecord(c Call) string {
	u := c.Billed
	return fmt.Sprintf("%s %s: %s, status %d, finish %q, model %q answered as %q, key %q\n"+
		"billed input %d, cached %d, cache write %d + %d, output %d of it reasoning %d, searches %d; stream %v, chunks %d, usage sent %v",
		c.Dialect, c.Route, c.Outcome, c.Status, c.Finish, c.Model, c.AnswerModel, c.APIKey,
		u.InputTokens, u.CachedInputTokens, u.CacheWrite5mTokens, u.CacheWrite1hTokens, u.OutputTokens, u.ReasoningTokens, u.WebSearches,
		c.Stream, c.TextChunks, c.UsageSent)
}

// exchange sends one request as bytes on a connection of its own and returns
// the answer: status line, sorted headers without Date, body.
func exchange(t *testing.T, address, request string) string {
	head, body, _ := strings.Cut(request, "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	raw := line + " HTTP/1.1\r\nHost: stand-in\r\nConnection: close\r\n"
	for header := range strings.SplitSeq(headers, "\n") {
		if header != "" {
			raw += header + "\r\n"
		}
	}
	raw += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(line, " ")
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return fmt.Sprintf("(connection closed: %v)", err)
	}
	defer res.Body.Close()
	got, bodyErr := io.ReadAll(res.Body)
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", res.Proto, res.Status)
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		if name != "Date" && name != "Connection" {
			fmt.Fprintf(&out, "%s: %s\n", name, strings.Join(res.Header[name], ", "))
		}
	}
	fmt.Fprintf(&out, "\n%s\n", strings.TrimSuffix(string(got), "\n"))
	if bodyErr != nil {
		fmt.Fprintf(&out, "(connection closed: %v)\n", bodyErr)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// waitFor waits until a condition holds, and fails the test after a minute.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
