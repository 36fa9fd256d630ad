package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
)

// healthcheckTimeout is shorter than what container engines allow a check.
const healthcheckTimeout = 2 * time.Second

// healthcheckCommand is for container engines: an image with nothing but this
// binary has no curl.
func healthcheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Exit with 0 if the node on this machine is alive (for container engines)",
		Long: "Asks the node at MESHFW_ADDR (default http://127.0.0.1:8000) for /livez. That never depends on a\n" +
			"quorum: a node that waits for the others is alive.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			addr := os.Getenv("MESHFW_ADDR")
			if addr == "" {
				addr = "http://127.0.0.1:8000"
			}
			return healthcheck(c.Context(), addr)
		},
	}
}

func healthcheck(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, addr+"/livez", nil)
	if err != nil {
		return fmt.Errorf("healthcheck: MESHFW_ADDR %q: %w", addr, err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("healthcheck: no node answers: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 512)) // only for the message
		return fmt.Errorf("healthcheck: %s/livez answered %s: %s", addr, res.Status, b)
	}
	return nil
}
