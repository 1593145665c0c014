package seq2seq

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrEmpty is returned for a source without tokens.
var ErrEmpty = errors.New("a text without tokens")

// Batch is pairs of texts as token ids, each side longest first.
type Batch struct {
	Sources [][]int32
	Targets [][]int32 // without BOS and EOS, which are always added
	order   []int32   // order[i] is the place in Sources of what Targets[i] translates
	tokens  [2]int    // of sources and of targets, with EOS
}

// NewBatch sorts pairs, ties in the order given. A source must have a token; a target
// may be empty. No text is cut.
func NewBatch(sources, targets [][]int32) (Batch, error) {
	if len(sources) == 0 || len(sources) != len(targets) {
		return Batch{}, fmt.Errorf("seq2seq: a batch of %d sources and %d targets", len(sources), len(targets))
	}
	b := Batch{}
	var places []int32
	b.Sources, places = longestFirst(sources)
	for i, s := range sources {
		if len(s) == 0 {
			return Batch{}, fmt.Errorf("seq2seq: source %d of the batch: %w", i, ErrEmpty)
		}
		b.tokens[0] += len(s)
		b.tokens[1] += len(targets[i]) + 1
	}
	at := make([]int32, len(places))
	for place, from := range places {
		at[from] = int32(place)
	}
	b.Targets, places = longestFirst(targets)
	for _, from := range places {
		b.order = append(b.order, at[from])
	}
	return b, nil
}

// longestFirst returns texts longest first and where each of them was.
func longestFirst(texts [][]int32) ([][]int32, []int32) {
	places := make([]int32, len(texts))
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortStableFunc(places, func(i, j int32) int { return cmp.Compare(len(texts[j]), len(texts[i])) })
	sorted := make([][]int32, len(texts))
	for to, from := range places {
		sorted[to] = texts[from]
	}
	return sorted, places
}

// Examples returns the number of target tokens, those that end a target among them: the
// loss is a mean over them.
func (b Batch) Examples() int { return b.tokens[1] }

// Tokens returns the number of tokens of both sides.
func (b Batch) Tokens() int { return b.tokens[0] + b.tokens[1] }
