package bench

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Usage is what processes used since they started.
type Usage struct {
	CPU         float64 // seconds; 0 where the system does not tell
	Bytes       float64 // allocated on the heap
	Allocations float64
}

// series are the names of a process's metrics that make its Usage.
var series = map[string]func(*Usage) *float64{
	"process_cpu_seconds_total":     func(u *Usage) *float64 { return &u.CPU },
	"go_memstats_alloc_bytes_total": func(u *Usage) *float64 { return &u.Bytes },
	"go_memstats_mallocs_total":     func(u *Usage) *float64 { return &u.Allocations },
}

// usageOf adds up what the processes at these base URLs used.
func usageOf(ctx context.Context, urls []string) (Usage, error) {
	var sum Usage
	for _, u := range urls {
		if err := scrape(ctx, u+"/metrics", &sum); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func scrape(ctx context.Context, url string, sum *Usage) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, res.Status)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		field, wanted := series[name]
		if !ok || !wanted {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("GET %s: %s: %w", url, name, err)
		}
		*field(sum) += v
	}
	return lines.Err()
}

func (u Usage) since(o Usage) Usage {
	return Usage{u.CPU - o.CPU, u.Bytes - o.Bytes, u.Allocations - o.Allocations}
}

func (u *Usage) add(o Usage) {
	u.CPU, u.Bytes, u.Allocations = u.CPU+o.CPU, u.Bytes+o.Bytes, u.Allocations+o.Allocations
}
