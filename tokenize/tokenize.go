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
	cfg   Config
	cache cache
}

// New returns a tokenizer.
func New(cfg Config) *Tokenizer {
	return &Tokenizer{cfg: cfg, cache: newCache()}
}

// Config returns what the tokenizer was made with.
func (t *Tokenizer) Config() Config { return t.cfg }

// Tokens returns the tokens of text, none for a text without any.
func (t *Tokenizer) Tokens(text string) []string { return t.Append(nil, text) }

// Append appends the tokens of text to dst. The tokens share no memory with
// the text.
func (t *Tokenizer) Append(dst []string, text string) []string {
	buf := buffers.Get().(*[]byte)
	plain := appendPlain((*buf)[:0], text)
	for i := 0; i < len(plain); {
		if isGap(plain[i]) {
			i++
			continue
		}
		start := i
		for i < len(plain) && !isGap(plain[i]) {
			i++
		}
		dst = t.appendSpan(dst, plain[start:i])
	}
	if cap(plain) <= maxBuffer {
		*buf = plain
		buffers.Put(buf)
	}
	return dst
}

// buffers holds the plain texts of past calls; one from a giant text is
// left to the garbage collector.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxBuffer = 1 << 20

// isGap tells the bytes that separate spans in the output of appendPlain:
// every white space is a blank there, and controls separate as well.
func isGap(c byte) bool { return c <= ' ' || c == 0x7f }

// appendSpan appends the tokens of a span, which depend on nothing else in
// the text: prose too looks at one white-space-separated span at a time.
func (t *Tokenizer) appendSpan(dst []string, span []byte) []string {
	if len(span) > maxCached {
		return t.split(dst, string(span))
	}
	slot, hash := t.cache.slot(span)
	if e := slot.Load(); e != nil && e.span == string(span) {
		return append(dst, e.tokens...)
	}
	e := &entry{span: string(span)}
	e.tokens = t.split(nil, e.span)
	t.cache.store(hash, e)
	return append(dst, e.tokens...)
}

// split does the work of appendSpan without the cache.
func (t *Tokenizer) split(dst []string, span string) []string {
	first := len(dst)
	b := breaker{s: span, out: splitter{tokens: dst}}
	b.run()
	dst = b.out.finish()
	if t.cfg.Lower {
		for i, token := range dst[first:] {
			dst[first+i] = strings.ToLower(token)
		}
	}
	return dst
}
