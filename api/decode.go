package api

import (
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"
)

// MaxBodyBytes bounds the body of an API call.
const MaxBodyBytes = 1 << 20

// decode reads the request's body strictly into v and returns a hash of its
// canonical form, by which a repeated request is told from another one.
func decode(c echo.Context, v any) (hash [16]byte, err error) {
	r := c.Request()
	media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return hash, problem(http.StatusUnsupportedMediaType, "unsupported_media", "the body must be JSON", "send Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), r.Body, MaxBodyBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return hash, problem(http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 1 MiB", "")
	}
	if err != nil {
		return hash, badInput("body: "+err.Error(), "")
	}
	return decodeBytes(body, v)
}

// decodeBytes refuses duplicate keys, unknown members, wrong types and
// anything after the value.
func decodeBytes(body []byte, v any) (hash [16]byte, err error) {
	if err := json.Unmarshal(body, v, json.RejectUnknownMembers(true)); err != nil {
		return hash, badInput("body: "+err.Error(), "money is a decimal string such as \"0.25\"")
	}
	canonical := jsontext.Value(body)
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
