package tagging

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Cutter cuts texts into words and sentences. It is safe for many goroutines.
type Cutter struct{ tokens *tokenize.Tokenizer }

// NewCutter returns a Cutter, whose words are the tokens of package tokenize, in the
// spelling of the text.
func NewCutter() *Cutter { return &Cutter{tokenize.New(tokenize.Config{})} }

// Cut returns the words of a text, each a part of it: text[w.Begin:w.End] is w.Text.
// sentences holds the number of the word after the last one of each sentence: one ends
// at a line's end, and at a full stop, question or exclamation mark with what closes
// behind it where a capital letter, a digit or an opening mark follows.
func (c *Cutter) Cut(text string) (words []Word, sentences []int) {
	var tokens []string
	for at := 0; at < len(text); {
		size, gap := space(text[at:])
		if size > 0 {
			if at += size; gap && len(words) > last(sentences) {
				sentences = append(sentences, len(words))
			}
			continue
		}
		end := at
		for end < len(text) {
			if size, _ := space(text[end:]); size > 0 {
				break
			}
			_, size := utf8.DecodeRuneInString(text[end:])
			end += size
		}
		from := len(words)
		tokens = c.tokens.Append(tokens[:0], text[at:end])
		words = place(words, text, at, end, tokens)
		if from > last(sentences) && closes(words[last(sentences):from]) && opens(words[from:]) {
			sentences = append(sentences, from)
		}
		at = end
	}
	if len(words) > last(sentences) {
		sentences = append(sentences, len(words))
	}
	return words, sentences
}

func last(sentences []int) int {
	if len(sentences) == 0 {
		return 0
	}
	return sentences[len(sentences)-1]
}

// space returns the bytes of the white space or control that a text begins with, and
// whether it ends a line.
func space(s string) (size int, line bool) {
	r, n := utf8.DecodeRuneInString(s)
	if !unicode.IsSpace(r) && !unicode.IsControl(r) {
		return 0, false
	}
	return n, r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029'
}

// place finds tokens in text[at:end], a run without white space, and appends them with
// their places. What the tokenizer writes otherwise than the text has it, such as a
// character reference, stays in the text's spelling and with its neighbours.
func place(words []Word, text string, at, end int, tokens []string) []Word {
	for _, t := range tokens {
		i := strings.Index(text[at:end], t)
		if i < 0 {
			break
		}
		if i > 0 {
			words = append(words, Word{Text: text[at : at+i], Begin: at, End: at + i})
		}
		words = append(words, Word{Text: t, Begin: at + i, End: at + i + len(t)})
		at += i + len(t)
	}
	if at < end {
		words = append(words, Word{Text: text[at:end], Begin: at, End: end})
	}
	return words
}

// closes tells whether words end as a sentence does.
func closes(words []Word) bool {
	for i := len(words) - 1; i >= 0; i-- {
		switch t := words[i].Text; {
		case strings.Contains(".!?…。！？", t), strings.Trim(t, ".!?") == "":
			return true
		case !strings.Contains(`"'”’)]}»`, t):
			return false
		}
	}
	return false
}

// opens tells whether words begin as a sentence does.
func opens(words []Word) bool {
	if len(words) == 0 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(words[0].Text)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || unicode.IsTitle(r) || strings.ContainsRune("\"'“‘([{«¿¡", r) || r > unicode.MaxLatin1 && !unicode.IsLower(r)
}
