package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
)

func mockProviderCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "mock-provider",
		Short: "Run a stand-in for the LLM providers, for trying and testing",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := mockprovider.New(mockprovider.Config{})
			if err != nil {
				return err
			}
			if err := s.Listen(listen); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "stand-in provider at", s.URL())
			stop := context.AfterFunc(c.Context(), func() { _ = s.Close() })
			defer stop()
			if err := s.Serve(); err != nil && !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:9009", "host:port to listen on")
	return c
}
