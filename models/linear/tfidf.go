package linear

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

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
