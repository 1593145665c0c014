package tagger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Limits of what is read of a text.
const (
	spelling = 40   // characters of a word: of a longer one the first and the last 20
	piece    = 1000 // words of a sentence; a longer one is tagged in pieces
)

// Tagger is a network with its vocabularies. All methods are safe for many goroutines.
type Tagger struct {
	network *Network
	words   *tokenize.Vocab // of words in lower case
	chars   *tokenize.Vocab // of characters
	cutter  *tagging.Cutter
	lender  *ops.Lender[*predictor]
}

var _ tagging.Tagger = (*Tagger)(nil)

// NewTagger joins a network with its vocabularies, which must have as many entries as its
// tables have rows.
func NewTagger(n *Network, words, chars *tokenize.Vocab) (*Tagger, error) {
	if words == nil || chars == nil {
		return nil, errors.New("tagger: a vocabulary is missing, want those of words and characters")
	}
	if words.Len() != n.config.Words || chars.Len() != n.config.Chars {
		return nil, fmt.Errorf("tagger: vocabularies of %d words and %d characters, the network has %d and %d", words.Len(), chars.Len(), n.config.Words, n.config.Chars)
	}
	return &Tagger{network: n, words: words, chars: chars, cutter: tagging.NewCutter(), lender: n.lender()}, nil
}

// Network returns the weights, Vocab the words that have a vector of their own.
func (t *Tagger) Network() *Network      { return t.network }
func (t *Tagger) Vocab() *tokenize.Vocab { return t.words }

// Columns implements tagging.Tagger.
func (t *Tagger) Columns() []tagging.Column { return t.network.config.Columns }

// Key is the entry of a vocabulary of words under which a word stands.
func Key(word string) string { return strings.ToLower(word) }

// Spelling returns the characters by which a word is read.
func Spelling(word string) []string {
	runes := []rune(word)
	if len(runes) > spelling {
		runes = append(runes[:spelling/2:spelling/2], runes[len(runes)-spelling/2:]...)
	}
	out := make([]string, len(runes))
	for i, r := range runes {
		out[i] = string(r)
	}
	return out
}

// Encode returns the ids of words, none of which may be empty.
func (t *Tagger) Encode(words []string) Sentence {
	s := Sentence{Words: make([]int32, len(words)), Chars: make([][]int32, len(words))}
	for i, w := range words {
		s.Words[i] = t.words.UNK()
		if id, ok := t.words.ID(Key(w)); ok {
			s.Words[i] = id
		}
		s.Chars[i] = t.chars.Encode(nil, Spelling(w))
	}
	return s
}

// Tag implements tagging.Tagger. A text without words has none.
func (t *Tagger) Tag(ctx context.Context, text string) (tagging.Tagged, error) {
	all, err := t.TagAll(ctx, []string{text})
	if err != nil {
		return tagging.Tagged{}, err
	}
	return all[0], nil
}

// TagAll implements tagging.Tagger.
func (t *Tagger) TagAll(ctx context.Context, texts []string) ([]tagging.Tagged, error) {
	out := make([]tagging.Tagged, len(texts))
	places := make([][]tagging.Word, len(texts))
	var sentences [][]string
	for i, text := range texts {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		text = oneByteEach(text)
		places[i], out[i].Sentences = t.cutter.Cut(text)
		from := 0
		for _, to := range out[i].Sentences {
			list := make([]string, 0, to-from)
			for _, w := range places[i][from:to] {
				list = append(list, w.Text)
			}
			sentences = append(sentences, list)
			from = to
		}
	}
	tagged, err := t.TagWords(ctx, sentences)
	if err != nil {
		return nil, err
	}
	for i := range out {
		for range out[i].Sentences {
			out[i].Words, out[i].Spans = join(out[i].Words, out[i].Spans, tagged[0], places[i])
			tagged = tagged[1:]
		}
	}
	return out, nil
}

// oneByteEach replaces each byte that is not UTF-8 by one of ASCII, which leaves every
// place where it was.
func oneByteEach(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	out := []byte(text)
	for i := 0; i < len(out); {
		r, size := utf8.DecodeRune(out[i:])
		if r == utf8.RuneError && size == 1 {
			out[i] = '?'
		}
		i += size
	}
	return string(out)
}

// join appends a sentence to the words and spans of a text, whose words' places are
// given.
func join(words []tagging.Word, spans []tagging.Span, s tagging.Tagged, places []tagging.Word) ([]tagging.Word, []tagging.Span) {
	from := len(words)
	for _, span := range s.Spans {
		span.First, span.Last = span.First+from, span.Last+from
		spans = append(spans, span)
	}
	for _, w := range s.Words {
		at := places[len(words)]
		w.Begin, w.End = at.Begin, at.End
		words = append(words, w)
	}
	return words, spans
}

// TagWords implements tagging.Tagger. An empty word is an error.
func (t *Tagger) TagWords(ctx context.Context, sentences [][]string) ([]tagging.Tagged, error) {
	var pieces []Sentence
	for i, words := range sentences {
		for k, w := range words {
			if w == "" {
				return nil, fmt.Errorf("tagger: sentence %d: word %d is empty", i, k)
			}
		}
		for from := 0; from < len(words); from += piece {
			pieces = append(pieces, t.Encode(words[from:min(from+piece, len(words))]))
		}
	}
	answers, err := predict(ctx, t.network, t.lender, pieces)
	if err != nil {
		return nil, fmt.Errorf("tagger: %w", err)
	}
	out := make([]tagging.Tagged, len(sentences))
	for i, words := range sentences {
		if len(words) > 0 {
			out[i].Sentences = []int{len(words)}
		}
		for from := 0; from < len(words); from += piece {
			t.fill(&out[i], words[from:min(from+piece, len(words))], pieces[0], answers[0])
			pieces, answers = pieces[1:], answers[1:]
		}
		slices.SortStableFunc(out[i].Spans, func(a, b tagging.Span) int { return cmp.Compare(a.First, b.First) })
	}
	return out, nil
}

// fill appends words and their answers.
func (t *Tagger) fill(to *tagging.Tagged, words []string, s Sentence, answers [][]answer) {
	from := len(to.Words)
	for i, w := range words {
		word := tagging.Word{Text: w, Known: s.Words[i] != t.words.UNK()}
		for k, c := range t.Columns() {
			word.Tags = append(word.Tags, c.Tags[answers[k][i].tag])
			word.Probabilities = append(word.Probabilities, float64(answers[k][i].probability))
		}
		to.Words = append(to.Words, word)
	}
	for k, c := range t.Columns() {
		if !c.Spans {
			continue
		}
		tags := make([]string, len(words))
		for i := range tags {
			tags[i] = c.Tags[answers[k][i].tag]
		}
		for _, r := range tagging.Runs(tags) {
			p := float64(answers[k][r.First].probability)
			for i := r.First + 1; i <= r.Last; i++ {
				p *= float64(answers[k][i].given)
			}
			to.Spans = append(to.Spans, tagging.Span{Column: c.Name, Kind: r.Kind, First: from + r.First, Last: from + r.Last, Probability: p})
		}
	}
}
