package linear

import (
	"math"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// CSR is a sparse matrix in compressed rows. Row i has the columns
// Index[Start[i]:Start[i+1]], ascending without repetition, and the values at
// the same places of Value.
type CSR struct {
	Rows, Cols int
	Start      []int     // Rows+1 offsets, the first 0
	Index      []int32   // columns
	Value      []float32 // nil: every stored element is 1
}

// NNZ returns the number of stored elements.
func (m *CSR) NNZ() int { return len(m.Index) }

// Row returns the columns and values of row i; values are nil where Value is.
func (m *CSR) Row(i int) (columns []int32, values []float32) {
	lo, hi := m.Start[i], m.Start[i+1]
	if m.Value != nil {
		values = m.Value[lo:hi]
	}
	return m.Index[lo:hi], values
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// transposeBlocks bounds the memory of Transpose: each block counts every
// column.
const transposeBlocks = 16

// Transpose returns the matrix with rows and columns exchanged. The elements
// of each column keep the order of their rows.
func (m *CSR) Transpose() *CSR {
	t := &CSR{Rows: m.Cols, Cols: m.Rows, Start: make([]int, m.Cols+1), Index: make([]int32, len(m.Index))}
	if m.Value != nil {
		t.Value = make([]float32, len(m.Value))
	}
	// Where a matrix has more columns than elements a block, counting every
	// column in each block would cost more than it saves.
	blocks := max(1, min(transposeBlocks, len(m.Index)/(m.Cols+1)))
	cuts := m.cuts(blocks)
	at := make([][]int32, blocks) // elements of each column in the block, then where its next one goes
	kernel.Parallel(blocks, func(b int) {
		count := make([]int32, m.Cols)
		for _, c := range m.Index[m.Start[cuts[b]]:m.Start[cuts[b+1]]] {
			count[c]++
		}
		at[b] = count
	})
	n := 0
	for c := range m.Cols {
		t.Start[c] = n
		for b := range at {
			k := at[b][c]
			at[b][c] = int32(n - t.Start[c]) // relative, so that 32 bits do
			n += int(k)
		}
	}
	t.Start[m.Cols] = n
	kernel.Parallel(blocks, func(b int) {
		next := at[b]
		for i := cuts[b]; i < cuts[b+1]; i++ {
			for k := m.Start[i]; k < m.Start[i+1]; k++ {
				c := m.Index[k]
				to := t.Start[c] + int(next[c])
				next[c]++
				t.Index[to] = int32(i)
				if t.Value != nil {
					t.Value[to] = m.Value[k]
				}
			}
		}
	})
	return t
}

// cuts divides the rows into n runs of about equally many elements: run b is
// rows cuts[b] to cuts[b+1].
func (m *CSR) cuts(n int) []int {
	cuts := make([]int, n+1)
	row := 0
	for b := 1; b < n; b++ {
		// Rows weigh 1 apart from their elements, so that empty ones spread too.
		want := (len(m.Index) + m.Rows) / n * b
		for row < m.Rows && m.Start[row]+row < want {
			row++
		}
		cuts[b] = row
	}
	cuts[n] = m.Rows
	return cuts
}
