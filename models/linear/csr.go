package linear

import (
	"fmt"
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

// Check reports the first way in which m is not a well-formed matrix of
// finite values.
func (m *CSR) Check() error {
	switch {
	case m.Rows < 0 || m.Cols < 0 || m.Cols > math.MaxInt32:
		return fmt.Errorf("linear: matrix of %d rows and %d columns, want 0 or more rows and 0 to %d columns", m.Rows, m.Cols, math.MaxInt32)
	case len(m.Start) != m.Rows+1 || m.Start[0] != 0 || m.Start[m.Rows] != len(m.Index):
		return fmt.Errorf("linear: matrix of %d rows and %d elements has %d offsets that do not span them", m.Rows, len(m.Index), len(m.Start))
	case m.Value != nil && len(m.Value) != len(m.Index):
		return fmt.Errorf("linear: matrix has %d values for %d elements", len(m.Value), len(m.Index))
	}
	for i := range m.Rows {
		if m.Start[i+1] < m.Start[i] || m.Start[i+1] > len(m.Index) {
			return fmt.Errorf("linear: row %d of the matrix ends before it begins", i)
		}
		last := int32(-1)
		for k := m.Start[i]; k < m.Start[i+1]; k++ {
			if c := m.Index[k]; c <= last || int(c) >= m.Cols {
				return fmt.Errorf("linear: row %d of the matrix has column %d after %d, want ascending below %d", i, c, last, m.Cols)
			}
			last = m.Index[k]
			if m.Value != nil && !finite(float64(m.Value[k])) {
				return fmt.Errorf("linear: row %d, column %d of the matrix is %v", i, last, m.Value[k])
			}
		}
	}
	return nil
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
