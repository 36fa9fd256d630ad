package prices

import (
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Usage returns what the ledger keeps of a call's usage: tokens by how they are
// billed, whatever they carry.
func Usage(u *pricing.Usage) fsm.Usage {
	written := u.CacheWrite5mTokens + u.CacheWrite1hTokens
	cached := u.CachedInputTokens + u.CachedInputAudioTokens + u.CachedInputImageTokens
	return fsm.Usage{InputTokens: u.TotalInputTokens() - cached - written, CachedInputTokens: cached,
		CacheWriteTokens: written, OutputTokens: u.TotalOutputTokens()}
}
