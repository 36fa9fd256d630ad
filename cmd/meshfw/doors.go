package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/netutil"

	"github.com/mesh-cost-firewall/meshfw/api/proxy"
	"github.com/mesh-cost-firewall/meshfw/config"
)

// doors are the listeners of a node's HTTP side, and their certificates.
type doors struct {
	http, admin  net.Listener  // admin is nil where the API shares the listener
	certificates *certificates // of HTTP; nil: plain text
	cluster      *certificates // of the cluster port; nil: plain text
	servers      []*http.Server
}

// openDoors reads the certificates and takes the ports.
func openDoors(cfg *config.Config) (*doors, error) {
	d := &doors{}
	var err error
	if t := cfg.HTTP.TLS; t != nil {
		if d.certificates, err = newCertificates(httpCertificates(t)); err != nil {
			return nil, err
		}
	}
	if t := cfg.Cluster.TLS; t != nil {
		if d.cluster, err = newCertificates(clusterCertificates(t)); err != nil {
			return nil, err
		}
	}
	if d.http, err = d.listen("http", cfg.HTTP.Listen, cfg.HTTP.MaxConnections); err != nil {
		return nil, err
	}
	if cfg.Admin != nil {
		if d.admin, err = d.listen("admin", cfg.Admin.Listen, cfg.HTTP.MaxConnections); err != nil {
			return nil, errors.Join(err, d.http.Close())
		}
	}
	return d, nil
}

// listen takes a port and bounds its connections.
func (d *doors) listen(name, address string, connections int64) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: listen: %w", name, err)
	}
	l = netutil.LimitListener(l, int(connections))
	if d.certificates != nil {
		l = tls.NewListener(l, d.certificates.server())
	}
	return l, nil
}

// serve starts serving, with wrap around each handler; the channel gets the
// first failure. What net/http has to say, such as of clients that cannot agree
// on TLS, is logged at debug: strangers can make it say much.
func (d *doors) serve(cfg *config.Config, h handlers, wrap func(http.Handler) http.Handler, log hclog.Logger) <-chan error {
	failed := make(chan error, 2)
	start := func(l net.Listener, handler http.Handler) {
		s := &http.Server{Handler: wrap(handler), ReadHeaderTimeout: cfg.HTTP.HeaderTimeout, IdleTimeout: cfg.HTTP.IdleTimeout,
			MaxHeaderBytes: int(cfg.HTTP.MaxHeaderBytes),
			ErrorLog:       log.Named("http").StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug})}
		d.servers = append(d.servers, s)
		go func() { failed <- s.Serve(l) }()
	}
	if d.admin == nil {
		start(d.http, h.api.Handler())
		return failed
	}
	start(d.http, h.api.ProxyHandler())
	start(d.admin, h.api.AdminHandler())
	return failed
}

// shutdown lets calls under way end.
func (d *doors) shutdown(ctx context.Context) error {
	var errs []error
	for _, s := range d.servers {
		errs = append(errs, s.Shutdown(ctx))
	}
	return errors.Join(errs...)
}

func (d *doors) close() error {
	var errs []error
	for _, s := range d.servers {
		errs = append(errs, s.Close())
	}
	for _, l := range []net.Listener{d.http, d.admin} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// reload takes certificates as their files are now.
func (d *doors) reload() error {
	var errs []error
	for _, c := range []*certificates{d.certificates, d.cluster} {
		if c != nil {
			errs = append(errs, c.reload())
		}
	}
	return errors.Join(errs...)
}

// reloadOnHangup takes what may change while a node runs, at each SIGHUP:
// certificates, provider blocks with their keys, the level of the log. What
// cannot be used is logged, and what was there stays.
func reloadOnHangup(ctx context.Context, load func() (*config.Config, error), d *doors, calls *proxy.Proxy, log hclog.Logger) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		cfg, err := load()
		if err == nil {
			log.SetLevel(hclog.LevelFromString(cfg.Log.Level))
			err = errors.Join(d.reload(), setProviders(calls, cfg))
		}
		if err != nil {
			log.Error("reload failed; what was loaded before stays", "error", err)
			continue
		}
		log.Info("reloaded certificates, providers and log level", "level", cfg.Log.Level)
	}
}

// setProviders swaps the provider blocks; calls under way keep theirs.
func setProviders(calls *proxy.Proxy, cfg *config.Config) error {
	list, err := providersOf(cfg)
	if err != nil {
		return err
	}
	return calls.SetProviders(list)
}
