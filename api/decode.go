package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"
)

// body reads the request's JSON body, at most what its route takes.
func body(c echo.Context) ([]byte, error) {
	r := c.Request()
	media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return nil, problem(http.StatusUnsupportedMediaType, "unsupported_media", "the body must be JSON", "send Content-Type: application/json")
	}
	limit := maxSmall
	if rt, ok := c.Get(routeKey).(*route); ok {
		limit = rt.maxBody
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is larger than %d MiB", limit>>20), "")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, problem(http.StatusRequestTimeout, "slow_body", "the body did not come in time", "http.body_timeout bounds it")
	}
	if err != nil {
		return nil, badInput("the body could not be read", "")
	}
	return b, nil
}

// decode reads the request's body strictly into v and returns a hash of its
// canonical form, by which a repeated request is told from another one.
func decode(c echo.Context, v any) (hash [16]byte, err error) {
	b, err := body(c)
	if err != nil {
		return hash, err
	}
	return decodeBytes(b, v)
}

// decodeOptional is decode for a body that may be absent.
func decodeOptional(c echo.Context, v any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	_, err := decode(c, v)
	return err
}

// decodeBytes refuses duplicate keys, unknown members, wrong types and
// anything after the value.
func decodeBytes(body []byte, v any) (hash [16]byte, err error) {
	if jsontext.Value(body).Kind() != '{' {
		return hash, badInput("body: want a JSON object", "")
	}
	if err := json.Unmarshal(body, v, json.RejectUnknownMembers(true)); err != nil {
		return hash, badInput("body: "+err.Error(), "money is a decimal string such as \"0.25\"")
	}
	canonical := jsontext.Value(body).Clone()
	if err := canonical.Canonicalize(); err != nil {
		return hash, badInput("body: "+err.Error(), "")
	}
	sum := sha256.Sum256(canonical)
	copy(hash[:], sum[:])
	return hash, nil
}

func reply(c echo.Context, status int, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, b)
}
