package main

// The roots of the public certificate authorities, for providers and webhooks,
// where the system has none: an image that holds nothing but this binary.
import _ "golang.org/x/crypto/x509roots/fallback"
