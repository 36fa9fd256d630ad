package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

// debitScript checks three counters, adds to them, and keeps a hold.
var debitScript = redis.NewScript(`
for i = 1, 3 do
  local spent = tonumber(redis.call('HGET', KEYS[i], 'spent') or '0')
  if spent + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return 0 end
end
for i = 1, 3 do redis.call('HINCRBY', KEYS[i], 'spent', ARGV[1]) end
redis.call('SET', KEYS[4], ARGV[1], 'EX', 60)
return 1`)

const redisName = "Redis, 1 node, fsync always"

// startRedis starts one server that syncs every write.
func startRedis(ctx context.Context, h *bench.Host) (system, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return system{}, fmt.Errorf("redis-server: %w: apt-get install redis-server", errNotInstalled)
	}
	ports, err := bench.FreeAddresses(1)
	if err != nil {
		return system{}, err
	}
	host, port, err := net.SplitHostPort(ports[0])
	if err != nil {
		return system{}, err
	}
	dir := filepath.Join(h.Dir, "redis")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return system{}, err
	}
	p, err := h.Start("redis-server", program, []string{"--bind", host, "--port", port, "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always"}, nil)
	if err != nil {
		return system{}, err
	}
	c := redis.NewClient(&redis.Options{Addr: ports[0], PoolSize: 1024, PoolTimeout: time.Minute})
	if err := h.Until(ctx, p, "Redis", func() bool { return c.Ping(ctx).Err() == nil }); err != nil {
		return system{}, err
	}
	return system{redisName, func(i int) bench.Operation {
		next := i
		return func(ctx context.Context) error {
			next += 7
			keys := []string{"global", "user:" + strconv.Itoa(next%100), "agent:" + strconv.Itoa(next%1000), "hold:" + uuid.NewString()}
			ok, err := debitScript.Run(ctx, c, keys, 1, int64(1)<<50).Int()
			if err == nil && ok != 1 {
				err = errors.New("redis: refused")
			}
			return err
		}
	}, c.Close}, nil
}
