package tokenize

import (
	"strings"
	"sync"
)

// Version names the behaviour of the tokenizer. It changes whenever the same
// text and Config would give other tokens, so that caches and artefacts can
// tell whether they still fit.
const Version = "prose-1"

// Config is what decides the tokens of a text, together with Version.
type Config struct {
	// Lower maps every token to lower case, one character to one character.
	// It never moves the places where the text is cut.
	Lower bool `json:"lower"`
}

// Tokenizer splits texts into tokens. Any number of goroutines may share it.
type Tokenizer struct {
	cfg    Config
	spans  *cache
	shapes *cache
}

// New returns a tokenizer.
func New(cfg Config) *Tokenizer {
	return &Tokenizer{cfg: cfg, spans: newCache(spanSlots), shapes: newCache(shapeSlots)}
}

// Config returns what the tokenizer was made with.
func (t *Tokenizer) Config() Config { return t.cfg }

// Tokens returns the tokens of text, none for a text without any.
func (t *Tokenizer) Tokens(text string) []string {
	return t.Append(make([]string, 0, len(text)/4), text)
}

// Append appends the tokens of text to dst. The tokens share no memory with
// the text.
func (t *Tokenizer) Append(dst []string, text string) []string {
	w := workspaces.Get().(*workspace)
	plain := appendPlain(w.plain[:0], text)
	for i := 0; i < len(plain); {
		if isGap(plain[i]) {
			i++
			continue
		}
		start := i
		for i < len(plain) && !isGap(plain[i]) {
			i++
		}
		dst = t.appendSpan(dst, plain[start:i], w)
	}
	w.plain = plain
	w.release()
	return dst
}

// workspace is the memory that Append needs beside its result.
type workspace struct {
	plain  []byte
	tokens []string
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// release keeps w for the next text, unless a giant one has stretched it.
func (w *workspace) release() {
	if cap(w.plain) <= 1<<20 && cap(w.tokens) <= 1<<10 {
		workspaces.Put(w)
	}
}

// isGap tells the bytes that separate spans in the output of appendPlain:
// every white space is a blank there, and controls separate as well.
func isGap(c byte) bool { return c <= ' ' || c == 0x7f }

// appendSpan appends the tokens of a span, which depend on nothing else in
// the text: prose too looks at one white-space-separated span at a time.
func (t *Tokenizer) appendSpan(dst []string, span []byte, w *workspace) []string {
	if len(span) > maxCached {
		return t.split(dst, string(span))
	}
	e, slot := t.spans.find(span)
	if e == nil {
		w.tokens = t.split(w.tokens[:0], string(span))
		e = newEntry(span, w.tokens) // every span has a token: nothing is dropped
		slot.Store(e)
	}
	return e.appendTo(dst)
}

// split does the work of appendSpan without the cache.
func (t *Tokenizer) split(dst []string, span string) []string {
	first := len(dst)
	b := breaker{s: span, out: splitter{tokens: dst, shapes: t.shapes}}
	b.run()
	dst = b.out.tokens
	if t.cfg.Lower {
		for i, token := range dst[first:] {
			dst[first+i] = strings.ToLower(token)
		}
	}
	return dst
}
