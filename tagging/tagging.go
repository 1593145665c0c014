// Package tagging is what every tagger answers: a tag for each word, spans of words and
// their probabilities; and how good such answers are.
//
// A column of tags either names each word's own tag, such as its part of speech, or
// marks spans of words, such as names, by prefixes: B-person begins a span, I-person
// goes on with it, O is outside any. [Scheme] tells the ways of writing this apart.
package tagging

import (
	"context"
	"strings"
)

// Tagger tags words, safely for many goroutines.
type Tagger interface {
	// Columns returns the columns of tags that the tagger answers.
	Columns() []Column
	// Tag cuts a text into sentences and words, and tags them. TagAll does so with
	// several, which is faster than one by one; the answers are the same.
	Tag(ctx context.Context, text string) (Tagged, error)
	TagAll(ctx context.Context, texts []string) ([]Tagged, error)
	// TagWords tags sentences whose words are given. The words of a Tagged have no
	// place in a text then.
	TagWords(ctx context.Context, sentences [][]string) ([]Tagged, error)
}

// Column is one kind of tags.
type Column struct {
	Name string   `json:"name"` // such as upos
	Tags []string `json:"tags"` // the tags that it can answer
	// Spans tells that the tags mark spans of words by the prefixes of IOB2.
	Spans bool `json:"spans,omitempty"`
}

// Word is a word of a text and its tags.
type Word struct {
	Text string
	// Begin and End are the word's place in the text in bytes; both are 0 where the
	// words were given.
	Begin, End int
	Tags       []string // by column
	// Probabilities are those of the tags, given the whole sentence.
	Probabilities []float64
	Known         bool // whether the word is one of those that training gave a vector
}

// Span is a run of words that a column marks.
type Span struct {
	Column      string
	Kind        string  // such as person
	First, Last int     // the words, both included
	Probability float64 // of just these tags at these words, given the whole sentence; 0 where not known
}

// Tagged is a text with its tags.
type Tagged struct {
	Words []Word
	// Sentences holds the number of the word after the last one of each sentence.
	Sentences []int
	Spans     []Span // in the order of their first words
}

// Run is a span of a sequence of tags.
type Run struct {
	Kind        string
	First, Last int // both included
}

// split returns the prefix of a tag, 'O' outside any span, and the kind of the span.
func split(tag string) (prefix byte, kind string) {
	if tag == "O" || tag == "" {
		return 'O', ""
	}
	_, kind, _ = strings.Cut(tag, "-")
	return tag[0], kind
}

// begins tells whether a span begins at a tag, and ends whether one ends before it,
// given the tag before: the rules of the CoNLL-2000 evaluation (conlleval, Tjong Kim
// Sang and Buchholz 2000), which understand IOB1, IOB2 and BIOES alike and make spans of
// sequences that no scheme allows too.
func begins(before, tag string) bool {
	p, kind := split(before)
	q, next := split(tag)
	return q != 'O' && (q == 'B' || q == 'S' || p == 'E' || p == 'S' || p == 'O' || kind != next)
}

func ends(before, tag string) bool {
	p, kind := split(before)
	q, next := split(tag)
	return p != 'O' && (p == 'E' || p == 'S' || q == 'B' || q == 'S' || q == 'O' || kind != next)
}

// Runs returns the spans of a sequence of tags as conlleval and seqeval find them.
func Runs(tags []string) (runs []Run) {
	first := 0
	for i := 0; i <= len(tags); i++ {
		before, tag := "O", "O"
		if i > 0 {
			before = tags[i-1]
		}
		if i < len(tags) {
			tag = tags[i]
		}
		if ends(before, tag) {
			_, kind := split(before)
			runs = append(runs, Run{Kind: kind, First: first, Last: i - 1})
		}
		if begins(before, tag) {
			first = i
		}
	}
	return runs
}

// IOB2 writes spans as IOB2 does, over so many words.
func IOB2(words int, runs []Run) []string {
	tags := make([]string, words)
	for i := range tags {
		tags[i] = "O"
	}
	for _, r := range runs {
		for i := r.First; i <= r.Last; i++ {
			tags[i] = "I-" + r.Kind
		}
		tags[r.First] = "B-" + r.Kind
	}
	return tags
}

// Scheme is a way to mark spans.
type Scheme string

// The schemes that are told apart.
const (
	NoScheme    Scheme = ""      // the tags mark no spans
	IOB1Scheme  Scheme = "IOB1"  // B only where a span follows one of its kind
	IOB2Scheme  Scheme = "IOB2"  // B wherever a span begins
	BIOESScheme Scheme = "BIOES" // E where a longer one ends, S where it is one word
)

// Recogniser tells by what scheme tags mark spans.
type Recogniser struct {
	spans, plain    int // tags with a prefix, O apart, and tags without
	begun, unbegun  int // spans whose first tag is B, and I, after O or at the beginning
	endings, single int // E and S
}

// Add takes the tags of a sentence.
func (r *Recogniser) Add(tags []string) {
	before := "O"
	for _, tag := range tags {
		p, kind := split(tag)
		switch {
		case p == 'O':
		case !strings.ContainsRune("BIES", rune(p)) || kind == "" || tag[1] != '-':
			r.plain++
		default:
			r.spans++
			q, of := split(before)
			switch {
			case p == 'E':
				r.endings++
			case p == 'S':
				r.single++
			case q == 'O' || of != kind:
				if p == 'B' {
					r.begun++
				} else {
					r.unbegun++
				}
			}
		}
		before = tag
	}
}

// Scheme returns the scheme of the tags so far. One tag that has no prefix means that
// they mark no spans.
func (r *Recogniser) Scheme() Scheme {
	switch {
	case r.plain > 0 || r.spans == 0:
		return NoScheme
	case r.endings+r.single > 0:
		return BIOESScheme
	case r.unbegun > r.begun:
		return IOB1Scheme
	}
	return IOB2Scheme
}

// Illegal returns the number of tags that the scheme does not allow after the tag before
// them or at the beginning.
func (s Scheme) Illegal(tags []string) (n int) {
	before := "O"
	for i := 0; i <= len(tags); i++ {
		tag := "O"
		if i < len(tags) {
			tag = tags[i]
		}
		p, kind := split(before)
		q, next := split(tag)
		inside := p != 'O' && kind == next
		switch s {
		case IOB1Scheme:
			if q == 'B' && !inside {
				n++
			}
		case IOB2Scheme:
			if q == 'I' && !inside {
				n++
			}
		case BIOESScheme:
			open := p == 'B' || p == 'I'
			if goes := (q == 'I' || q == 'E') && inside; open != goes {
				n++
			}
		}
		before = tag
	}
	return n
}
