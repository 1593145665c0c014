// Package tokenize turns text into tokens and tokens into ids.
package tokenize

import (
	"html"
	"regexp"
	"strings"

	"github.com/jdkato/prose/v2"
)

// Version names the behaviour of the tokenizer. It changes whenever the same
// text and Config would give other tokens, so that caches and artefacts can
// tell whether they still fit.
const Version = "prose-1"

// Config is what decides the tokens of a text, together with Version.
type Config struct {
	// Lower maps every token to lower case.
	Lower bool `json:"lower"`
}

// Tokenizer splits texts into tokens. Any number of goroutines may share it.
type Tokenizer struct {
	cfg Config
}

// New returns a tokenizer.
func New(cfg Config) *Tokenizer { return &Tokenizer{cfg: cfg} }

// Config returns what the tokenizer was made with.
func (t *Tokenizer) Config() Config { return t.cfg }

// Tokens returns the tokens of text.
func (t *Tokenizer) Tokens(text string) []string { return t.Append(nil, text) }

var tag = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)

// Append appends the tokens of text to dst.
func (t *Tokenizer) Append(dst []string, text string) []string {
	text = html.UnescapeString(tag.ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), " "))
	doc, err := prose.NewDocument(text, prose.WithTagging(false), prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return dst
	}
	for _, tok := range doc.Tokens() {
		if t.cfg.Lower {
			tok.Text = strings.ToLower(tok.Text)
		}
		dst = append(dst, tok.Text)
	}
	return dst
}
