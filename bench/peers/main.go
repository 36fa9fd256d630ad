// Command peers runs the same debit in etcd (three nodes), PostgreSQL and Redis
// as the firewall's API does it, all on this machine, on loopback, taking turns.
// It starts what it measures and removes it at the end. PostgreSQL and Redis
// are left out, and said so, where they are not installed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

// batchShapes are what the batch route is asked for: callers, and reservations in
// each of their requests.
var batchShapes = [][2]int{{16, 64}, {4, 1024}}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "etcd" {
		runEtcd(os.Args[1:])
		return
	}
	binary := flag.String("meshfw", "bin/meshfw", "the firewall's binary")
	dir := flag.String("dir", "", "write below this directory (default: the system's for temporary files)")
	duration := flag.Duration("duration", 6*time.Second, "of each system at each number of callers")
	callers := flag.String("callers", "1,64,256", "how many callers at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *dir, *duration, *callers); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// system is one of the things compared, running.
type system struct {
	name   string
	caller func(i int) bench.Operation
	end    func() error
}

func run(ctx context.Context, binary, dir string, duration time.Duration, callers string) (err error) {
	var counts []int
	for _, s := range strings.Split(callers, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return fmt.Errorf("callers %q: want whole numbers with commas between them", callers)
		}
		counts = append(counts, n)
	}
	host, err := bench.NewHost(binary, dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Close()) }()
	cluster, err := host.ServerCluster(ctx, "http://127.0.0.1:9")
	if err != nil {
		return err
	}
	client := bench.NewHTTPClient(1024)
	list := []system{{name: "meshfw", caller: func(i int) bench.Operation { return bench.NewAPICaller(client, cluster.API(i), i, false).Do }}}
	for _, start := range []func(context.Context, *bench.Host) (system, error){startEtcd, startPostgres, startRedis} {
		s, err := start(ctx, host)
		if errors.Is(err, errNotInstalled) {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.end()) }()
		list = append(list, s)
	}
	progress := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "SYSTEM\tCALLERS\tDEBITS/S\tP50 MS\tP99 MS\tMESHFW IS")
	for _, n := range counts {
		var peers []bench.Peer
		for _, s := range list {
			peers = append(peers, bench.Peer{Name: s.name, Callers: n, Caller: s.caller})
		}
		if n == counts[len(counts)-1] {
			for _, b := range batchShapes {
				peers = append(peers, bench.Peer{Name: fmt.Sprintf("meshfw, batch route, %d in a request", b[1]), Callers: b[0], Size: b[1],
					Caller: func(i int) bench.Operation { return bench.NewBatchCaller(client, cluster.API(i), i, b[1]) }})
			}
		}
		cases, err := bench.Compare(ctx, duration, progress, peers)
		if err != nil {
			return err
		}
		var redis float64 // what the batch route is held against
		for i, c := range cases {
			compared := ""
			switch {
			case i >= len(list):
				if redis > 0 {
					compared = fmt.Sprintf("%.2f times Redis", c.OperationsPerSecond/redis)
				}
			case i > 0:
				compared = fmt.Sprintf("%.2f times", cases[0].OperationsPerSecond/c.OperationsPerSecond)
				if c.Name == redisName {
					redis = c.OperationsPerSecond
				}
			}
			fmt.Fprintf(out, "%s\t%d\t%.0f\t%.3f\t%.3f\t%s\n", c.Name, c.Callers, c.OperationsPerSecond, c.P50MS, c.P99MS, compared)
		}
	}
	return out.Flush()
}

var errNotInstalled = errors.New("not installed")
