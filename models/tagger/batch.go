package tagger

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/ops"
)

// Sentence is a sentence as the network reads it.
type Sentence struct {
	Words []int32   // ids
	Chars [][]int32 // ids of each word's characters, none empty
	Tags  [][]int32 // by column, then by word; nil where they are asked for
}

// check reports the first thing that makes a sentence no use.
func (s Sentence) check(c Config, labelled bool) error {
	if len(s.Words) == 0 || len(s.Chars) != len(s.Words) {
		return fmt.Errorf("%d words with %d spellings", len(s.Words), len(s.Chars))
	}
	for i, id := range s.Words {
		if id < 0 || int(id) >= c.Words {
			return fmt.Errorf("word %d has id %d, want 0 to %d", i, id, c.Words-1)
		}
		if len(s.Chars[i]) == 0 {
			return fmt.Errorf("word %d has no characters", i)
		}
		for _, id := range s.Chars[i] {
			if id < 0 || int(id) >= c.Chars {
				return fmt.Errorf("word %d has a character of id %d, want 0 to %d", i, id, c.Chars-1)
			}
		}
	}
	if !labelled {
		return nil
	}
	if len(s.Tags) != len(c.Columns) {
		return fmt.Errorf("%d columns of tags, want %d", len(s.Tags), len(c.Columns))
	}
	for k, tags := range s.Tags {
		if len(tags) != len(s.Words) {
			return fmt.Errorf("column %q: %d tags for %d words", c.Columns[k].Name, len(tags), len(s.Words))
		}
	}
	return nil
}

// Batch is sentences, the longest first.
type Batch struct {
	sentences []Sentence
	order     []int // order[i] is the caller's place of sentences[i]
	words     int
}

// NewBatch sorts sentences longest first, ties in the order given.
func NewBatch(sentences []Sentence) Batch {
	b := Batch{sentences: make([]Sentence, len(sentences)), order: make([]int, len(sentences))}
	for i, s := range sentences {
		b.order[i] = i
		b.words += len(s.Words)
	}
	slices.SortStableFunc(b.order, func(i, j int) int { return cmp.Compare(len(sentences[j].Words), len(sentences[i].Words)) })
	for to, from := range b.order {
		b.sentences[to] = sentences[from]
	}
	return b
}

// Examples implements train.Batch: the loss is a mean over words.
func (b Batch) Examples() int { return b.words }

// Tokens implements train.Batch.
func (b Batch) Tokens() int { return b.words }

// packed is the memory of a graph's inputs, and what fills it.
type packed struct {
	words, lengths, chars, spelled, places []int32
	tags                                   [][]int32 // by column

	spellings map[string]int32 // while a batch is packed: place of a word among the different ones
	key       []byte
	different [][]int32 // spellings
	at        []int32   // [N] in the order of sentences
	rank      []int32
	byLength  []int
	list      [][]int32
}

// sizes returns the number of words, sentences, characters of different words and
// different words in a batch, after it has found these.
func (p *packed) sizes(b Batch) (words, sentences, chars, different int) {
	if p.spellings == nil {
		p.spellings = map[string]int32{}
	}
	clear(p.spellings)
	p.different, p.at = p.different[:0], p.at[:0]
	for _, s := range b.sentences {
		for _, spelling := range s.Chars {
			p.key = p.key[:0]
			for _, id := range spelling {
				p.key = append(p.key, byte(id), byte(id>>8), byte(id>>16))
			}
			at, ok := p.spellings[string(p.key)]
			if !ok {
				at = int32(len(p.different))
				p.spellings[string(p.key)] = at
				p.different = append(p.different, spelling)
				chars += len(spelling)
			}
			p.at = append(p.at, at)
		}
	}
	return len(p.at), len(b.sentences), chars, len(p.different)
}

// fill packs a batch of which sizes has been asked.
func (p *packed) fill(b Batch) error {
	p.byLength = p.byLength[:0]
	for i := range p.different {
		p.byLength = append(p.byLength, i)
	}
	slices.SortStableFunc(p.byLength, func(i, j int) int { return cmp.Compare(len(p.different[j]), len(p.different[i])) })
	p.list, p.rank = p.list[:0], append(p.rank[:0], make([]int32, len(p.different))...)
	for rank, i := range p.byLength {
		p.list = append(p.list, p.different[i])
		p.rank[i] = int32(rank)
	}
	if _, err := ops.Pack(p.chars, p.spelled, p.list); err != nil {
		return err
	}
	p.list = p.list[:0]
	from := 0
	for _, s := range b.sentences {
		to := from + len(s.Words)
		for i, at := range p.at[from:to] {
			p.at[from+i] = p.rank[at]
		}
		p.list = append(p.list, p.at[from:to])
		from = to
	}
	if _, err := ops.Pack(p.places, p.lengths, p.list); err != nil {
		return err
	}
	p.list = p.list[:0]
	for _, s := range b.sentences {
		p.list = append(p.list, s.Words)
	}
	if _, err := ops.Pack(p.words, p.lengths, p.list); err != nil {
		return err
	}
	for k, tags := range p.tags {
		p.list = p.list[:0]
		for _, s := range b.sentences {
			p.list = append(p.list, s.Tags[k])
		}
		if _, err := ops.Pack(tags, p.lengths, p.list); err != nil {
			return err
		}
	}
	return nil
}

// build makes the inputs of a graph for so many words, sentences, characters and
// different words.
func (p *packed) build(g *ops.Graph, words, sentences, chars, different int) (in inputs) {
	in.words, p.words = g.Ints("words", words)
	in.lengths, p.lengths = g.Ints("lengths", sentences)
	in.chars, p.chars = g.Ints("chars", chars)
	in.spelled, p.spelled = g.Ints("spelled", different)
	in.places, p.places = g.Ints("places", words)
	return in
}

// fits tells whether the graph's inputs have room.
func (p *packed) fits(words, sentences, chars, different int) bool {
	return words <= len(p.words) && sentences <= len(p.lengths) && chars <= len(p.chars) && different <= len(p.spelled)
}
