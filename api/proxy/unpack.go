package proxy

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// decoded undoes a compression that the provider was not asked for.
func decoded(encoding string, answer []byte) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "", "identity":
		return answer, nil
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(bytes.NewReader(answer))
		if err != nil {
			return nil, err
		}
		plain, err := readAll(r, -1, maxAnswerBytes)
		if err == nil && len(plain) > maxAnswerBytes {
			err = errors.New("the answer is too large unpacked")
		}
		return plain, err
	}
	return nil, errors.New("the answer's compression " + strconv.Quote(encoding) + " is not known")
}

// unpacked undoes a stream's compression that the provider was not asked for.
// It is false for one that is not known: the stream then passes as it came.
func unpacked(res *http.Response) (from io.Reader, readable bool) {
	switch strings.ToLower(res.Header.Get("Content-Encoding")) {
	case "", "identity":
		return res.Body, true
	case "gzip", "x-gzip":
		res.Header.Del("Content-Encoding")
		return &unpacker{packed: bufio.NewReader(res.Body)}, true
	}
	return res.Body, false
}

// gzipMagic begins everything that gzip packed.
const gzipMagic = "\x1f\x8b"

// unpacker unpacks a stream from its first bytes on, which may be long in
// coming. One that is not packed, whatever its header said, passes as it is.
type unpacker struct {
	packed *bufio.Reader
	plain  io.Reader
}

func (u *unpacker) Read(p []byte) (int, error) {
	if u.plain == nil {
		u.plain = u.packed
		if head, _ := u.packed.Peek(len(gzipMagic)); string(head) == gzipMagic {
			z, err := gzip.NewReader(u.packed)
			if err != nil {
				return 0, err
			}
			u.plain = z
		}
	}
	return u.plain.Read(p)
}
