package openai

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

// markName is the pair of a response's metadata that names its reservation.
const markName = "meshfw_reservation"

// maxMetadata is how many pairs OpenAI takes.
const maxMetadata = 16

// checkMetadata refuses a mark of the client's own, by which it could settle
// another call.
func checkMetadata(b *dialect.Body) error {
	metadata, err := b.Get("metadata")
	if err == nil && metadata != nil && gjson.GetBytes(metadata, markName).Exists() {
		err = errors.New("metadata: " + markName + " is the firewall's own")
	}
	return err
}

// Mark implements dialect.Marker. Where the client uses up all pairs, only the
// node that made the call can settle it.
func (responses) Mark(b *dialect.Body, reservation string) error {
	metadata, err := b.Get("metadata")
	if err != nil {
		return err
	}
	if metadata == nil {
		metadata = []byte("{}")
	}
	if len(gjson.ParseBytes(metadata).Map()) >= maxMetadata {
		return nil
	}
	changed, err := sjson.SetBytes(metadata, markName, reservation)
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	b.Set("metadata", changed)
	return nil
}

// Marked implements dialect.Marker.
func (responses) Marked(answer []byte) string {
	for _, path := range [...]string{"metadata." + markName, "response.metadata." + markName} {
		if v := gjson.GetBytes(answer, path); v.Type == gjson.String {
			return v.Str
		}
	}
	return ""
}
