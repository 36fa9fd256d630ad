package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// defaultAddr is where a node listens by itself.
const defaultAddr = "127.0.0.1:8000"

// remoteFlags are the flags of all commands that ask a node.
func remoteFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.String("addr", "", "nodes to ask, host:port or URL, several with commas (MESHFW_ADDR; default "+defaultAddr+")")
	f.String("token", "", "firewall key or admin token (MESHFW_TOKEN)")
	f.String("token-file", "", "file that holds it (MESHFW_TOKEN_FILE)")
	f.String("ca-file", "", "certificates of the CA of https nodes (MESHFW_CA_FILE)")
	f.String("client-cert-file", "", "certificate to show to https nodes (MESHFW_CLIENT_CERT_FILE)")
	f.String("client-key-file", "", "its key (MESHFW_CLIENT_KEY_FILE)")
	f.Bool("json", false, "print JSON")
}

// setting is a flag's value, or that of its variable.
func setting(c *cobra.Command, flag string) string {
	if v, err := c.Flags().GetString(flag); err == nil && v != "" {
		return v
	}
	return os.Getenv("MESHFW_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
}

// addresses are the nodes to ask.
func addresses(c *cobra.Command) string {
	if a := setting(c, "addr"); a != "" {
		return a
	}
	return defaultAddr
}

// connect returns a client of the nodes that the flags name.
func connect(c *cobra.Command) (*client.Client, error) { return connectTo(c, addresses(c)) }

// asking is what a command runs that asks the nodes which the flags name.
func asking(run func(c *cobra.Command, cl *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		cl, err := connect(c)
		if err != nil {
			return err
		}
		return run(c, cl, args)
	}
}

// connectTo is connect for other addresses than those of the flags.
func connectTo(c *cobra.Command, addrs string) (*client.Client, error) {
	token, err := tokenOf(c)
	if err != nil {
		return nil, err
	}
	secure, err := tlsOf(c)
	if err != nil {
		return nil, err
	}
	cl, err := client.New(addrs, client.Options{Token: token, TLS: secure})
	if err != nil {
		return nil, usageError{err}
	}
	return cl, nil
}

// tokenOf is the credential: a flag's before a variable's, so that who names a
// file on the line does not act under the key of the environment.
func tokenOf(c *cobra.Command) (string, error) {
	path, err := c.Flags().GetString("token-file")
	if t := setting(c, "token"); t != "" && (err != nil || path == "" || c.Flags().Changed("token")) {
		return t, nil
	}
	if path = setting(c, "token-file"); path == "" {
		return "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("token-file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

func tlsOf(c *cobra.Command) (*tls.Config, error) {
	ca, cert, key := setting(c, "ca-file"), setting(c, "client-cert-file"), setting(c, "client-key-file")
	if ca == "" && cert == "" && key == "" {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca != "" {
		var err error
		if out.RootCAs, err = pool(ca); err != nil {
			return nil, fmt.Errorf("ca-file: %w", err)
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("client-cert-file and client-key-file: %w", err)
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// explainError adds to an error what to do about it.
func explainError(err error) string {
	text := err.Error()
	var gone *client.UnreachableError
	var answer *client.Error
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &gone):
		return text + "\n  Start one with: meshfw server -config FILE   (to try things out: meshfw dev)\n" +
			"  Or name where it is with -addr HOST:PORT or MESHFW_ADDR."
	case errors.As(err, &unknown):
		return text + "\n  Name the CA that signed the node's certificate with -ca-file or MESHFW_CA_FILE."
	case errors.Is(err, http.ErrSchemeMismatch):
		return text + "\n  The node speaks plain HTTP: give its address without https://."
	case !errors.As(err, &answer):
		return text
	case answer.Code == "live_cluster":
		return text + "\n  With -force it is replaced all the same."
	case answer.Status == http.StatusUnauthorized:
		return text + "\n  Give a key with -token or MESHFW_TOKEN, or its file with -token-file."
	case answer.Status == http.StatusForbidden:
		return text + "\n  Use a key of a role that may do this."
	case strings.Contains(answer.Detail, "HTTP request to an HTTPS server"):
		return text + "\n  The node speaks TLS: give its address as https://HOST:PORT."
	}
	return text
}
