package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

// The rows: every debit takes one of each kind, so the organisations are hot.
const schema = `
CREATE TABLE budget (id text PRIMARY KEY, spent bigint NOT NULL DEFAULT 0, most bigint NOT NULL);
CREATE TABLE hold (id uuid PRIMARY KEY, amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO budget SELECT 'org' || i, 0, 1::bigint << 50 FROM generate_series(0, 9) i;
INSERT INTO budget SELECT 'team' || i, 0, 1::bigint << 50 FROM generate_series(0, 99) i;
INSERT INTO budget SELECT 'key' || i, 0, 1::bigint << 50 FROM generate_series(0, 999) i;
CREATE FUNCTION debit(org text, team text, key text, amount bigint, hold uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE b text;
BEGIN
  FOREACH b IN ARRAY ARRAY[org, team, key] LOOP
    UPDATE budget SET spent = spent + amount WHERE id = b AND spent + amount <= most;
    IF NOT FOUND THEN RAISE EXCEPTION 'over the limit of %', b; END IF;
  END LOOP;
  INSERT INTO hold (id, amount) VALUES (hold, amount);
  RETURN true;
END $$;`

// startPostgres starts one server with its own defaults but shared_buffers.
func startPostgres(ctx context.Context, h *bench.Host) (system, error) {
	bin := postgresBin()
	if bin == "" {
		return system{}, fmt.Errorf("postgresql: %w: apt-get install postgresql", errNotInstalled)
	}
	dir, err := os.MkdirTemp(filepath.Dir(h.Dir), "meshfw-bench-postgres-")
	if err != nil {
		return system{}, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	s, err := startPostgresIn(ctx, h, bin, dir)
	if err != nil {
		return s, errors.Join(err, remove())
	}
	pool := s.end
	s.end = func() error { return errors.Join(pool(), remove()) }
	return s, nil
}

func startPostgresIn(ctx context.Context, h *bench.Host, bin, dir string) (system, error) {
	as, err := notRoot(dir)
	if err != nil {
		return system{}, err
	}
	data := filepath.Join(dir, "data")
	init := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--locale=C")
	as(init)
	if out, err := init.CombinedOutput(); err != nil {
		return system{}, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	ports, err := bench.FreeAddresses(1)
	if err != nil {
		return system{}, err
	}
	host, port, err := net.SplitHostPort(ports[0])
	if err != nil {
		return system{}, err
	}
	// Its fast shutdown is SIGINT; SIGTERM waits for the sessions, which the pool ends first.
	old := h.Tie
	h.Tie = as
	p, err := h.Start("postgres", filepath.Join(bin, "postgres"), []string{"-D", data, "-h", host, "-p", port, "-k", dir,
		"-c", "shared_buffers=256MB", "-c", "max_connections=400"}, nil)
	h.Tie = old
	if err != nil {
		return system{}, err
	}
	config, err := pgxpool.ParseConfig(fmt.Sprintf("postgres://bench@%s/postgres?pool_max_conns=300", ports[0]))
	if err != nil {
		return system{}, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return system{}, err
	}
	if err := h.Until(ctx, p, "PostgreSQL", func() bool { return pool.Ping(ctx) == nil }); err != nil {
		return system{}, err
	}
	if _, err := pool.Exec(ctx, schema); err != nil {
		return system{}, fmt.Errorf("postgresql: %w", err)
	}
	return system{"PostgreSQL, 1 node", func(i int) bench.Operation {
		next := i
		return func(ctx context.Context) error {
			next += 7
			_, err := pool.Exec(ctx, "SELECT debit($1, $2, $3, 1, $4)", "org"+strconv.Itoa(next%10), "team"+strconv.Itoa(next%100), "key"+strconv.Itoa(next%1000), uuid.New())
			return err
		}
	}, func() error { pool.Close(); return h.End(p) }}, nil
}

// postgresBin is where the server's programs are; "": not installed.
func postgresBin() string {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dir := strings.TrimSpace(string(out))
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

// notRoot returns what makes a command run as a user that PostgreSQL accepts,
// and gives that user the directory.
func notRoot(dir string) (func(*exec.Cmd), error) {
	if os.Geteuid() != 0 {
		return func(*exec.Cmd) {}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return func(c *exec.Cmd) {
		c.Dir = dir
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}, nil
}
