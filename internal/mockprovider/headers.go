package mockprovider

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Header values that never change are shared by all answers: net/http only
// reads them.
var (
	headerJSON      = []string{"application/json"}
	headerSSE       = []string{"text/event-stream; charset=utf-8"}
	headerEvents    = []string{"text/event-stream"}
	headerGzip      = []string{"gzip"}
	headerVary      = []string{"Accept-Encoding"}
	headerNoCache   = []string{"no-cache"}
	headerZero      = []string{"0"}
	headerOrg       = []string{"org-standin"}
	headerVersion   = []string{"2020-10-01"}
	headerRequests  = []string{"10000"}
	headerRequests1 = []string{"9999"}
	headerTokens    = []string{"30000000"}
	headerTokens1   = []string{"29999000"}
	headerReset     = []string{"6ms"}
	headerReset2    = []string{"2ms"}
	headerMillis    = []string{"1"}
	headerRegion    = []string{"stand-in"}
	headerVaryGem   = []string{"Origin", "X-Origin", "Referer"}
)

// anthropicRates are the headers of the limits Anthropic names, requests first.
var anthropicRates = []struct{ limit, remaining, reset string }{
	anthropicRate("Requests"), anthropicRate("Tokens"), anthropicRate("Input-Tokens"), anthropicRate("Output-Tokens"),
}

func anthropicRate(what string) struct{ limit, remaining, reset string } {
	prefix := "Anthropic-Ratelimit-" + what + "-"
	return struct{ limit, remaining, reset string }{prefix + "Limit", prefix + "Remaining", prefix + "Reset"}
}

// putHeaders sets what the vendor sends with every answer.
func (c *call) putHeaders() {
	h := c.w.Header()
	c.rec.RequestID = c.s.newID("req_")
	id := []string{c.rec.RequestID}
	switch c.dialect {
	case Anthropic:
		h["Request-Id"] = id
		h["Anthropic-Organization-Id"] = headerOrg
		reset := []string{c.rec.Time.Add(time.Second).UTC().Format(time.RFC3339)}
		for i, name := range anthropicRates {
			h[name.limit], h[name.remaining] = headerTokens, headerTokens1
			if i == 0 {
				h[name.limit], h[name.remaining] = headerRequests, headerRequests1
			}
			h[name.reset] = reset
		}
	case Gemini:
		h["Vary"] = headerVaryGem
		h["X-Request-Id"] = id
	default:
		h["X-Request-Id"] = id
		h["X-Ratelimit-Limit-Requests"] = headerRequests
		h["X-Ratelimit-Remaining-Requests"] = headerRequests1
		h["X-Ratelimit-Reset-Requests"] = headerReset
		h["X-Ratelimit-Limit-Tokens"] = headerTokens
		h["X-Ratelimit-Remaining-Tokens"] = headerTokens1
		h["X-Ratelimit-Reset-Tokens"] = headerReset2
		if c.dialect == Azure {
			h["Apim-Request-Id"] = id
			h["X-Ms-Region"] = headerRegion
			return
		}
		h["Openai-Version"] = headerVersion
		h["Openai-Organization"] = headerOrg
		h["Openai-Processing-Ms"] = headerMillis
	}
}

// putExhausted makes the rate-limit headers fit a 429.
func (c *call) putExhausted() {
	h := c.w.Header()
	switch c.dialect {
	case Anthropic:
		h[anthropicRates[0].remaining] = headerZero
	case OpenAI, Azure:
		h["X-Ratelimit-Remaining-Requests"] = headerZero
	case Gemini:
	}
}

// authenticate checks the key where the dialect puts it.
func (c *call) authenticate() *apiError {
	h := c.r.Header
	bearer := bearerToken(h.Get("Authorization"))
	var key string
	switch c.dialect {
	case Anthropic:
		key = cmp.Or(h.Get("X-Api-Key"), bearer)
	case Gemini:
		key = cmp.Or(h.Get("X-Goog-Api-Key"), bearer, c.r.URL.Query().Get("key"))
	case Azure:
		key = cmp.Or(h.Get("Api-Key"), bearer)
	default:
		key = bearer
	}
	c.rec.APIKey = key
	if key == "" {
		return c.missingKey()
	}
	if accepted := c.s.config.APIKeys; len(accepted) > 0 && !slices.Contains(accepted, key) {
		return c.wrongKey()
	}
	return nil
}

func (c *call) missingKey() *apiError {
	e := &apiError{status: http.StatusUnauthorized}
	switch c.dialect {
	case Anthropic:
		e.message = "x-api-key header is required"
	case Gemini:
		e.status = http.StatusForbidden
		e.message = "The request has no API key: send it as x-goog-api-key."
	case Azure:
		e.code = "401"
		e.message = "The request has no valid credential: send the resource's key as api-key."
	default:
		e.message = "The request has no API key: send it as Authorization: Bearer KEY."
	}
	return e
}

func (c *call) wrongKey() *apiError {
	e := &apiError{status: http.StatusUnauthorized}
	switch c.dialect {
	case Anthropic:
		e.message = "invalid x-api-key"
	case Gemini:
		e.status = http.StatusBadRequest
		e.message = "API key not valid. Please pass a valid API key."
		e.details = `[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]`
	case Azure:
		e.code = "401"
		e.message = "Access denied: the key is not one of this resource's."
	default:
		e.code = "invalid_api_key"
		e.message = "Incorrect API key provided."
	}
	return e
}

// bearerToken returns the token of an Authorization header, "" for any other
// scheme.
func bearerToken(authorization string) string {
	const scheme = "bearer "
	if len(authorization) < len(scheme) || !strings.EqualFold(authorization[:len(scheme)], scheme) {
		return ""
	}
	return strings.TrimSpace(authorization[len(scheme):])
}
