package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

const mediaSnapshot = "application/octet-stream"

// saveSnapshot streams the ledger as one checksummed file.
func (s *Server) saveSnapshot(c echo.Context) error {
	r, info, err := s.o.Node.Snapshot(c.Request().Context())
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only, and what was sent is checksummed
	h := c.Response().Header()
	setIndex(c, info.Index)
	h.Set(echo.HeaderContentDisposition, `attachment; filename="meshfw-`+time.Now().UTC().Format("20060102T150405Z")+`.snap"`)
	h.Set("Cache-Control", "no-store")
	if info.Bytes > 0 {
		h.Set(echo.HeaderContentLength, strconv.FormatInt(info.Bytes, 10))
	}
	return c.Stream(http.StatusOK, mediaSnapshot, r)
}

// restoreSnapshot replaces the ledger by a saved one.
func (s *Server) restoreSnapshot(c echo.Context) error {
	force := c.QueryParam("force")
	if force != "" && force != "true" && force != "false" {
		return badInput("force: want true or false", "")
	}
	r := c.Request()
	if media := r.Header.Get(echo.HeaderContentType); media != mediaSnapshot {
		return problem(http.StatusUnsupportedMediaType, "unsupported_media", "the body must be a snapshot file", "send Content-Type: "+mediaSnapshot)
	}
	if r.ContentLength == 0 {
		return badInput("the body is empty", "send what GET /api/v1/cluster/snapshot or meshfw snapshot save gave")
	}
	body := &remembering{r: http.MaxBytesReader(c.Response(), r.Body, maxSnapshot)}
	err := s.o.Node.Restore(r.Context(), body, force == "true")
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(body.err, &tooLarge):
		return problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the snapshot is larger than %d GiB", maxSnapshot>>30), "")
	case body.err != nil:
		return badInput("the snapshot broke off", "send it again")
	case err != nil:
		return err
	}
	setIndex(c, s.o.Ledger.AppliedIndex())
	return reply(c, http.StatusOK, map[string]any{"restored": true})
}

// remembering keeps the client's failure apart from the node's.
type remembering struct {
	r   io.Reader
	err error
}

func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
