//go:build linux || darwin

package kernel

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// page returns a page of floats with an inaccessible page on either side.
func page(t *testing.T) []float32 {
	t.Helper()
	size := syscall.Getpagesize()
	b, err := syscall.Mmap(-1, 0, 3*size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no memory map:", err)
	}
	t.Cleanup(func() { syscall.Munmap(b) })
	for _, end := range [][]byte{b[:size], b[2*size:]} {
		if err := syscall.Mprotect(end, syscall.PROT_NONE); err != nil {
			t.Skip("cannot protect memory:", err)
		}
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[size])), size/4)
}

// A read or write one float past either end of any slice ends the test with a
// fault.
func TestNothingTouchedPastTheEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	pages := make([][]float32, 8)
	for i := range pages {
		pages[i] = page(t)
		for j := range pages[i] {
			pages[i][j] = float32(r.NormFloat64())
		}
	}
	all := len(pages[0])
	place := map[string]func(p []float32, n int) []float32{
		"start": func(p []float32, n int) []float32 { return p[:n:n] },
		"end":   func(p []float32, n int) []float32 { return p[all-n:] },
	}
	for _, path := range Available() {
		onPath(t, path, func() {
			for _, at := range place {
				for n := range 70 {
					s := make([][]float32, len(pages))
					for i := range s {
						s[i] = at(pages[i], n)
					}
					for _, k := range flatKernels {
						k.run(s[:k.slices])
					}
					SumSquares(s[0])
					if n > 0 {
						rows := all / n
						ColumnSums(s[0], at(pages[1], rows*n), rows, n)
					}
				}
			}
		})
	}
}

// The same of bytes: products and the rounding of rows.
func TestNothingTouchedPastTheEnds8(t *testing.T) {
	c, x, bytesAt, scales := page(t), page(t), page(t), page(t)
	all := len(c)
	data := unsafe.Slice((*uint8)(unsafe.Pointer(&bytesAt[0])), 4*all)
	place := map[string]func(n int) (c, x []float32, data []uint8, scales []float32){
		"start": func(n int) ([]float32, []float32, []uint8, []float32) {
			return c[: n*Width : n*Width], x[: n*Width : n*Width], data[: n*Width : n*Width], scales[:n:n]
		},
		"end": func(n int) ([]float32, []float32, []uint8, []float32) {
			return c[all-n*Width:], x[all-n*Width:], data[4*all-n*Width:], scales[all-n:]
		},
	}
	w := NewWeights8(Width, Width)
	onEach8(t, func(string) {
		for _, at := range place {
			for n := 1; n < 31; n++ {
				c, x, data, scales := at(n)
				a := Rows8{Data: data, Scales: scales, Stride: n}
				a.Set(0, x, 0, n, Width)
				MulAdd8(c, 0, a, 0, w, 0, 1, n)
			}
		}
	})
}
