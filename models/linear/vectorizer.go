package linear

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Vectorizer turns tokens into rows of a sparse matrix. Once fitted it never
// changes, so any number of goroutines may share it.
type Vectorizer struct {
	cfg    VectorizerConfig
	ngrams *NGrams   // nil where features are hashed
	idf    []float32 // a factor each column; nil: none
}

// Config returns what the vectorizer was made with, zeros filled in.
func (v *Vectorizer) Config() VectorizerConfig { return v.cfg }

// NGrams returns the n-grams of the columns, nil where features are hashed.
func (v *Vectorizer) NGrams() *NGrams { return v.ngrams }

// IDF returns the factor of each column, nil where there is none. It must not
// be changed.
func (v *Vectorizer) IDF() []float32 { return v.idf }

// Columns returns the number of columns of the rows.
func (v *Vectorizer) Columns() int {
	if v.ngrams != nil {
		return v.ngrams.columns
	}
	return v.cfg.Hash
}

// NewVectorizer learns the n-grams and their document frequencies and returns
// the rows of the same documents with the vectorizer.
func NewVectorizer(ctx context.Context, cfg VectorizerConfig, docs iter.Seq2[[]string, error]) (*Vectorizer, *CSR, error) {
	v, t, err := fit(ctx, cfg, docs)
	if err != nil {
		return nil, nil, err
	}
	return v, t.Transpose(), nil
}

// fit is NewVectorizer with the rows transposed.
func fit(ctx context.Context, cfg VectorizerConfig, docs iter.Seq2[[]string, error]) (*Vectorizer, *CSR, error) {
	cfg, err := cfg.filled()
	if err != nil {
		return nil, nil, err
	}
	v := &Vectorizer{cfg: cfg}
	var t *CSR
	if cfg.Hash > 0 {
		var m *CSR
		if m, err = v.counts(ctx, docs); err == nil && m.Rows == 0 {
			err = fmt.Errorf("linear: no documents: %w", ErrEmpty)
		}
		if err == nil {
			t = m.Transpose()
		}
	} else {
		t, err = v.learn(ctx, docs)
	}
	if err != nil {
		return nil, nil, err
	}
	if cfg.Weighting == TFIDF {
		if !cfg.NoIDF {
			v.idf = idf(t, !cfg.Unsmoothed)
		}
		m := t.Transpose()
		v.weigh(m)
		t = m.Transpose()
	}
	return v, t, nil
}

// learn finds the n-grams and returns their counts, one row an n-gram.
func (v *Vectorizer) learn(ctx context.Context, docs iter.Seq2[[]string, error]) (*CSR, error) {
	c, err := readCorpus(ctx, docs)
	if err != nil {
		return nil, err
	}
	low, high := bounds(v.cfg.MinDF, v.cfg.MaxDF, c.n)
	levels, err := c.count(ctx, v.cfg.MaxN, low)
	if err != nil {
		return nil, err
	}
	choose(levels, v.cfg.MinN, low, high, v.cfg.MaxFeatures, v.cfg.Weighting == Binary)
	v.ngrams = newNGrams(c.words, levels)
	if v.ngrams.columns == 0 {
		return nil, fmt.Errorf("linear: no n-gram of %d to %d words occurs in %d to %d of %d documents: %w",
			v.cfg.MinN, v.cfg.MaxN, low, high, c.n, ErrEmpty)
	}
	return c.columns(levels, v.ngrams.columns, v.cfg.Weighting == Binary), nil
}

// columns returns the counts of the n-grams that have columns, one row an
// n-gram, one column a document.
func (c *corpus) columns(levels []level, n int, binary bool) *CSR {
	t := &CSR{Rows: n, Cols: c.n, Start: make([]int, n+1)}
	for _, l := range levels {
		for _, g := range l.grams {
			if g.column >= 0 {
				t.Start[g.column+1] = int(g.df)
			}
		}
	}
	for i := range n {
		t.Start[i+1] += t.Start[i]
	}
	t.Index = make([]int32, t.Start[n])
	if !binary {
		t.Value = make([]float32, t.Start[n])
	}
	const block = 1 << 12
	for _, l := range levels {
		kernel.Parallel((len(l.grams)+block-1)/block, func(b int) {
			for _, g := range l.grams[b*block : min((b+1)*block, len(l.grams))] {
				if g.column < 0 {
					continue
				}
				k, doc := t.Start[g.column]-1, int32(-1)
				for _, at := range l.order[g.from:g.to] {
					if d := c.docs[at]; d != doc {
						doc = d
						k++
						t.Index[k] = d
					}
					if !binary {
						t.Value[k]++
					}
				}
			}
		})
	}
	return t
}

// Transform returns a row for each document. N-grams that the vectorizer has
// not learnt count nothing.
func (v *Vectorizer) Transform(ctx context.Context, docs iter.Seq2[[]string, error]) (*CSR, error) {
	m, err := v.counts(ctx, docs)
	if err != nil {
		return nil, err
	}
	v.weigh(m)
	return m, nil
}

// counts returns the counts of each document.
func (v *Vectorizer) counts(ctx context.Context, docs iter.Seq2[[]string, error]) (*CSR, error) {
	m := &CSR{Cols: v.Columns(), Start: []int{0}}
	binary := v.cfg.Weighting == Binary
	// Documents are taken in batches, so that whatever docs yields need not
	// be held all at once.
	const batch = 1 << 10
	rows := make([]row, batch)
	texts := make([][]string, 0, batch)
	flush := func() {
		kernel.Parallel(len(texts), func(i int) { v.row(&rows[i], texts[i]) })
		for i := range texts {
			m.Index = append(m.Index, rows[i].columns...)
			if !binary {
				m.Value = append(m.Value, rows[i].counts...)
			}
			m.Start = append(m.Start, len(m.Index))
		}
		m.Rows += len(texts)
		texts = texts[:0]
	}
	for tokens, err := range docs {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("linear: document %d: %w", m.Rows+len(texts), err)
		}
		if texts = append(texts, tokens); len(texts) == batch {
			flush()
		}
	}
	flush()
	if binary {
		m.Value = nil
	}
	return m, nil
}

// row is a document's columns with their counts, and room to work in.
type row struct {
	columns []int32
	counts  []float32
	ids     []int32
	hashes  []int64
	marked  []byte // a word, and where its characters begin
	starts  []int
	stop    func() bool // whether the work on a long document is to end; nil: never
}

// row counts the n-grams of a document, not all where r.stop ends it.
func (v *Vectorizer) row(r *row, tokens []string) {
	r.columns, r.counts = r.columns[:0], r.counts[:0]
	if len(tokens) > longDocument {
		v.longRow(r, tokens)
	} else {
		v.sortedRow(r, tokens)
	}
}

// sortedRow is row for a document of a usual length.
func (v *Vectorizer) sortedRow(r *row, tokens []string) {
	if v.ngrams == nil {
		v.hashRow(r, tokens)
		return
	}
	r.ids = v.ngrams.appendIDs(r.ids[:0], tokens)
	v.ngrams.each(r.ids, len(r.ids), func(_, _ int, column int32) bool {
		r.columns = append(r.columns, column)
		return true
	})
	slices.Sort(r.columns)
	n := 0
	for _, c := range r.columns {
		if n > 0 && r.columns[n-1] == c {
			r.counts[n-1]++
			continue
		}
		r.columns[n] = c
		r.counts = append(r.counts, 1)
		n++
	}
	r.columns = r.columns[:n]
}

// features turns a document into its row.
func (v *Vectorizer) features(r *row, tokens []string) {
	v.row(r, tokens)
	switch v.cfg.Weighting {
	case Binary:
		for i := range r.counts {
			r.counts[i] = 1
		}
	case TFIDF:
		v.weighRow(r.columns, r.counts)
	}
}
