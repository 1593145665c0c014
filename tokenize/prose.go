package tokenize

import (
	"strings"

	"github.com/jdkato/prose/v2"
)

// splitter collects tokens in order and lets prose split the pieces that are
// not tokens yet.
type splitter struct {
	tokens []string
	shapes *cache // what prose made of earlier pieces; nil asks it each time
	lost   bool   // whether prose has failed on a piece, which only tests ask
}

// atom adds a token.
func (o *splitter) atom(s string) { o.tokens = append(o.tokens, s) }

// piece adds a piece for prose to split, in which s[i:j] is the word without
// its clitic. A piece must keep to what prose gets right, see breaker.
//
// Prose is asked about the marks around a word, not about each word: where
// it could not tell the word from any other, a stand-in takes its place.
func (o *splitter) piece(s string, i, j int) {
	if settled(s) {
		o.atom(s)
		return
	}
	word := s[i:j]
	if ordinary(word) {
		word = standIn
	}
	if n := len(s) - (j - i) + len(word); o.shapes == nil || n > maxCached {
		o.split(s)
		return
	}
	var room [maxCached]byte
	shape := append(append(append(room[:0], s[:i]...), word...), s[j:]...)
	e, slot := o.shapes.find(shape)
	if e == nil {
		tokens, ok := appendProse(nil, string(shape))
		if !ok {
			o.split(s)
			return
		}
		e = newEntry(shape, tokens)
		slot.Store(e)
	}
	at := 0 // in s
	add := func(token string) {
		n := len(token)
		if at == i && i < j {
			n += j - i - len(word) // the token that begins with the word
		}
		o.atom(s[at : at+n])
		at += n
	}
	add(e.first)
	for _, token := range e.rest {
		add(token)
	}
}

// split has prose split s.
func (o *splitter) split(s string) {
	tokens, ok := appendProse(o.tokens, s)
	if !ok {
		// Unsplit beats lost. No piece that breaker makes is known to come
		// here.
		o.lost = true
		tokens = append(o.tokens, s)
	}
	o.tokens = tokens
}

// settled reports that prose would return s as one token: whatever it
// removes or splits at has one of these characters, and one alone is a token.
func settled(s string) bool {
	return len(s) <= 1 || !strings.ContainsAny(s, `$("[,)]!;.?:'`)
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

// standIn takes the place of ordinary words.
const standIn = "word"

// appendProse appends prose's tokens of s, which has no white space, and
// reports whether they hold all of it.
func appendProse(dst []string, s string) ([]string, bool) {
	doc, err := prose.NewDocument(s,
		prose.WithTagging(false), prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return dst, false
	}
	for _, token := range doc.Tokens() {
		rest, ok := strings.CutPrefix(s, token.Text)
		if !ok {
			return dst, false
		}
		dst, s = append(dst, token.Text), rest
	}
	return dst, s == ""
}
