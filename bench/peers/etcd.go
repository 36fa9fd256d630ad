package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"go.uber.org/zap"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

const (
	etcdNodes       = 3
	etcdConnections = 8
	etcdKeys        = 1000
	etcdValueBytes  = 128
)

// runEtcd is one etcd server with its own defaults.
func runEtcd(args []string) { etcdmain.Main(args) }

// startEtcd starts three servers. A debit is a transaction that compares a value
// and puts one: the least that a debit would cost there, for etcd cannot add.
func startEtcd(ctx context.Context, h *bench.Host) (system, error) {
	ports, err := bench.FreeAddresses(2 * etcdNodes)
	if err != nil {
		return system{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return system{}, err
	}
	var members []string
	for i := range etcdNodes {
		members = append(members, fmt.Sprintf("etcd%d=http://%s", i, ports[etcdNodes+i]))
	}
	for i := range etcdNodes {
		name, client, peer := fmt.Sprintf("etcd%d", i), "http://"+ports[i], "http://"+ports[etcdNodes+i]
		if _, err := h.Start(name, self, []string{"etcd", "--name", name, "--data-dir", filepath.Join(h.Dir, name), "--listen-client-urls", client,
			"--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
			"--initial-cluster", strings.Join(members, ","), "--initial-cluster-state", "new", "--log-level", "error"}, nil); err != nil {
			return system{}, err
		}
	}
	var clients []*clientv3.Client
	end := func() error {
		for _, c := range clients {
			_ = c.Close() // the servers end next
		}
		return nil
	}
	for i := range etcdConnections {
		c, err := clientv3.New(clientv3.Config{Endpoints: []string{ports[i%etcdNodes]}, DialTimeout: 10 * time.Second, Logger: zap.NewNop()})
		if err != nil {
			return system{}, err
		}
		clients = append(clients, c)
	}
	value := strings.Repeat("1", etcdValueBytes)
	for i := range etcdKeys {
		try, cancel := context.WithTimeout(ctx, 30*time.Second)
		_, err := clients[i%etcdConnections].Put(try, etcdKey(i), value)
		cancel()
		if err != nil {
			return system{}, fmt.Errorf("etcd: %w", err)
		}
	}
	return system{"etcd, 3 nodes", func(i int) bench.Operation {
		c, next := clients[i%etcdConnections], i
		return func(ctx context.Context) error {
			next += 7
			key := etcdKey(next)
			res, err := c.Txn(ctx).If(clientv3.Compare(clientv3.Value(key), "<", "2")).Then(clientv3.OpPut(key, value)).Commit()
			if err == nil && !res.Succeeded {
				err = fmt.Errorf("etcd: %s was not below its limit", key)
			}
			return err
		}
	}, end}, nil
}

func etcdKey(i int) string { return fmt.Sprintf("account/%04d", i%etcdKeys) }
