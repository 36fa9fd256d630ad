// Package dialect says what the proxy needs to know of a provider's wire
// format. Each format is a package beside this one; adding one is a folder and
// a line in the proxy's list.
package dialect

import (
	"net/http"
	"net/url"

	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Dialect is one vendor's wire format.
type Dialect interface {
	// Name is what provider blocks call it.
	Name() string
	// Catalogue is the name in the price catalogue of a provider block that
	// gives none.
	Catalogue() string
	// Find recognises a request by method and path; false where the dialect
	// has no such route.
	Find(method, path string, h http.Header) (Route, bool)
	// Authorize puts the provider's key where this dialect has it.
	Authorize(h http.Header, key string, at Place)
	// Error is the body of a refusal, in the vendor's envelope; it is encoded
	// as JSON.
	Error(r *Refusal) any
}

// Checker is a Dialect in which a query or a header can change the form of an
// answer, or leave its usage out.
type Checker interface {
	// Check refuses such a request. An error is shown to the client.
	Check(query url.Values, h http.Header) error
}

// Kind says what the proxy does with a route.
type Kind uint8

// The kinds of routes.
const (
	Metered Kind = iota + 1 // reserved, forwarded and settled
	Free                    // costs nothing: forwarded
	Stored                  // free, and may show what an earlier background call used
)

// Route is a request as its dialect understands it.
type Route struct {
	Name     string // "chat.completions", for logs
	Kind     Kind
	Endpoint Endpoint // of metered routes
	Model    string   // named by the path; "" where the body names it
	Stream   bool     // the path asks for a stream
	ID       string   // of the stored answer
	// Path is the provider's path for a model; nil passes the path as it came.
	Path func(model string, at Place) string
}

// Place says what is particular about where a provider serves its dialect.
type Place struct {
	// Azure says that the provider is Azure OpenAI, and APIVersion that calls
	// go to its deployments under that api-version.
	Azure      bool
	APIVersion string
}

// Asked is what a request asks for, beside its bound.
type Asked struct {
	Model      string
	Stream     bool
	Background bool // answered later, by a stored route
	// Visible says that the request turns off all output that the client would
	// not see (reasoning), so that what passes by is all there is.
	Visible bool
}

// Endpoint is one metered route's request and answer.
type Endpoint interface {
	// Request names the format that package pricing bounds.
	Request() pricing.Dialect
	// Read reads what the request asks for, strictly. An error is shown to
	// the client.
	Read(b *Body) (Asked, error)
	// SetModel writes another model into the body, where the body names it.
	SetModel(b *Body, model string)
	// SetBound writes the output bound, in tokens. vendor says that the
	// provider is the vendor itself, and no compatible server.
	SetBound(b *Body, tokens int64, vendor bool) error
	// AskUsage makes a streamed answer end with its usage; hide tells that the
	// client did not ask for it itself.
	AskUsage(b *Body) (hide bool, err error)
	// Usage reads a whole answer. Without usage the error is pricing.ErrNoUsage.
	Usage(answer []byte) (Answer, error)
	// Text calls add with every piece of output text in a whole answer.
	Text(answer []byte, add func(string))
	// Models are the paths, in gjson's notation, at which an answer or an
	// event names its model.
	Models() []string
	// Stream returns a reader of one streamed answer.
	Stream(o StreamOptions) Stream
}

// VendorsBound is an Endpoint whose output bound has a name that the vendor knows
// and compatible servers may pass over, which would leave the output without a
// bound. For them SetBound gives it the name that every server knows.
type VendorsBound interface {
	// VendorsBound tells whether the body names its bound so alone.
	VendorsBound(b *Body) (bool, error)
}

// Answer is what a whole answer says it used.
type Answer struct {
	pricing.Reading
	Model   string
	Pending bool   // the call still runs, and a stored route will show its usage
	ID      string // under which the provider keeps it
	// Grounding is Gemini's candidates as far as they show what was searched.
	Grounding []byte
}

// StreamOptions configure the reader of a stream.
type StreamOptions struct {
	HideUsage bool         // the client did not ask for the usage
	Metered   bool         // End may be called
	Text      func(string) // called with every piece of output text
}

// Stream reads one streamed answer, event by event.
type Stream interface {
	// Event takes the data of one event.
	Event(data []byte) Event
	// Usage is what the stream said it used; pricing.ErrNoUsage where it ended
	// before it said so.
	Usage() (Answer, error)
	// Input is the input that an unfinished stream said it used; false where
	// it did not say.
	Input() (pricing.Usage, bool)
	// End returns the events that end the stream as at a token limit.
	End(t Tally) []Ending
}

// Event is what the proxy needs to know of one event.
type Event struct {
	Hide   bool // leave it out
	Failed bool // the provider reports an error
	Hidden bool // there is output that the client does not see
}

// Tally is how much passed, in tokens.
type Tally struct{ Input, Output int64 }

// Ending is one event of the proxy's own. Name is "" where events have none.
type Ending struct {
	Name string
	Data []byte
}

// Refusal is an error of the firewall before it takes a dialect's form.
type Refusal struct {
	Status  int // HTTP
	Reason  string
	Message string
	Details map[string]any // the envelope's meshfw object
}

// Word is a vendor's word for the refusal's status: that of the list, or else the
// one for all errors of the client's or of the server's.
func (r *Refusal) Word(words map[int]string, client, server string) string {
	if word := words[r.Status]; word != "" {
		return word
	}
	if r.Status >= 500 {
		return server
	}
	return client
}

// Marker is an Endpoint whose provider keeps a call's marks beside its answer.
type Marker interface {
	// Mark writes a reservation's id into the request.
	Mark(b *Body, reservation string) error
	// Marked finds it in an answer or in an event; "" where there is none.
	Marked(answer []byte) string
}
