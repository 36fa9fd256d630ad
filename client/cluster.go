package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// ifMatch makes a change conditional on a version; nil is no condition.
func ifMatch(version *int64) http.Header {
	if version == nil {
		return nil
	}
	return http.Header{"If-Match": {strconv.Quote(strconv.FormatInt(*version, 10))}}
}

// Member is one node of the cluster.
type Member struct {
	ID          string `json:"id"`        // the node's name
	ServerID    string `json:"server_id"` // name and incarnation
	Address     string `json:"address"`   // cluster port
	HTTPAddress string `json:"http_address"`
	Role        string `json:"role"`     // leader or follower
	Suffrage    string `json:"suffrage"` // voter or nonvoter
}

// Members lists the nodes of the cluster.
func (c *Client) Members(ctx context.Context) ([]Member, error) {
	var out struct {
		Members []Member `json:"members"`
	}
	err := c.call(ctx, request{method: http.MethodGet, path: "/cluster/members"}, &out)
	return out.Members, err
}

// Health is the state of the cluster, as JSON: see the API's documentation.
func (c *Client) Health(ctx context.Context) (jsontext.Value, error) {
	return get[jsontext.Value](ctx, c, request{method: http.MethodGet, path: "/cluster/health"})
}

// Join takes the node named id, which waits at a cluster address, into the
// cluster.
func (c *Client) Join(ctx context.Context, id, address string) error {
	return c.call(ctx, request{method: http.MethodPost, path: "/cluster/join", in: map[string]string{"id": id, "address": address}}, nil)
}

// Leave takes the node that answers out of the cluster; it stops afterwards.
func (c *Client) Leave(ctx context.Context) error {
	return c.call(ctx, request{method: http.MethodPost, path: "/cluster/leave", once: true}, nil)
}

// RemoveMember takes a node out of the cluster for good.
func (c *Client) RemoveMember(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/cluster/members/" + url.PathEscape(id)}, nil)
}

// TransferLeader hands leadership to the node named to, or with "" to the one
// that is furthest.
func (c *Client) TransferLeader(ctx context.Context, to string) error {
	r := request{method: http.MethodPost, path: "/cluster/transfer-leader", once: true}
	if to != "" {
		r.in = map[string]string{"to": to}
	}
	return c.call(ctx, r, nil)
}

// SaveSnapshot streams a consistent copy of the ledger; its reader must be
// closed. The size is -1 when it is not known.
func (c *Client) SaveSnapshot(ctx context.Context) (r io.ReadCloser, size int64, err error) {
	err = c.try(ctx, request{}, func(base string) error {
		resp, err := c.send(ctx, base, request{method: http.MethodGet, path: "/cluster/snapshot"}, nil, 0)
		if err == nil {
			r, size = resp.Body, resp.ContentLength
		}
		return err
	})
	return r, size, err
}

// RestoreSnapshot replaces the cluster's ledger by a saved one of size bytes.
// A cluster that has been used is replaced only with force.
func (c *Client) RestoreSnapshot(ctx context.Context, r io.ReadSeeker, size int64, force bool) error {
	q := url.Values{}
	if force {
		q.Set("force", "true")
	}
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	return c.try(ctx, request{}, func(base string) error {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		resp, err := c.send(ctx, base, request{method: http.MethodPut, path: "/cluster/snapshot", query: q, header: header}, io.NopCloser(r), size)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
}

// Ready asks the first node that answers whether it can serve; text is what
// it says of its checks, at the time there, in whole seconds.
func (c *Client) Ready(ctx context.Context) (ready bool, text string, at time.Time, err error) {
	for _, base := range c.bases {
		req, rerr := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz?verbose", nil)
		if rerr != nil {
			return false, "", at, rerr
		}
		resp, rerr := c.o.HTTP.Do(req)
		if rerr != nil {
			err = rerr
			continue
		}
		b, rerr := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
		_ = resp.Body.Close()                           // read whole, or the error is here
		at, _ = http.ParseTime(resp.Header.Get("Date")) // zero where it is not sent
		return resp.StatusCode == http.StatusOK, string(b), at, rerr
	}
	return false, "", at, &UnreachableError{Addresses: c.bases, Err: err}
}
