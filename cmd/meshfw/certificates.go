package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// certificates are a listener's TLS settings as its files were last read.
type certificates struct {
	read    func() (*tls.Config, error)
	current atomic.Pointer[tls.Config]
}

func newCertificates(read func() (*tls.Config, error)) (*certificates, error) {
	c := &certificates{read: read}
	return c, c.reload()
}

// reload reads the files again; what was read before stays where that fails.
func (c *certificates) reload() error {
	t, err := c.read()
	if err == nil {
		c.current.Store(t)
	}
	return err
}

// server is what a listener uses: connections take what was read last.
func (c *certificates) server() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current.Load(), nil }}
}

// both is what was read last, for either side of a connection.
func (c *certificates) both() (server, client *tls.Config) {
	t := c.current.Load()
	return t, t
}

var descNotAfter = prometheus.NewDesc("meshfw_certificate_not_after_seconds",
	"Until when the certificate of a listener (http, cluster) is valid, seconds since the Unix epoch.", []string{"listener"}, nil)

// Describe names the series.
func (d *doors) Describe(out chan<- *prometheus.Desc) { out <- descNotAfter }

// Collect tells of the certificates as they were last read: those of a cluster
// are mostly made on one day, and end on one.
func (d *doors) Collect(out chan<- prometheus.Metric) {
	for name, c := range map[string]*certificates{"http": d.certificates, "cluster": d.cluster} {
		if c != nil {
			until := c.current.Load().Certificates[0].Leaf.NotAfter
			out <- prometheus.MustNewConstMetric(descNotAfter, prometheus.GaugeValue, float64(until.Unix()), name)
		}
	}
}

// httpCertificates reads http.tls.
func httpCertificates(t *config.HTTPTLS) func() (*tls.Config, error) {
	return func() (*tls.Config, error) {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("http.tls: %w", err)
		}
		out := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}}
		if t.ClientCA != "" {
			if out.ClientCAs, err = pool(t.ClientCA); err != nil {
				return nil, fmt.Errorf("http.tls.client_ca: %w", err)
			}
			out.ClientAuth = tls.RequireAndVerifyClientCert
		}
		return out, nil
	}
}

// clusterCertificates reads cluster.tls: both sides show a certificate of the
// cluster's own CA. The same settings serve both sides.
func clusterCertificates(t *config.ClusterTLS) func() (*tls.Config, error) {
	return func() (*tls.Config, error) {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("cluster.tls: %w", err)
		}
		ca, err := pool(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("cluster.tls.ca_file: %w", err)
		}
		return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair},
			RootCAs: ca, ClientCAs: ca, ClientAuth: tls.RequireAndVerifyClientCert}, nil
	}
}

func pool(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	out := x509.NewCertPool()
	if !out.AppendCertsFromPEM(text) {
		return nil, errors.New(file + " holds no certificate in PEM form")
	}
	return out, nil
}
