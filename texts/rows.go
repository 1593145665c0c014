package texts

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// memory is the labelled texts of a data set, and what was computed of them,
// for all sets of some of its rows.
type memory struct {
	examples []datasets.Marked
	classes  []string

	mu         sync.Mutex
	corpora    map[string]*Corpus // by the tokenizer's settings as JSON
	remembered map[string]any     // by key: a []*T, nil for a row not computed yet
}

// Load returns the same data, its training part read into memory once. Whoever
// trains on it, or on some of its Rows, finds there what a file of these rows
// has, and nothing is read, tokenised or embedded twice.
func (t *Set) Load(ctx context.Context) (*Set, error) {
	if t.memory != nil {
		return t, nil
	}
	examples, classes, err := t.Marked(ctx, datasets.Train)
	if err != nil {
		return nil, fmt.Errorf("zoo: data: %w", err)
	}
	m := &memory{classes: classes, corpora: map[string]*Corpus{}, remembered: map[string]any{}}
	for e, err := range examples {
		if err != nil {
			return nil, fmt.Errorf("zoo: data: %w", err)
		}
		m.examples = append(m.examples, e)
	}
	if len(m.examples) == 0 {
		return nil, fmt.Errorf("zoo: data: %s has no examples", t.path)
	}
	out := *t
	out.memory = m
	return &out, nil
}

// Rows returns the data restricted to rows of it, counted from 0, in that
// order. All classes stay, even those of which no row is left. The data must
// have been loaded.
func (t *Set) Rows(rows []int) (*Set, error) {
	if t.memory == nil {
		return nil, fmt.Errorf("zoo: data: rows of %s are chosen before it is loaded: %w", t.path, recipe.ErrUsage)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("zoo: data: no rows of %s are chosen: %w", t.path, recipe.ErrUsage)
	}
	out := *t
	out.chosen = make([]int, len(rows))
	for i, r := range rows {
		if r < 0 || r >= t.len() {
			return nil, fmt.Errorf("zoo: data: row %d of %d of %s: %w", r, t.len(), t.path, recipe.ErrUsage)
		}
		out.chosen[i] = t.row(r)
	}
	return &out, nil
}

// Len returns the number of rows of data that is in memory.
func (t *Set) Len() (int, error) {
	if t.memory == nil {
		return 0, fmt.Errorf("zoo: data: the rows of %s are counted before it is loaded: %w", t.path, recipe.ErrUsage)
	}
	return t.len(), nil
}

// len is the number of rows of a set in memory, and row where one of them is.
func (t *Set) len() int {
	if t.chosen == nil {
		return len(t.memory.examples)
	}
	return len(t.chosen)
}

func (t *Set) row(i int) int {
	if t.chosen == nil {
		return i
	}
	return t.chosen[i]
}

// examples yields the rows of a set in memory.
func (t *Set) examples() iter.Seq2[datasets.Marked, error] {
	return func(yield func(datasets.Marked, error) bool) {
		for i := range t.len() {
			if !yield(t.memory.examples[t.row(i)], nil) {
				return
			}
		}
	}
}

// inMemory reports a part that was not loaded.
func (t *Set) inMemory(part datasets.Part) error {
	if t.imdb != nil && part != datasets.Train {
		return fmt.Errorf("%s: the part %s is not in memory, of which training has the training part alone: %w", t.path, part, recipe.ErrUsage)
	}
	return nil
}

// tokenised returns the corpus of a set in memory, the same as that of a file of
// its rows.
func (t *Set) tokenised(ctx context.Context, settings tokenize.Config) (*Corpus, error) {
	key, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	m := t.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	whole := m.corpora[string(key)]
	if whole == nil {
		all := *t
		all.chosen = nil
		if whole, err = corpus.BuildMarked(ctx, tokenize.New(settings), t.corpusKind(), all.examples()); err != nil {
			return nil, err
		}
		whole.Classes = m.classes
		m.corpora[string(key)] = whole
	}
	if t.chosen == nil {
		return whole, nil
	}
	return some(whole, t.chosen), nil
}

// some is the chosen texts of a corpus, whose words are numbered anew.
func some(c *Corpus, chosen []int) *Corpus {
	out := &Corpus{Classes: c.Classes, Texts: make([][]int32, len(chosen)), Labels: make([]int32, len(chosen))}
	numbers := make([]int32, len(c.Words)) // plus one
	for i, at := range chosen {
		out.Labels[i] = c.Labels[at]
		if c.Sets != nil {
			out.Sets = append(out.Sets, c.Sets[at])
		}
		if c.Values != nil {
			out.Values = append(out.Values, c.Values[at])
		}
		out.Texts[i] = make([]int32, len(c.Texts[at]))
		for k, w := range c.Texts[at] {
			if numbers[w] == 0 {
				out.Words = append(out.Words, c.Words[w])
				numbers[w] = int32(len(out.Words))
			}
			out.Texts[i][k] = numbers[w] - 1
		}
	}
	return out
}

// Remember returns what build computes of each of the data's texts, raw, which
// must be those that Raw returned. It must compute of each text the same alone
// and among others. Of data in memory it is asked for each text once for a key,
// which says all that decides the answer.
func Remember[I, T any](t *Set, key string, raw []I, build func(raw []I) ([]T, error)) ([]T, error) {
	if t.memory == nil {
		return build(raw)
	}
	m := t.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	known, ok := m.remembered[key].([]*T)
	if !ok {
		known = make([]*T, len(m.examples))
		m.remembered[key] = known
	}
	var missing []I
	var at []int
	for i := range raw {
		if known[t.row(i)] == nil {
			missing, at = append(missing, raw[i]), append(at, t.row(i))
		}
	}
	if len(missing) > 0 {
		fresh, err := build(missing)
		if err != nil {
			return nil, err
		}
		for i, row := range at {
			known[row] = &fresh[i]
		}
	}
	out := make([]T, len(raw))
	for i := range out {
		out[i] = *known[t.row(i)]
	}
	return out, nil
}
