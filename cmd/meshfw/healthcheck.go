package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// healthcheckTimeout is shorter than what container engines allow a check.
const healthcheckTimeout = 2 * time.Second

// healthcheckCommand is for container engines: an image with nothing but this
// binary has no curl.
func healthcheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Exit with 0 if the node is alive (for container engines)",
		Long: "Asks the node at -addr or MESHFW_ADDR (default " + defaultAddr + ") for /livez; of several, one that is alive\n" +
			"is enough. /livez never depends on a quorum: a node that waits for the others is alive.",
		Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			secure, err := tlsOf(c)
			if err != nil {
				return err
			}
			if err := healthcheck(c.Context(), cl.Addresses(), secure); err != nil || !asJSON(c) {
				return err
			}
			return writeJSON(c.OutOrStdout(), map[string]any{"alive": true})
		}),
	}
}

// healthcheck asks all at once; nil when one is alive.
func healthcheck(ctx context.Context, bases []string, secure *tls.Config) error {
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	hc := &http.Client{Transport: &http.Transport{TLSClientConfig: secure}}
	answers := make(chan error, len(bases))
	for _, base := range bases {
		go func() { answers <- alive(ctx, hc, base) }()
	}
	var all error
	for range bases {
		err := <-answers
		if err == nil {
			return nil
		}
		all = errors.Join(all, err)
	}
	return fmt.Errorf("healthcheck: %w", all)
}

func alive(ctx context.Context, hc *http.Client, base string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/livez", nil)
	if err != nil {
		return err
	}
	res, err := hc.Do(r)
	if err != nil {
		return fmt.Errorf("no node answers: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 512)) // only for the message
		return fmt.Errorf("%s/livez answered %s: %s", base, res.Status, b)
	}
	return nil
}
