package main

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand writes the manual pages, for packages.
func manCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "man -dir DIR", Short: "Write the manual pages into a directory", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return usageError{errors.New("man: -dir is missing")}
			}
			if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // manual pages are for everyone
				return err
			}
			root := rootCommand()
			root.DisableAutoGenTag = true // the same pages from the same source
			made := time.Unix(0, 0).UTC()
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "meshfw " + version, Manual: "meshfw", Date: &made}, dir)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "where the pages go")
	return c
}
