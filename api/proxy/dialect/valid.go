package dialect

import "github.com/tidwall/gjson"

// maxDepth is how deep an answer may nest, as deep as a body may. What checks
// JSON for us calls itself for each level, and a stack that overflows ends the
// whole process: a provider could end a node by a row of brackets.
const maxDepth = 10_000

// Valid says whether a provider's answer, or an event of it, is JSON that nests
// no deeper than any vendor's does.
func Valid(data []byte) bool {
	return (len(data) <= maxDepth || shallow(data)) && gjson.ValidBytes(data)
}

// shallow says that nothing in data nests deeper than maxDepth.
func shallow(data []byte) bool {
	depth, inside := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}
