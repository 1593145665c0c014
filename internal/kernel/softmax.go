package kernel

import "fmt"

// SoftmaxColumns replaces each column of the panel s [rows][16] by its softmax:
// with the column's largest value m, e^(s-m) divided by their sum. The sum is
// taken over ascending rows, one rounding a term, and each term is multiplied by
// the rounded reciprocal. A column with a NaN or with +Inf becomes NaN. It panics
// unless s is a whole number of rows.
func SoftmaxColumns(s []float32) {
	if len(s)%Width != 0 {
		panic(fmt.Sprintf("kernel: SoftmaxColumns: %d floats, want rows of %d", len(s), Width))
	}
	if len(s) > 0 {
		softmaxColumns(s)
	}
}

// SoftmaxColumnsBackward replaces ds, the gradient of SoftmaxColumns' result p, by
// that of its input: p (ds - Σ p ds), the sum fused over ascending rows of a column.
// Both are panels [rows][16].
func SoftmaxColumnsBackward(ds, p []float32) {
	same("SoftmaxColumnsBackward", len(ds), len(p))
	if len(p)%Width != 0 {
		panic(fmt.Sprintf("kernel: SoftmaxColumnsBackward: %d floats, want rows of %d", len(p), Width))
	}
	if len(p) > 0 {
		softmaxColumnsBackward(ds, p)
	}
}

func softmaxColumnsPortable(s []float32) {
	for j := range Width {
		m := s[j]
		for i := j; i < len(s); i += Width {
			if s[i] > m {
				m = s[i]
			}
		}
		sum := float32(0)
		for i := j; i < len(s); i += Width {
			s[i] = exp1(s[i] - m)
			sum += s[i]
		}
		scale := 1 / sum
		for i := j; i < len(s); i += Width {
			s[i] *= scale
		}
	}
}

func softmaxColumnsBackwardPortable(ds, p []float32) {
	for j := range Width {
		sum := float32(0)
		for i := j; i < len(p); i += Width {
			sum = fma32(p[i], ds[i], sum)
		}
		for i := j; i < len(p); i += Width {
			ds[i] = p[i] * (ds[i] - sum)
		}
	}
}
