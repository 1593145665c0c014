package kernel

import "fmt"

// same panics unless all lengths are n.
func same(name string, n int, lengths ...int) {
	for _, l := range lengths {
		if l != n {
			panic(fmt.Sprintf("kernel: %s: slices of %d and %d floats, want equal lengths", name, n, l))
		}
	}
}

// Add adds src to dst. dst may be src.
func Add(dst, src []float32) {
	same("Add", len(dst), len(src))
	add(dst, src)
}

// Axpy adds a*x to dst with one fused multiply-add an element. dst may be x.
func Axpy(dst []float32, a float32, x []float32) {
	same("Axpy", len(dst), len(x))
	axpy(dst, a, x)
}

// Scale multiplies dst by a.
func Scale(dst []float32, a float32) { scale(dst, a) }

// MulInto writes a*b, element by element, to dst. dst may be a or b.
func MulInto(dst, a, b []float32) {
	same("MulInto", len(dst), len(a), len(b))
	mulInto(dst, a, b)
}

// ReLU writes src where it is positive, otherwise 0, to dst. NaN stays NaN and -0
// stays -0. dst may be src.
func ReLU(dst, src []float32) {
	same("ReLU", len(dst), len(src))
	relu(dst, src)
}

// ReLUBackward writes to dx the gradient of ReLU's input: 0 where ReLU's output
// y is zero or below, elsewhere dy. dx may be dy or y.
func ReLUBackward(dx, dy, y []float32) {
	same("ReLUBackward", len(dx), len(dy), len(y))
	reluBackward(dx, dy, y)
}

func addPortable(dst, src []float32) {
	for i, x := range src {
		dst[i] += x
	}
}

func axpyPortable(dst []float32, a float32, x []float32) {
	for i, v := range x {
		dst[i] = fma32(a, v, dst[i])
	}
}

func scalePortable(dst []float32, a float32) {
	for i := range dst {
		dst[i] *= a
	}
}

func mulIntoPortable(dst, a, b []float32) {
	for i, x := range a {
		dst[i] = x * b[i]
	}
}

func reluPortable(dst, src []float32) {
	for i, x := range src {
		// MAXPS with x as second source.
		if 0 > x {
			x = 0
		}
		dst[i] = x
	}
}

func reluBackwardPortable(dx, dy, y []float32) {
	for i, v := range y {
		d := dy[i]
		if v <= 0 {
			d = 0
		}
		dx[i] = d
	}
}
