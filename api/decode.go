package api

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"
)

// bodies are buffers to read bodies into. Large ones are not kept.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept is the size of a buffer, in bytes, that is kept for the next request:
// enough for the answer to a whole batch.
const maxKept = 4 << 20

func giveBody(b *bytes.Buffer) {
	if b.Cap() <= maxKept {
		b.Reset()
		bodies.Put(b)
	}
}

// body reads the request's JSON body, at most what its route takes. Who is done
// with it calls giveBody.
func body(c echo.Context) (*bytes.Buffer, error) {
	r := c.Request()
	if !isJSON(r.Header.Get(echo.HeaderContentType)) {
		return nil, problem(http.StatusUnsupportedMediaType, "unsupported_media", "the body must be JSON", "send Content-Type: application/json")
	}
	limit := maxSmall
	if v, ok := c.(*visit); ok {
		limit = v.route.maxBody
	}
	b := bodies.Get().(*bytes.Buffer)
	_, err := b.ReadFrom(http.MaxBytesReader(c.Response(), r.Body, limit))
	if err == nil {
		return b, nil
	}
	giveBody(b)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is larger than %d MiB", limit>>20), "")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, problem(http.StatusRequestTimeout, "slow_body", "the body did not come in time", "http.body_timeout bounds it")
	}
	return nil, badInput("the body could not be read", "")
}

// isJSON tells whether a Content-Type is JSON's, with whatever parameters.
func isJSON(contentType string) bool {
	if contentType == echo.MIMEApplicationJSON { // as nearly all send it
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == echo.MIMEApplicationJSON
}

// decode reads the request's body strictly into v.
func decode(c echo.Context, v any) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	defer giveBody(b)
	return unmarshal(b.Bytes(), v)
}

// decodeOptional is decode for a body that may be absent.
func decodeOptional(c echo.Context, v any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	return decode(c, v)
}

// unmarshal refuses duplicate keys, unknown members, wrong types and anything
// after the value. What it makes shares nothing with the body.
func unmarshal(body []byte, v any) error {
	if jsontext.Value(body).Kind() != '{' {
		return badInput("body: want a JSON object", "")
	}
	if err := json.Unmarshal(body, v, json.RejectUnknownMembers(true)); err != nil {
		return wrongBody(err)
	}
	return nil
}

// hashed is unmarshal with a hash of the body's canonical form (RFC 8785), by
// which a repeated request is told from another one.
func hashed(body []byte, v any) (hash [16]byte, err error) {
	if err := unmarshal(body, v); err != nil {
		return hash, err
	}
	canonical := jsontext.Value(body).Clone()
	if err := canonical.Canonicalize(); err != nil {
		return hash, wrongBody(err)
	}
	return bodyHash(canonical), nil
}

func bodyHash(canonical []byte) [16]byte {
	sum := sha256.Sum256(canonical)
	return [16]byte(sum[:16])
}

func reply(c echo.Context, status int, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	return c.Blob(status, echo.MIMEApplicationJSON, b)
}
