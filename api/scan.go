package api

import (
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Reservations are most of what the API reads, and programs write them plainly:
// strings of printable ASCII without escapes, whole numbers, no alternatives. A
// scanner reads this form alone, in one pass, and leaves every other, the
// malformed ones too, to the JSON package: it never says what is wrong.
// FuzzScan holds it to what the JSON package makes of the same bytes.

// The members of a plain request, in the order of the canonical form.
const (
	memberAmount = iota
	memberEndpoint
	memberID
	memberInputTokens
	memberLabels
	memberMaxOutputTokens
	memberModel
	memberProvider
	memberTokens
	memberTTL
	members
)

var memberNames = [members]string{"amount", "endpoint", "id", "input_tokens", "labels", "max_output_tokens", "model", "provider", "tokens", "ttl"}

// maxDigits keeps numbers within what every JSON parser holds exactly, so that
// the canonical form writes them with the same digits.
const maxDigits = 15

// scanner reads from text; the strings of what it reads are parts of it.
type scanner struct {
	text      string
	at        int
	canonical []byte      // of the last request
	labels    []fsm.Label // memory that requests take theirs from, part by part
	numbers   []int64     // likewise
}

// scanReserve reads a body that is one plain request.
func scanReserve(text string) (in reserveRequest, hash [16]byte, ok bool) {
	s := scanner{text: text, canonical: make([]byte, 0, len(text))}
	ok = s.request(&in) && s.end()
	return in, bodyHash(s.canonical), ok
}

// scanAmount reads a body that is a plain amount and nothing else, as settles
// mostly have it.
func scanAmount(text string) (amount money.USD, ok bool) {
	s, name, value := scanner{text: text}, "", ""
	if !s.next('{') || !s.string(&name) || name != memberNames[memberAmount] || !s.next(':') || !s.string(&value) || !s.next('}') || !s.end() {
		return 0, false
	}
	amount, err := money.Parse(value)
	return amount, err == nil
}

// scanBatch reads a body that is a batch of plain requests and nothing else.
func scanBatch(text string) ([]requested, bool) {
	n := min(strings.Count(text, `"labels"`), maxReservations) // a guess at how many
	s := scanner{text: text, labels: make([]fsm.Label, 0, 2*n), numbers: make([]int64, 0, 2*n)}
	list := make([]requested, 0, n)
	if name := ""; !s.next('{') || !s.string(&name) || name != "reservations" || !s.next(':') || !s.next('[') {
		return nil, false
	}
	for !s.next(']') {
		if len(list) > 0 && !s.next(',') {
			return nil, false
		}
		list = append(list, requested{})
		r := &list[len(list)-1]
		if len(list) > maxReservations || !s.request(&r.reserveRequest) {
			return nil, false
		}
		r.hash = bodyHash(s.canonical)
	}
	return list, s.next('}') && s.end()
}

// request reads one request and writes its canonical form.
func (s *scanner) request(in *reserveRequest) bool {
	var values [members]string // as they stand in the text
	if !s.next('{') {
		return false
	}
	for more := false; !s.next('}'); more = true {
		name := ""
		if more && !s.next(',') || !s.string(&name) || !s.next(':') {
			return false
		}
		m := slices.Index(memberNames[:], name)
		if m < 0 || values[m] != "" {
			return false
		}
		s.space()
		from := s.at
		if !s.member(m, in) {
			return false
		}
		values[m] = s.text[from:s.at]
	}
	b := append(s.canonical[:0], '{')
	for m, value := range values {
		if value == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), memberNames[m]...), `":`...)
		if m == memberLabels {
			b = appendLabels(b, fsm.Labels(in.Labels))
		} else {
			b = append(b, value...)
		}
	}
	s.canonical = append(b, '}')
	return true
}

// appendLabels appends plain labels, sorted by name, as a JSON object.
func appendLabels(b []byte, list fsm.Labels) []byte {
	b = append(b, '{')
	for i, l := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), l.Name...), `":"`...)
		b = append(append(b, l.Value...), '"')
	}
	return append(b, '}')
}

// member reads the value of a member.
func (s *scanner) member(m int, in *reserveRequest) bool {
	switch m {
	case memberAmount:
		text := ""
		if !s.string(&text) {
			return false
		}
		amount, err := money.Parse(text)
		in.Amount = &amount
		return err == nil
	case memberEndpoint:
		return s.string(&in.Endpoint)
	case memberID:
		return s.string(&in.ID)
	case memberModel:
		return s.string(&in.Model)
	case memberProvider:
		return s.string(&in.Provider)
	case memberTTL:
		return s.string(&in.TTL)
	case memberInputTokens:
		return s.number(&in.InputTokens)
	case memberMaxOutputTokens:
		return s.number(&in.MaxOutputTokens)
	case memberTokens:
		return s.number(&in.Tokens)
	}
	return s.labelsOf(in)
}

// labelsOf reads the labels and sorts them by name.
func (s *scanner) labelsOf(in *reserveRequest) bool {
	if !s.next('{') {
		return false
	}
	from := len(s.labels)
	for !s.next('}') {
		var l fsm.Label
		if len(s.labels) > from && !s.next(',') || !s.string(&l.Name) || !s.next(':') || !s.string(&l.Value) {
			return false
		}
		s.labels = append(s.labels, l)
		if len(s.labels)-from > auth.MaxLabels {
			return false
		}
	}
	list := fsm.Labels(s.labels[from:len(s.labels):len(s.labels)])
	list.Sort()
	for i := 1; i < len(list); i++ {
		if list[i].Name == list[i-1].Name {
			return false
		}
	}
	in.Labels = labelsJSON(list)
	return true
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next passes over white space and then c, if that is what stands there.
func (s *scanner) next(c byte) bool {
	s.space()
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

// end tells whether nothing but white space is left.
func (s *scanner) end() bool {
	s.space()
	return s.at == len(s.text)
}

// string reads a string that stands for itself.
func (s *scanner) string(to *string) bool {
	if !s.next('"') {
		return false
	}
	for i := s.at; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			*to, s.at = s.text[s.at:i], i+1
			return true
		case c == '\\' || c < ' ' || c > '~':
			return false
		}
	}
	return false
}

// number reads a whole number that is not negative.
func (s *scanner) number(to **int64) bool {
	s.space()
	from, n := s.at, int64(0)
	for ; s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' && s.at-from < maxDigits; s.at++ {
		n = n*10 + int64(s.text[s.at]-'0')
	}
	if s.at == from || s.text[from] == '0' && s.at-from > 1 {
		return false
	}
	s.numbers = append(s.numbers, n)
	*to = &s.numbers[len(s.numbers)-1]
	return true
}
