package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"
)

// A secret is SecretPrefix, secretDigits random digits of base 62 (at least 256
// bits) and the CRC-32 (IEEE) of all that stands before it in checksumDigits
// digits of base 62. The prefix is for secret scanners; the checksum tells a
// typing error from a wrong key without asking anybody.
//
//	meshfw_[0-9A-Za-z]{49}
const (
	SecretPrefix   = "meshfw_"
	secretDigits   = 43
	checksumDigits = 6
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// MaxSecretBytes bounds a credential that is looked at.
const MaxSecretBytes = 512

// NewSecret mints the secret of a key.
func NewSecret() (string, error) {
	random, err := randomDigits(secretDigits)
	if err != nil {
		return "", err
	}
	body := SecretPrefix + random
	return body + checksum(body), nil
}

// NewKeyID mints the public name of a key.
func NewKeyID() (string, error) {
	random, err := randomDigits(16)
	return "key_" + random, err
}

func randomDigits(n int) (string, error) {
	var b strings.Builder
	base := big.NewInt(int64(len(digits)))
	for range n {
		d, err := rand.Int(rand.Reader, base)
		if err != nil {
			return "", err
		}
		b.WriteByte(digits[d.Int64()])
	}
	return b.String(), nil
}

// Hash is what is kept of a secret.
func Hash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

func checksum(s string) string {
	sum := crc32.ChecksumIEEE([]byte(s))
	var out [checksumDigits]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = digits[sum%uint32(len(digits))]
		sum /= uint32(len(digits))
	}
	return string(out[:])
}

// mistyped tells whether s begins as a secret does but cannot be one.
func mistyped(s string) bool {
	if !strings.HasPrefix(s, SecretPrefix) {
		return false
	}
	body := len(SecretPrefix) + secretDigits
	return len(s) != body+checksumDigits || strings.Trim(s[len(SecretPrefix):], digits) != "" || checksum(s[:body]) != s[body:]
}
