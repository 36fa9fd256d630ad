package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// adminTokenFile, in the data directory, holds the token that the first leader
// makes when the config has none.
const adminTokenFile = "admin-token"

const adminTokenPoll = time.Second

// adminKey mints the bootstrap admin's key and writes its secret to a file that
// only this user reads. The ledger gets the hash alone.
func adminKey(dir string, log hclog.Logger) (fsm.Key, error) {
	secret, err := auth.NewSecret()
	if err != nil {
		return fsm.Key{}, err
	}
	path := filepath.Join(dir, adminTokenFile)
	if err := writeSecret(path, secret); err != nil {
		return fsm.Key{}, fmt.Errorf("admin token: %w", err)
	}
	log.Info("an admin token was made; read it on this machine, and keep it safe", "file", path)
	hash := auth.Hash(secret)
	return fsm.Key{ID: auth.AdminID, Name: "admin", Role: fsm.RoleAdmin, Hash: hash[:]}, nil
}

// writeSecret replaces the file as a whole, so that nobody finds half a token.
func writeSecret(path, secret string) error { return wholefile.Write(path, []byte(secret+"\n")) }

// keepAdmin gives a cluster that has no admin one, when this node leads it: one
// that was open before, or whose ledger was replaced by the snapshot of a cluster
// that had its admin's token in the config.
func keepAdmin(ctx context.Context, cfg *config.Config, node *raftnode.Node, log hclog.Logger) {
	ledger := node.Ledger()
	known := true // this node's file holds a token that the cluster knows
	for ; ctx.Err() == nil; sleep(ctx, adminTokenPoll) {
		if !ledger.Seeded() {
			continue
		}
		if hasAdmin(ledger) {
			was := known
			if known = !staleToken(cfg.Node.DataDir, ledger); was && !known {
				log.Warn("this file holds a token that the cluster does not know; remove it", "file", filepath.Join(cfg.Node.DataDir, adminTokenFile))
			}
			continue
		}
		if st := node.Status(); st.State != "Leader" || !st.Ready {
			continue
		}
		key, err := adminKey(cfg.Node.DataDir, log)
		if err == nil {
			_, err = node.Submit(ctx, &fsm.PutKey{Key: key, IfVersion: new(int64), Actor: fsm.Actor{Name: cfg.Node.ID}})
		}
		if err != nil {
			log.Warn("the admin token was not stored; it is tried again", "error", err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// hasAdmin tells whether an admin was ever made. A revoked bootstrap token
// counts: somebody wanted it gone.
func hasAdmin(ledger *fsm.Machine) bool {
	if _, ok := ledger.Key(auth.AdminID); ok {
		return true
	}
	keys, _ := ledger.Keys("", 0)
	for _, k := range keys {
		if k.Role == fsm.RoleAdmin && !k.Revoked {
			return true
		}
	}
	return false
}

// staleToken tells whether a node has a token file that opens nothing: another
// leader's seed came first, the token was rotated, or a snapshot was restored.
func staleToken(dir string, ledger *fsm.Machine) bool {
	text, err := os.ReadFile(filepath.Join(dir, adminTokenFile))
	if err != nil {
		return false // there is none
	}
	k, ok := ledger.KeyByHash(auth.Hash(strings.TrimSpace(string(text))))
	return !ok || k.Revoked
}
