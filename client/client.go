// Package client calls the firewall's API from Go.
//
// A Client may know several nodes of the cluster: a call that does not reach
// one, or finds it without a quorum, is tried at the next. Calls that spend
// carry an id, so that a repeated one counts once.
package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Defaults of Options, and how much of an answer is read.
const (
	DefaultAttempts    = 4
	DefaultRetryDelay  = 500 * time.Millisecond
	DefaultTimeout     = 15 * time.Second
	DefaultDialTimeout = 3 * time.Second
	maxAnswerBytes     = 8 << 20
)

// Options of a Client; the zero value takes the defaults.
type Options struct {
	Token       string        // firewall key or admin token; "" where the firewall is open
	TLS         *tls.Config   // for https addresses; nil takes the system's roots
	HTTP        *http.Client  // replaces the client's own; TLS is then not used
	Attempts    int           // tries of one call at a node that cannot serve it now, >= 1
	RetryDelay  time.Duration // between them, unless the answer names a time
	Timeout     time.Duration // of one try, without streams and snapshots
	Consistency string        // of reads: "stale", "default" ("") or "consistent"
}

// Client talks to the nodes of one cluster. Its methods may be called from
// several goroutines.
type Client struct {
	bases []string
	last  atomic.Int64 // the node that answered last
	o     Options
}

// New returns a client of the nodes at addrs, a comma-separated list such as
// "127.0.0.1:8001,127.0.0.1:8002", or of http and https URLs.
func New(addrs string, o Options) (*Client, error) {
	c := &Client{o: o}
	for addr := range strings.SplitSeq(addrs, ",") {
		addr = strings.TrimSpace(addr)
		if addr == "" {
			continue
		}
		if !strings.Contains(addr, "://") {
			addr = "http://" + addr
		}
		u, err := url.Parse(addr)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("address %q: want host:port, or an http or https URL", addr)
		}
		c.bases = append(c.bases, strings.TrimRight(addr, "/"))
	}
	if len(c.bases) == 0 {
		return nil, errors.New("no address of a node was given")
	}
	if c.o.HTTP == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext = (&net.Dialer{Timeout: DefaultDialTimeout}).DialContext
		t.TLSClientConfig = o.TLS
		t.MaxIdleConnsPerHost = 64
		c.o.HTTP = &http.Client{Transport: t}
	}
	if c.o.Attempts < 1 {
		c.o.Attempts = DefaultAttempts
	}
	if c.o.RetryDelay <= 0 {
		c.o.RetryDelay = DefaultRetryDelay
	}
	if c.o.Timeout <= 0 {
		c.o.Timeout = DefaultTimeout
	}
	return c, nil
}

// Addresses are the base URLs of the nodes, as they were given to New.
func (c *Client) Addresses() []string { return append([]string(nil), c.bases...) }
