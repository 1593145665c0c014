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
	limit  int    // of batch, in bytes; 0 gives each piece a document of its own
	shapes *cache // what prose makes of the marks around a word; may be nil
	lost   bool   // whether prose has failed on a piece, which only tests ask
}

// maxBatch bounds the memory of one document.
const maxBatch = 1 << 12

// piece adds a piece for prose to split, in which s[i:j] is the word without
// its clitic. A piece must keep to what prose gets right, see breaker.
func (o *splitter) piece(s string, i, j int) {
	switch {
	case settled(s):
		o.atom(s)
	case o.shapes != nil && ordinary(s[i:j]):
		o.flush()
		o.tokens = o.appendShape(o.tokens, s, i, j)
	default:
		o.enqueue(s)
	}
}

// ordinary reports that prose cannot tell word from any other: it is too
// long for the abbreviations and emoticons that prose knows, and has nothing
// that prose splits at.
func ordinary(word string) bool {
	if len(word) < len(standIn) {
		return false
	}
	for _, c := range []byte(word) {
		if !isLetter[c] && !isDigit(c) {
			return false
		}
	}
	return true
}

// standIn takes the place of ordinary words, so that prose need not be asked
// about "(movie)." once it has split "(word).".
const standIn = "word"

// appendShape appends what prose makes of s, in which s[i:j] is ordinary.
func (o *splitter) appendShape(dst []string, s string, i, j int) []string {
	var room [maxCached]byte
	shape := append(append(append(room[:0], s[:i]...), standIn...), s[j:]...)
	slot := o.shapes.slot(shape)
	e := slot.Load()
	if e == nil || e.span != string(shape) {
		e = &entry{span: string(shape)}
		var ok bool
		if e.rest, ok = appendProse(nil, e.span); !ok {
			o.lost = true
			return append(dst, s)
		}
		slot.Store(e)
	}
	at := 0 // in s
	for _, token := range e.rest {
		n := len(token)
		if at == i {
			n = j - i // the stand-in is a token: nothing in it can be split
		}
		dst = append(dst, s[at:at+n])
		at += n
	}
	return dst
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
	if len(o.batch)+len(s) > o.limit {
		o.flush()
	}
	o.batch = append(append(o.batch, s...), ' ')
}

func (o *splitter) flush() {
	if len(o.batch) == 0 {
		return
	}
	pieces := string(o.batch)
	o.batch = o.batch[:0]
	tokens, ok := appendProse(o.tokens, pieces)
	if !ok {
		// Unsplit beats lost. No piece that breaker makes is known to come
		// here.
		o.lost = true
		tokens = append(o.tokens, strings.Fields(pieces)...)
	}
	o.tokens = tokens
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

// appendProse appends prose's tokens of pieces separated by blanks, and
// reports whether they hold all of the pieces.
func appendProse(dst []string, pieces string) ([]string, bool) {
	doc, err := prose.NewDocument(pieces,
		prose.WithTagging(false), prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return dst, false
	}
	first := len(dst)
	for _, token := range doc.Tokens() {
		dst = append(dst, token.Text)
	}
	return dst, whole(dst[first:], pieces)
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
