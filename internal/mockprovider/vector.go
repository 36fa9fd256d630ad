package mockprovider

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"
)

// element is the i-th number of every embedding. It has an exact short form in
// decimal and in float32.
func element(i int64) float64 { return float64(i%7-3) / 64 }

// appendVector appends an embedding as a JSON list.
func appendVector(dst []byte, dimensions int64) []byte {
	dst = append(dst, '[')
	for i := range dimensions {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendFloat(dst, element(i), 'g', -1, 64)
	}
	return append(dst, ']')
}

// appendVectorBase64 appends an embedding as a JSON string: its float32 in
// little-endian order, in base 64.
func appendVectorBase64(dst []byte, dimensions int64) []byte {
	raw := make([]byte, 0, 4*dimensions)
	for i := range dimensions {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(element(i))))
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, raw)
	return append(dst, '"')
}
