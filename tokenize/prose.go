package tokenize

import (
	"strings"

	"github.com/jdkato/prose/v2"
)

// splitter collects tokens in order. Pieces that prose may split wait in
// batch, separated by blanks, so that one document serves many.
type splitter struct {
	tokens []string
	batch  []byte
}

// maxBatch bounds the memory of one document.
const maxBatch = 1 << 12

// piece adds a piece for prose to split. A piece must keep to what prose
// gets right, see breaker.
func (o *splitter) piece(s string) {
	if settled(s) {
		o.atom(s)
		return
	}
	o.enqueue(s)
}

// atom adds a piece that is a token already.
func (o *splitter) atom(s string) {
	switch {
	case len(o.batch) == 0:
		o.tokens = append(o.tokens, s)
	case settled(s): // cheaper to let it travel along than to end the batch
		o.enqueue(s)
	default:
		o.flush()
		o.tokens = append(o.tokens, s)
	}
}

func (o *splitter) enqueue(s string) {
	if len(o.batch)+len(s) > maxBatch {
		o.flush()
	}
	o.batch = append(append(o.batch, s...), ' ')
}

func (o *splitter) flush() {
	if len(o.batch) > 0 {
		o.tokens = appendProse(o.tokens, string(o.batch))
		o.batch = o.batch[:0]
	}
}

func (o *splitter) finish() []string {
	o.flush()
	return o.tokens
}

// settled reports that prose would return s as one token: whatever it
// removes or splits at has one of these characters, and one alone is a token.
func settled(s string) bool {
	return len(s) <= 1 || !strings.ContainsAny(s, `$("[,)]!;.?:'`)
}

// appendProse appends prose's tokens of pieces separated by blanks.
func appendProse(dst []string, pieces string) []string {
	first := len(dst)
	doc, err := prose.NewDocument(pieces,
		prose.WithTagging(false), prose.WithExtraction(false), prose.WithSegmentation(false))
	if err == nil {
		for _, token := range doc.Tokens() {
			dst = append(dst, token.Text)
		}
		if whole(dst[first:], pieces) {
			return dst
		}
	}
	// Unsplit beats lost. No piece that breaker makes is known to come here.
	return append(dst[:first], strings.Fields(pieces)...)
}

// whole reports whether tokens make up all of pieces but the blanks.
func whole(tokens []string, pieces string) bool {
	for _, token := range tokens {
		pieces = strings.TrimLeft(pieces, " ")
		rest, ok := strings.CutPrefix(pieces, token)
		if !ok {
			return false
		}
		pieces = rest
	}
	return strings.TrimLeft(pieces, " ") == ""
}
