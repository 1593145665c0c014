package word2vec

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// builder collects words as they are read.
type builder struct {
	dim   int
	words []string
	data  []float32
	at    map[string]int // place of each word
	lines []int          // of words, their places in the file

	passed passed
}

// passed counts what a file holds and Vectors cannot.
type passed struct {
	twice, blank int
	firstTwice   string // where the first is
	firstBlank   string
	foreign      int // words that are not UTF-8
	firstForeign string
	promised     int // words by the first line, where there are others
	found        int
}

// notes says in sentences what was passed over.
func (p passed) notes() (notes []string) {
	if p.twice > 0 {
		notes = append(notes, fmt.Sprintf("%d words occur a second time and are passed over, the first in %s", p.twice, p.firstTwice))
	}
	if p.blank > 0 {
		notes = append(notes, fmt.Sprintf("%d vectors without a word are passed over, the first in %s", p.blank, p.firstBlank))
	}
	if p.foreign > 0 {
		notes = append(notes, fmt.Sprintf("%d words are not UTF-8, the first in %s: no text has them; was the file written in another encoding?", p.foreign, p.firstForeign))
	}
	if p.promised != p.found {
		notes = append(notes, fmt.Sprintf("line 1 promises %d words, and there are %d", p.promised, p.found))
	}
	return notes
}

// add takes a word at a place in the file, counted from 1, which where says to a
// reader. skip reports that its numbers are not wanted: the word is blank, or was
// there before.
func (b *builder) add(word []byte, place int, where func(place int) string) (skip bool, err error) {
	i := len(b.words)
	switch {
	case len(word) > maxWord:
		return false, fmt.Errorf("%w: %s: a word of %d bytes, want at most %d", ErrFormat, where(place), len(word), maxWord)
	case i == MaxVocab || (i+1)*b.dim > maxNumbers:
		return false, fmt.Errorf("%w: %s: more than %d words or %d numbers", ErrFormat, where(place), MaxVocab, maxNumbers)
	case len(bytes.TrimSpace(word)) == 0:
		if b.passed.blank++; b.passed.blank == 1 {
			b.passed.firstBlank = where(place)
		}
		return true, nil
	}
	s := string(word)
	if first, ok := b.at[s]; ok {
		if b.passed.twice++; b.passed.twice == 1 {
			b.passed.firstTwice = fmt.Sprintf("%s (%.50q, first in %s)", where(place), s, where(b.lines[first]))
		}
		return true, nil
	}
	if !utf8.ValidString(s) {
		if b.passed.foreign++; b.passed.foreign == 1 {
			b.passed.firstForeign = fmt.Sprintf("%s (%.50q)", where(place), s)
		}
	}
	b.at[s] = i
	b.words, b.lines = append(b.words, s), append(b.lines, place)
	return false, nil
}

// vectors returns what was read.
func (b *builder) vectors() (*Vectors, error) {
	v, err := NewVectors(b.words, b.dim, b.data)
	if err != nil {
		return nil, err
	}
	v.notes = b.passed.notes()
	return v, nil
}
