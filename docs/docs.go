// Package docs holds what the binary serves of the documentation.
package docs

import _ "embed"

// OpenAPI is the description of the HTTP API, in YAML.
//
//go:embed openapi.yaml
var OpenAPI []byte
