package linear

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomMatrix draws a matrix in which about one element in sparsity is
// stored.
func randomMatrix(rng *rand.Rand, rows, cols, sparsity int, values bool) *CSR {
	m := &CSR{Rows: rows, Cols: cols, Start: []int{0}}
	for range rows {
		for c := range cols {
			if rng.IntN(sparsity) == 0 {
				m.Index = append(m.Index, int32(c))
				if values {
					m.Value = append(m.Value, float32(rng.NormFloat64()))
				}
			}
		}
		m.Start = append(m.Start, len(m.Index))
	}
	if values && m.Value == nil {
		m.Value = []float32{}
	}
	return m
}

func dense(m *CSR) [][]float64 {
	out := make([][]float64, m.Rows)
	for i := range out {
		out[i] = make([]float64, m.Cols)
		index, values := m.Row(i)
		for k, c := range index {
			if out[i][c] = 1; values != nil {
				out[i][c] = float64(values[k])
			}
		}
	}
	return out
}

// wellFormed reports the first way in which m is not a well-formed matrix of
// finite values.
func wellFormed(m *CSR) error {
	switch {
	case m.Rows < 0 || m.Cols < 0 || m.Cols > math.MaxInt32:
		return fmt.Errorf("matrix of %d rows and %d columns", m.Rows, m.Cols)
	case len(m.Start) != m.Rows+1 || m.Start[0] != 0 || m.Start[m.Rows] != len(m.Index):
		return fmt.Errorf("matrix of %d rows and %d elements has %d offsets that do not span them", m.Rows, len(m.Index), len(m.Start))
	case m.Value != nil && len(m.Value) != len(m.Index):
		return fmt.Errorf("matrix has %d values for %d elements", len(m.Value), len(m.Index))
	}
	for i := range m.Rows {
		if m.Start[i+1] < m.Start[i] || m.Start[i+1] > len(m.Index) {
			return fmt.Errorf("row %d of the matrix ends before it begins", i)
		}
		last := int32(-1)
		for k := m.Start[i]; k < m.Start[i+1]; k++ {
			if c := m.Index[k]; c <= last || int(c) >= m.Cols {
				return fmt.Errorf("row %d of the matrix has column %d after %d, want ascending below %d", i, c, last, m.Cols)
			}
			last = m.Index[k]
			if m.Value != nil && !finite(float64(m.Value[k])) {
				return fmt.Errorf("row %d, column %d of the matrix is %v", i, last, m.Value[k])
			}
		}
	}
	return nil
}

func TestTransposeAndPick(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		m := randomMatrix(rng, rng.IntN(40), rng.IntN(30), 1+rng.IntN(8), n%2 == 0)
		if err := wellFormed(m); err != nil {
			t.Fatal(err)
		}
		tr := m.Transpose()
		if err := wellFormed(tr); err != nil {
			t.Fatal(err)
		}
		a, b := dense(m), dense(tr)
		for i := range m.Rows {
			for j := range m.Cols {
				if a[i][j] != b[j][i] {
					t.Fatalf("element %d,%d is %v, transposed %v", i, j, a[i][j], b[j][i])
				}
			}
		}
		rows := make([]int32, 0, m.Rows)
		for i := range m.Rows {
			if rng.IntN(2) == 0 {
				rows = append(rows, int32(i))
			}
		}
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		p := m.pick(rows)
		if err := wellFormed(p); err != nil {
			t.Fatal(err)
		}
		for i, row := range dense(p) {
			if !slices.Equal(row, a[rows[i]]) {
				t.Fatalf("picked row %d differs from row %d", i, rows[i])
			}
		}
	}
}

func TestCutsCoverAllRowsInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		m := randomMatrix(rng, rng.IntN(100), 20, 1+rng.IntN(5), false)
		n := 1 + rng.IntN(70)
		cuts := m.cuts(n)
		if len(cuts) != n+1 || cuts[0] != 0 || cuts[n] != m.Rows || !slices.IsSorted(cuts) {
			t.Fatalf("cuts %v of %d rows", cuts, m.Rows)
		}
	}
}
