package linear

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// Weighting says what a Vectorizer's rows hold.
type Weighting string

const (
	Counts Weighting = "counts" // how often the n-gram occurs in the document
	Binary Weighting = "binary" // 1 where it occurs
	// TFIDF is the count times ln((1+n)/(1+df)) + 1 for n documents of which
	// df hold the n-gram, each row divided by its norm: scikit-learn's
	// TfidfVectorizer.
	TFIDF Weighting = "tfidf"
)

// Frequency is a limit on the number of documents that hold an n-gram, as a
// count or as a fraction of all documents. Both zero: no limit.
type Frequency struct {
	Count    int     `json:"count,omitempty"`
	Fraction float64 `json:"fraction,omitempty"`
}

// VectorizerConfig says which features documents have. Its zero value counts
// words.
type VectorizerConfig struct {
	Weighting Weighting `json:"weighting,omitempty"` // empty: Counts

	// MinN and MaxN are the lengths of the n-grams in words. 0: 1 for MinN,
	// MinN for MaxN.
	MinN int `json:"min_n,omitempty"`
	MaxN int `json:"max_n,omitempty"`

	MinDF Frequency `json:"min_df,omitzero"` // n-grams in fewer documents are left out
	MaxDF Frequency `json:"max_df,omitzero"` // and those in more

	// MaxFeatures keeps only as many n-grams, those that occur most often in
	// all (in most documents for Binary); among equals the shorter, then the
	// first in order. 0: all.
	MaxFeatures int `json:"max_features,omitempty"`

	// Hash is the number of columns that n-grams are hashed to, instead of
	// having a vocabulary: scikit-learn's HashingVectorizer with
	// alternate_sign as Signed says. MinDF, MaxDF and MaxFeatures must be
	// zero. 0: a vocabulary.
	Hash   int  `json:"hash,omitempty"`
	Signed bool `json:"signed,omitempty"` // half of the n-grams count negative

	// The rest is about TFIDF alone.
	Norm       Norm `json:"norm,omitempty"`       // empty: L2
	NoIDF      bool `json:"no_idf,omitempty"`     // counts, normalised
	Unsmoothed bool `json:"unsmoothed,omitempty"` // ln(n/df) + 1
	Sublinear  bool `json:"sublinear,omitempty"`  // 1 + ln(count) in place of the count
}

// Norm names the norm that rows are divided by.
type Norm string

const (
	L2   Norm = "l2"
	L1   Norm = "l1"
	None Norm = "none"
)

// MaxN is the longest n-gram that a Vectorizer accepts, in words.
const MaxN = 16

// filled returns the config with zeros replaced by what they mean, or says
// what is wrong with it.
func (c VectorizerConfig) filled() (VectorizerConfig, error) {
	if c.Weighting == "" {
		c.Weighting = Counts
	}
	if c.MinN == 0 {
		c.MinN = 1
	}
	if c.MaxN == 0 {
		c.MaxN = c.MinN
	}
	if c.Norm == "" && c.Weighting == TFIDF {
		c.Norm = L2
	}
	fail := func(format string, args ...any) (VectorizerConfig, error) {
		return c, fmt.Errorf("linear: vectorizer: "+format, args...)
	}
	tfidf := c.Weighting == TFIDF
	switch {
	case c.Weighting != Counts && c.Weighting != Binary && !tfidf:
		return fail("weighting %q, want %q, %q or %q", c.Weighting, Counts, Binary, TFIDF)
	case c.MinN < 1 || c.MaxN < c.MinN || c.MaxN > MaxN:
		return fail("n-grams of %d to %d words, want 1 to %d", c.MinN, c.MaxN, MaxN)
	case c.MaxFeatures < 0 || c.MaxFeatures > math.MaxInt32:
		return fail("max_features is %d, want 0 or more", c.MaxFeatures)
	case c.Hash < 0 || c.Hash > 1<<30:
		return fail("hash is %d, want 0 to %d columns", c.Hash, 1<<30)
	case c.Hash > 0 && (c.MinDF != Frequency{} || c.MaxDF != Frequency{} || c.MaxFeatures != 0):
		return fail("hashed features have no document frequencies to limit, nor a number of features other than hash")
	case c.Signed && (c.Hash == 0 || c.Weighting == Binary):
		return fail("signed is for hashed counts and TF-IDF")
	case tfidf && c.Norm != L2 && c.Norm != L1 && c.Norm != None:
		return fail("norm %q, want %q, %q or %q", c.Norm, L2, L1, None)
	case !tfidf && (c.Norm != "" || c.NoIDF || c.Unsmoothed || c.Sublinear):
		return fail("norm, no_idf, unsmoothed and sublinear are for %q, not for %q", TFIDF, c.Weighting)
	}
	for _, f := range []struct {
		name string
		Frequency
	}{{"min_df", c.MinDF}, {"max_df", c.MaxDF}} {
		if f.Count < 0 || !(f.Fraction >= 0 && f.Fraction <= 1) || f.Count > 0 && f.Fraction > 0 {
			return fail("%s is %d or %v, want a count of 0 or more or a fraction of 0 to 1, not both", f.name, f.Count, f.Fraction)
		}
	}
	return c, nil
}

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
}

// row counts the n-grams of a document.
func (v *Vectorizer) row(r *row, tokens []string) {
	r.columns, r.counts = r.columns[:0], r.counts[:0]
	if v.ngrams == nil {
		v.hashRow(r, tokens)
		return
	}
	r.ids = v.ngrams.appendIDs(r.ids[:0], tokens)
	v.ngrams.each(r.ids, func(_, _ int, column int32) { r.columns = append(r.columns, column) })
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

// weigh turns counts into what the rows hold.
func (v *Vectorizer) weigh(m *CSR) {
	if v.cfg.Weighting == TFIDF {
		m.eachRow(v.weighRow)
	}
}

// normalise divides the rows by their norms, after columns were dropped.
func (v *Vectorizer) normalise(m *CSR) {
	m.eachRow(func(_ []int32, values []float32) { v.divide(values) })
}

// eachRow calls f for all rows, on all cores.
func (m *CSR) eachRow(f func(columns []int32, values []float32)) {
	const block = 256
	kernel.Parallel((m.Rows+block-1)/block, func(b int) {
		for i := b * block; i < min((b+1)*block, m.Rows); i++ {
			f(m.Row(i))
		}
	})
}

// weighRow turns the counts of one document into TF-IDF.
func (v *Vectorizer) weighRow(columns []int32, values []float32) {
	for k, c := range columns {
		tf := float64(values[k])
		if v.cfg.Sublinear && tf != 0 {
			tf = math.Copysign(log(math.Abs(tf))+1, tf)
		}
		if v.idf != nil {
			tf *= float64(v.idf[c])
		}
		values[k] = float32(tf)
	}
	v.divide(values)
}

// divide divides a row by its norm.
func (v *Vectorizer) divide(values []float32) {
	norm := 0.0
	for _, x := range values {
		switch w := float64(x); v.cfg.Norm {
		case L2:
			norm += float64(w * w)
		case L1:
			norm += math.Abs(w)
		}
	}
	if v.cfg.Norm == L2 {
		norm = math.Sqrt(norm)
	}
	if norm == 0 { // none wanted, or nothing in the row
		return
	}
	for k, x := range values {
		values[k] = float32(float64(x) / norm)
	}
}

// idf returns the factor of each column from its document frequency. A column
// that no document has, which only hashing gives, counts as if one had it
// where the definition would divide by zero.
func idf(t *CSR, smooth bool) []float32 {
	docs := t.Cols
	out := make([]float32, t.Rows)
	known := map[int]float32{}
	for i := range out {
		df := t.Start[i+1] - t.Start[i]
		w, ok := known[df]
		if !ok {
			if smooth {
				w = float32(log(float64(1+docs)/float64(1+df)) + 1)
			} else {
				w = float32(log(float64(docs)/float64(max(df, 1))) + 1)
			}
			known[df] = w
		}
		out[i] = w
	}
	return out
}
