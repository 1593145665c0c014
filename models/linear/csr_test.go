package linear

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
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

func TestTransposeAndPick(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		m := randomMatrix(rng, rng.IntN(40), rng.IntN(30), 1+rng.IntN(8), n%2 == 0)
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		tr := m.Transpose()
		if err := tr.Check(); err != nil {
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
		if err := p.Check(); err != nil {
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

func TestCheckNamesWhatIsWrong(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		m    CSR
		want string
	}{
		{CSR{Rows: -1}, "-1 rows"},
		{CSR{Rows: 1, Cols: 1, Start: []int{0}}, "offsets"},
		{CSR{Rows: 1, Cols: 1, Start: []int{0, 2}, Index: []int32{0}}, "offsets"},
		{CSR{Rows: 1, Cols: 1, Start: []int{0, 1}, Index: []int32{0}, Value: []float32{}}, "0 values for 1 elements"},
		{CSR{Rows: 2, Cols: 2, Start: []int{0, 2, 1}, Index: []int32{0}}, "row 0"},
		{CSR{Rows: 2, Cols: 2, Start: []int{0, -1, 1}, Index: []int32{0}}, "row 0 of the matrix ends before"},
		{CSR{Rows: 1, Cols: 2, Start: []int{0, 1}, Index: []int32{2}}, "column 2 after -1"},
		{CSR{Rows: 1, Cols: 2, Start: []int{0, 1}, Index: []int32{-1}}, "column -1"},
		{CSR{Rows: 1, Cols: 2, Start: []int{0, 2}, Index: []int32{1, 1}}, "column 1 after 1"},
		{CSR{Rows: 1, Cols: 2, Start: []int{0, 1}, Index: []int32{1}, Value: []float32{nan}}, "column 1 of the matrix is NaN"},
	} {
		if err := c.m.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want an error with %q", c.m, err, c.want)
		}
	}
}
