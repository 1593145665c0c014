package tokenize

import (
	"context"
	"math"
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

// TokensContext is Tokens for a text of any length: it stops within a millisecond
// where ctx ends, and returns its cause, and reads no further than to the first
// limit tokens. truncated says that there are more. A limit of 0 is none.
func (t *Tokenizer) TokensContext(ctx context.Context, text string, limit int) (tokens []string, truncated bool, err error) {
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	room, most := len(text)/4, limit
	if limit <= 0 {
		most = math.MaxInt
	}
	p := newPace(ctx)
	tokens = t.append(make([]string, 0, min(room, most, 1<<16)), text, most, p)
	if err := p.cause(); err != nil {
		return nil, false, err
	}
	if truncated = len(tokens) > most; truncated {
		tokens = tokens[:most]
	}
	return tokens, truncated, nil
}

// Append appends the tokens of text to dst. The tokens share no memory with
// the text.
func (t *Tokenizer) Append(dst []string, text string) []string {
	return t.append(dst, text, math.MaxInt, nil)
}

// append is Append that stops once dst has more than most tokens, or where p does.
// It looks at a piece of the text at a time, and at nothing behind the last token.
func (t *Tokenizer) append(dst []string, text string, most int, p *pace) []string {
	w := workspaces.Get().(*workspace)
	plain, source := w.plain[:0], plainer{src: text, m: markup{pace: p}}
	for at, done := 0, false; !done && len(dst) <= most && !p.stop(0); {
		plain = source.fill(plain, paceBytes, p)
		done = source.i == len(text)
		start := 0 // of a span that may go on
		for ended := false; at < len(plain) && !ended; at++ {
			if !isGap(plain[at]) {
				continue
			}
			if at > start {
				dst = t.appendSpan(dst, plain[start:at], w, p)
			}
			ended = p.stop(at+1-start) || len(dst) > most
			start = at + 1
		}
		if done && start < len(plain) && len(dst) <= most && !p.stop(0) {
			dst = t.appendSpan(dst, plain[start:], w, p)
		}
		if start > 0 { // a gap before what is left has no part in what follows
			plain = plain[:copy(plain, plain[start:])]
			at -= start
		}
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

// isGap tells the bytes that separate spans in the output of plainer:
// every white space is a blank there, and controls separate as well.
func isGap(c byte) bool { return c <= ' ' || c == 0x7f }

// appendSpan appends the tokens of a span, which depend on nothing else in
// the text: prose too looks at one white-space-separated span at a time.
func (t *Tokenizer) appendSpan(dst []string, span []byte, w *workspace, p *pace) []string {
	if len(span) > maxCached {
		return t.split(dst, p.text(span), p)
	}
	e, slot := t.spans.find(span)
	if e == nil {
		w.tokens = t.split(w.tokens[:0], string(span), nil)
		e = newEntry(span, w.tokens) // every span has a token: nothing is dropped
		slot.Store(e)
	}
	return e.appendTo(dst)
}

// split does the work of appendSpan without the cache.
func (t *Tokenizer) split(dst []string, span string, p *pace) []string {
	first := len(dst)
	b := breaker{s: span, pace: p, out: splitter{tokens: dst, shapes: t.shapes}}
	b.run()
	dst = b.out.tokens
	if t.cfg.Lower {
		for i, token := range dst[first:] {
			if p.stop(len(token)) {
				return dst
			}
			dst[first+i] = strings.ToLower(token)
		}
	}
	return dst
}
