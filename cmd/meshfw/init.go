package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/internal/pki"
)

// imageUser is the user that the image's nodes run as.
const imageUser = 65532

// initCommand makes what a cluster of containers shares before its first
// start.
func initCommand() *cobra.Command {
	var dir string
	var nodes []string
	var show bool
	c := &cobra.Command{Use: "init -dir DIR -nodes NODE,NODE,...", Short: "Make certificates and the admin token of a cluster, once",
		Long: "Makes in DIR a certificate authority, a certificate for each node and an admin token. What is there\n" +
			"stays, so it may run before every start. Run as root, as containers on a new volume do, it gives the files\n" +
			"to the image's user (65532).",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return usageError{errors.New("init: -dir is missing: name a folder for the files")}
			}
			if show {
				token, err := os.ReadFile(filepath.Join(dir, adminTokenFile))
				if err != nil {
					return fmt.Errorf("the admin token: %w; was `meshfw init` run on this folder?", err)
				}
				return emit(c, map[string]any{"token": strings.TrimSpace(string(token))}, func(t *table) { t.line("%s", strings.TrimSpace(string(token))) })
			}
			if len(nodes) == 0 {
				return usageError{errors.New("init: -nodes is missing: name the nodes, such as node1,node2,node3")}
			}
			if err := initFiles(dir, nodes); err != nil {
				return err
			}
			return done(c, "%s has the authority, certificates of %v and %s", dir, nodes, adminTokenFile)
		}}
	c.Flags().StringVar(&dir, "dir", "", "folder for the files")
	c.Flags().StringSliceVar(&nodes, "nodes", nil, "names of the nodes, by commas")
	c.Flags().BoolVar(&show, "print-token", false, "print the admin token that is there, and make nothing")
	return c
}

func initFiles(dir string, nodes []string) error {
	if err := pki.NewCA(dir, pki.DefaultCALife); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, n := range nodes {
		if _, err := os.Stat(pki.CertFile(dir, n)); err == nil {
			continue
		}
		if err := pki.NewCert(dir, pki.Request{Name: n, Names: []string{"localhost", "127.0.0.1"}, Life: pki.DefaultCertLife}); err != nil {
			return err
		}
	}
	if err := newToken(filepath.Join(dir, adminTokenFile)); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, imageUser, imageUser) //nolint:gosec // the folder is the operator's own, and links are not followed
	})
}

// newToken writes an admin token, unless there is one.
func newToken(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	token, err := auth.NewSecret()
	if err != nil {
		return err
	}
	return writeSecret(path, token)
}
