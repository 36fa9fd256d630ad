package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/internal/pki"
)

func tlsCommand() *cobra.Command {
	c := &cobra.Command{Use: "tls", Short: "Make the certificates of a cluster",
		Long: "Two commands make a working set for three nodes:\n\n" +
			"  meshfw tls ca   -dir tls\n" +
			"  meshfw tls cert -dir tls node1 node2 node3\n\n" +
			"Give each node ca.pem and its own two files, and keep ca-key.pem away from them: whoever has it can\n" +
			"make nodes. A certificate names its node; the cluster port checks that name."}
	c.AddCommand(tlsCACommand(), tlsCertCommand())
	return c
}

func tlsCACommand() *cobra.Command {
	var dir string
	var life time.Duration
	c := &cobra.Command{Use: "ca -dir DIR", Short: "Make the cluster's certificate authority", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := pki.NewCA(dir, life); err != nil {
				return err
			}
			return done(c, "%s/%s and %s/%s are made; next: meshfw tls cert -dir %s NODE...", dir, pki.CAFile, dir, pki.CAKeyFile, dir)
		}}
	c.Flags().StringVar(&dir, "dir", ".", "folder for the files")
	c.Flags().DurationVar(&life, "life", pki.DefaultCALife, "how long it is valid")
	return c
}

// madeCert is what was made for one node.
type madeCert struct {
	Node     string `json:"node"`
	CertFile string `json:"cert_file"`
	KeyFile  string `json:"key_file"`
}

func tlsCertCommand() *cobra.Command {
	var dir string
	var names []string
	var life time.Duration
	c := &cobra.Command{Use: "cert -dir DIR NODE...", Short: "Make or renew the certificates of nodes",
		Long: "Makes NODE.pem and NODE-key.pem for each node. With -name, more host names and IP addresses are put\n" +
			"into each certificate, so that it serves HTTPS under them as well. Files that are there are replaced;\n" +
			"a running node takes the new ones at SIGHUP.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, nodes []string) error {
			made := make([]madeCert, 0, len(nodes))
			for _, n := range nodes {
				if err := pki.NewCert(dir, pki.Request{Name: n, Names: names, Life: life}); err != nil {
					return err
				}
				made = append(made, madeCert{n, pki.CertFile(dir, n), pki.KeyFile(dir, n)})
			}
			return emit(c, map[string]any{"certificates": made}, func(t *table) {
				for _, m := range made {
					t.line("%s, %s", m.CertFile, m.KeyFile)
				}
			})
		}}
	c.Flags().StringVar(&dir, "dir", ".", "folder with the authority, and for the files")
	c.Flags().StringSliceVar(&names, "name", nil, "more host names and IP addresses, by commas or repeated")
	c.Flags().DurationVar(&life, "life", pki.DefaultCertLife, "how long they are valid")
	return c
}
