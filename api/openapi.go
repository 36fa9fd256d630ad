package api

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"
	"go.yaml.in/yaml/v3"

	"github.com/mesh-cost-firewall/meshfw/docs"
)

// openAPI is the description of this API as JSON.
var openAPI = sync.OnceValues(func() ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(docs.OpenAPI, &doc); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return json.Marshal(doc, json.Deterministic(true))
})

func (s *Server) describe(c echo.Context) error {
	b, err := openAPI()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, b)
}
