package kernel

import (
	"math"
	"testing"
)

// Every element goes to its place, the rest of each panel is zero, and nothing
// else of source or destination is read or written.
func TestPack(t *testing.T) {
	value := normal(6)
	for _, path := range Available() {
		restore := use(t, path)
		for _, rows := range []int{0, 1, 2, 15, 16, 17, 33} {
			for _, cols := range []int{0, 1, 7, 8, 9, 15, 16, 17, 40} {
				for _, ld := range []int{cols, cols + 1, cols + 5} {
					src := guarded(t, max((rows-1)*ld+cols, 0))
					for r := range rows {
						for c := range cols {
							src[r*ld+c] = value()
						}
					}
					at := func(r, c int) float32 {
						if r >= rows || c >= cols {
							return 0
						}
						return src[r*ld+c]
					}

					dst := guarded(t, Panels(cols)*rows*Width)
					Pack(dst, src, rows, cols, ld)
					for i, v := range dst {
						p, r, j := i/(rows*Width), i/Width%rows, i%Width
						if want := at(r, p*Width+j); v != want {
							t.Fatalf("Pack(%d, %d, %d): panel %d row %d column %d: %v, want %v", rows, cols, ld, p, r, j, v, want)
						}
					}

					back := guarded(t, len(src))
					Unpack(back, dst, rows, cols, ld)
					for i := range back {
						if math.Float32bits(back[i]) != math.Float32bits(src[i]) {
							t.Fatalf("Unpack(%d, %d, %d): element %d: %v, want %v", rows, cols, ld, i, back[i], src[i])
						}
					}

					dst = guarded(t, Panels(rows)*cols*Width)
					PackT(dst, src, rows, cols, ld)
					for i, v := range dst {
						p, c, j := i/(cols*Width), i/Width%cols, i%Width
						if want := at(p*Width+j, c); v != want {
							t.Fatalf("PackT(%d, %d, %d): panel %d row %d column %d: %v, want %v", rows, cols, ld, p, c, j, v, want)
						}
					}
				}
			}
		}
		restore()
	}
}

// PackT makes of weights [out, in] what Mul takes on the right: the product is
// x W^T.
func TestPackTIsTransposed(t *testing.T) {
	const rows, in, out = 3, 5, 20
	value := normal(7)
	x, w := make([]float32, rows*in), make([]float32, out*in)
	for i := range x {
		x[i] = value()
	}
	for i := range w {
		w[i] = value()
	}
	packed := make([]float32, Panels(out)*in*Width)
	PackT(packed, w, out, in, in)
	c := make([]float32, Panels(out)*rows*Width)
	Mul(c, Width, rows*Width, Operand{Data: x, Row: in, Col: 1, Width: in}, packed, in*Width, rows, in, Panels(out), false)
	for r := range rows {
		for o := range out {
			want := float32(0)
			for i := range in {
				want = fma32(x[r*in+i], w[o*in+i], want)
			}
			if got := c[o/Width*rows*Width+r*Width+o%Width]; got != want {
				t.Errorf("row %d output %d: %v, want %v", r, o, got, want)
			}
		}
	}
}

func BenchmarkPack(b *testing.B) {
	const rows, cols = 1024, 368
	src, dst := make([]float32, rows*cols), make([]float32, rows*cols)
	for name, f := range map[string]func(){
		"Pack":   func() { Pack(dst, src, rows, cols, cols) },
		"PackT":  func() { PackT(dst, src, rows, cols, cols) },
		"Unpack": func() { Unpack(dst, src, rows, cols, cols) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(2 * 4 * rows * cols)
			for b.Loop() {
				f()
			}
		})
	}
}

func TestCopyRows(t *testing.T) {
	for _, cols := range []int{1, 5, Width} {
		src, dst := make([]float32, 4*20), make([]float32, 4*33)
		for i := range src {
			src[i] = float32(i + 1)
		}
		CopyRows(dst, 33, src, 20, 4, cols)
		for r := range 4 {
			for c := range 33 {
				want := float32(0)
				if c < cols {
					want = src[r*20+c]
				}
				if got := dst[r*33+c]; got != want {
					t.Errorf("%d columns: row %d, column %d is %v, want %v", cols, r, c, got, want)
				}
			}
		}
		CopyRows(nil, 16, nil, 16, 0, cols)
	}
}
