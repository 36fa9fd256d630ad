package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profile takes a CPU profile of the first watched process during one turn of
// an arm; what it returns is told when it is done.
func (r *runner) profile(ctx context.Context, a *arm, turn int, d time.Duration) <-chan error {
	done := make(chan error, 1)
	if r.Profiles == "" || turn != slicesOfCase-1 || d < time.Second || len(a.watch) == 0 {
		done <- nil
		return done
	}
	go func() {
		url := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", a.watch[0], int(d.Seconds()))
		done <- download(ctx, url, filepath.Join(r.Profiles, fmt.Sprintf("%s-%s-%d.pprof", r.part, a.name, a.callers)))
	}()
	return done
}

func download(ctx context.Context, url, path string) error {
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
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, res.Body); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}
