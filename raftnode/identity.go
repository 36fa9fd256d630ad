package raftnode

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
)

// server names one node of a bootstrap list.
type server struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

// identity is what identity.json holds: who this data directory belongs to.
type identity struct {
	Name        string   `json:"name"`
	Incarnation string   `json:"incarnation"`
	ClusterID   string   `json:"cluster_id,omitempty"`
	List        []server `json:"bootstrap,omitempty"` // the bootstrap list this node published
}

// serverID is the name with the incarnation: a wiped node is somebody else.
func (i identity) serverID() string { return i.Name + "." + i.Incarnation }

// nameOf is the name within a server id.
func nameOf(serverID string) string {
	if i := strings.LastIndexByte(serverID, '.'); i > 0 {
		return serverID[:i]
	}
	return serverID
}

// openIdentity reads identity.json, or makes it at the first start.
func openIdentity(dir, name string) (identity, error) {
	path := filepath.Join(dir, "identity.json")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		bolt, berr := hasLog(dir, LogStoreBolt)
		segments, serr := hasLog(dir, LogStoreWAL)
		if err := errors.Join(berr, serr); err != nil {
			return identity{}, fmt.Errorf("read identity: %w", err)
		}
		if bolt || segments {
			return identity{}, fmt.Errorf("%s: there is a log but no identity.json; restore the file or start with an empty directory", dir)
		}
		var r [8]byte
		if _, err := rand.Read(r[:]); err != nil {
			return identity{}, fmt.Errorf("random incarnation: %w", err)
		}
		id := identity{Name: name, Incarnation: hex.EncodeToString(r[:])}
		return id, id.save(dir)
	}
	if err != nil {
		return identity{}, fmt.Errorf("read identity: %w", err)
	}
	var id identity
	if err := json.Unmarshal(b, &id); err != nil {
		return identity{}, fmt.Errorf("read %s: %w", path, err)
	}
	if id.Name != name {
		return identity{}, fmt.Errorf("%s belongs to node %q, not %q; use its name or another directory", path, id.Name, name)
	}
	if id.Incarnation == "" {
		return identity{}, fmt.Errorf("%s names no incarnation; restore the file or start with an empty directory", path)
	}
	return id, nil
}

func (i identity) save(dir string) error {
	b, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return fmt.Errorf("encode identity: %w", err)
	}
	return writeSynced(filepath.Join(dir, "identity.json"), append(b, '\n'))
}

// writeSynced replaces the file at path by b, whole or not at all; it is there after
// a power loss.
func writeSynced(path string, b []byte) error {
	if err := wholefile.Write(path, b); err != nil {
		return err
	}
	return wholefile.SyncDir(filepath.Dir(path))
}

// sortServers puts a list into the one order all nodes write it in.
func sortServers(l []server) { sort.Slice(l, func(a, b int) bool { return l[a].ID < l[b].ID }) }

// clusterIDOf derives a new cluster's id from its first members; their
// incarnations are random, so it is unique.
func clusterIDOf(l []server) string {
	h := sha256.New()
	for _, s := range l {
		_, _ = h.Write([]byte(s.ID + "\n")) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
