package kernel

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// random8 is rows of any bytes and weights of any, extreme ones often.
func random8(r *rand.Rand, rows, stride, k, columns int) (Rows8, *Weights8) {
	extreme := func(n int) int {
		if r.IntN(3) == 0 {
			return n * (2*r.IntN(2) - 1)
		}
		return r.IntN(2*n+1) - n
	}
	a := Rows8{Data: make([]uint8, Panels(k)*stride*Width), Scales: make([]float32, stride), Stride: stride}
	for i := range a.Data {
		a.Data[i] = uint8(128 + extreme(Most8))
	}
	for i := range a.Scales {
		a.Scales[i] = r.Float32()
	}
	w := NewWeights8(k, columns)
	for j := range columns {
		column := make([]float32, k)
		for i := range column {
			column[i] = float32(extreme(Most8)) * 0x1p-7
		}
		column[r.IntN(k)] = Most8 * 0x1p-7
		w.Set(j, column)
		for i, v := range column {
			if q := w.byteAt(i, j); q != int(v*0x1p7) || w.scales[j] != 0x1p-7 {
				panic(fmt.Sprintf("%v was kept as %d times %v", v, q, w.scales[j]))
			}
		}
	}
	return a, w
}

func (w *Weights8) byteAt(i, j int) int {
	return int(w.data[j/Width*w.panel()+i/4*4*Width+j%Width*4+i%4])
}

func TestMulAdd8EqualsItsDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	for _, k := range []int{1, 3, 4, 15, 16, 17, 64, 100, 384} {
		for _, columns := range []int{1, 16, 17, 40, 64} {
			for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 28, 29, 45} {
				if k > 100 && rows%7 != 1 {
					continue
				}
				stride, row := rows+r.IntN(3), 0
				if stride > rows {
					row = 1
				}
				a, w := random8(r, rows, stride, k, columns)
				first := r.IntN(Panels(columns))
				panels := Panels(columns) - first
				cPanel := rows*Width + r.IntN(2)*Width
				start := values(t, r, (panels-1)*cPanel+rows*Width, 50)
				want := slices.Clone(start)
				for p := range panels {
					for i := range rows {
						for j := range Width {
							sum := 0
							for n := range k {
								if h := (first+p)*Width + j; h < columns {
									sum += (int(a.Data[(n/Width*stride+row+i)*Width+n%Width]) - 128) * w.byteAt(n, h)
								}
							}
							at := p*cPanel + i*Width + j
							want[at] = exactFMA(float32(sum), a.Scales[row+i]*w.scales[(first+p)*Width+j], want[at])
						}
					}
				}
				onEach8(t, func(name string) {
					c := guarded(t, len(start))
					copy(c, start)
					MulAdd8(c, cPanel, a, row, w, first, panels, rows)
					compareSlices(t, fmt.Sprintf("%s: %dx%dx%d", name, rows, k, columns), [][]float32{c}, [][]float32{want})
				})
			}
		}
	}
}

// The largest sums there are, of either sign, are exact: no pair of products, and no
// sum, is cut off.
func TestMulAdd8Extremes(t *testing.T) {
	for _, k := range []int{16, 1000, MaxDepth8} {
		for _, x := range []int{-Most8, Most8} {
			for _, y := range []float32{-1, 1} {
				w := NewWeights8(k, 2)
				column := make([]float32, k)
				for i := range column {
					column[i] = y
				}
				w.Set(0, column)
				for i := range column {
					column[i] = y * float32(1-2*(i/2%2))
				}
				w.Set(1, column)
				a := Rows8{Data: bytes.Repeat([]uint8{uint8(128 + x)}, Panels(k)*Width*3), Scales: []float32{1, 1, 1}, Stride: 3}
				want := float32(x*Most8*int(y)*k) * w.scales[0]
				onEach8(t, func(name string) {
					c := guarded(t, 3*Width)
					clear(c)
					MulAdd8(c, 0, a, 0, w, 0, 1, 3)
					for r := range 3 {
						if c[r*Width] != want {
							t.Errorf("%s: k %d, %d by %v: %v, want %v", name, k, x, y, c[r*Width], want)
						}
						if alternating := k%4 == 0; alternating && c[r*Width+1] != 0 {
							t.Errorf("%s: k %d: alternating sum is %v, want 0", name, k, c[r*Width+1])
						}
					}
				})
			}
		}
	}
}

func TestRows8Paths(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	special := []float32{0, float32(math.Copysign(0, -1)), 1e-45, 1e-38, 0x1p-100, 0x1.fffffep-101, 3.4e38, -3.4e38, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN())}
	for _, k := range []int{1, 15, 16, 17, 33, 384} {
		for round := range 60 {
			rows, xPanel := 1+r.IntN(9), 9*Width+3
			x := guarded(t, (Panels(k)-1)*xPanel+9*Width)
			clear(x)
			for row := range rows {
				unit := float32(math.Ldexp(1, r.IntN(250)-125))
				for i := range k {
					at := i/Width*xPanel + row*Width + i%Width
					x[at] = float32(r.NormFloat64()) * unit
					if round%3 == 1 && r.IntN(k) == 0 {
						x[at] = special[r.IntN(len(special))]
					}
				}
			}
			var want Rows8
			onEach8(t, func(name string) {
				got := Rows8{Data: bytes.Repeat([]uint8{7}, Panels(k)*10*Width), Scales: guarded(t, 10), Stride: 10}
				got.Set(1, x, xPanel, rows, k)
				if want.Data == nil {
					want = got
				}
				compareSlices(t, name+": scales", [][]float32{got.Scales}, [][]float32{want.Scales})
				if !bytes.Equal(got.Data, want.Data) {
					t.Fatalf("%s: k %d: bytes %v, want %v", name, k, got.Data, want.Data)
				}
			})
			checkRows8(t, want, x, xPanel, rows, k)
		}
	}
}

// checkRows8 compares rows with what Rows8.Set promises.
func checkRows8(t *testing.T, a Rows8, x []float32, xPanel, rows, k int) {
	t.Helper()
	for row := range rows {
		largest, finite := 0.0, true
		for i := range k {
			v := math.Abs(float64(x[i/Width*xPanel+row*Width+i%Width]))
			largest, finite = max(largest, v), finite && v <= math.MaxFloat32
		}
		scale := a.Scales[row+1]
		for i := range Panels(k) * Width {
			got := int(a.Data[(i/Width*10+row+1)*Width+i%Width]) - 128
			v := float64(x[i/Width*xPanel+row*Width+i%Width])
			switch {
			case !finite:
				if scale == scale || got != 0 {
					t.Fatalf("a row that is not finite: %d times %v", got, scale)
				}
			case largest < 0x1p-100:
				if scale != 0 || got != 0 {
					t.Fatalf("a row of at most %v: %d times %v", largest, got, scale)
				}
			default:
				if scale != float32(largest)/127 || math.Abs(v*127/largest-float64(got)) > 0.50002 {
					t.Fatalf("%v of at most %v is %d times %v", v, largest, got, scale)
				}
			}
		}
	}
	for i, v := range a.Data { // before and behind the rows
		if row := i / Width % 10; (row == 0 || row > rows) && v != 7 {
			t.Fatalf("a byte of row %d was written", row)
		}
	}
}

// Halves go to the even integer.
func TestRows8Halves(t *testing.T) {
	x := make([]float32, Width)
	copy(x, []float32{127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 125.5, 126.5, -126.5})
	want := []uint8{255, 128, 130, 130, 128, 126, 126, 254, 254, 2, 128, 128, 128, 128, 128, 128}
	onEach8(t, func(name string) {
		a := Rows8{Data: make([]uint8, Width), Scales: make([]float32, 1), Stride: 1}
		a.Set(0, x, 0, 1, 10)
		if !bytes.Equal(a.Data, want) || a.Scales[0] != 1 {
			t.Errorf("%s: %v times %v, want %v", name, a.Data, a.Scales[0], want)
		}
	})
}

func TestQuantise8(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	q, again := make([]int8, 50), make([]int8, 50)
	x := make([]float32, 50)
	for range 1000 {
		unit := math.Ldexp(1, r.IntN(270)-149)
		for i := range x {
			x[i] = float32(r.NormFloat64() * unit)
		}
		scale := Quantise8(q, x)
		if slices.Contains(q, -128) {
			t.Fatalf("%v became -128", x)
		}
		for i := range x {
			if d := math.Abs(float64(x[i]) - float64(q[i])*float64(scale)); unit > 1e-30 && d > 0.5001*float64(scale) {
				t.Fatalf("%v is %d times %v", x[i], q[i], scale)
			}
			x[i] = float32(q[i]) * scale
		}
		if s := Quantise8(again, x); unit > 1e-30 && (s != scale || !slices.Equal(q, again)) {
			t.Fatalf("rounded twice: %v and %v", scale, s)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		x[3] = float32(bad)
		if s := Quantise8(q, x); s == s || slices.Max(q) != 0 || slices.Min(q) != 0 {
			t.Errorf("a row with %v: %v times %v", bad, q, s)
		}
	}
	clear(x)
	if s := Quantise8(q, x); s != 0 || slices.Max(q) != 0 || slices.Min(q) != 0 {
		t.Errorf("zeros: %v times %v", q, s)
	}
}

func TestInt8Panics(t *testing.T) {
	w := NewWeights8(20, 20)
	a := Rows8{Data: make([]uint8, 2*3*Width), Scales: make([]float32, 3), Stride: 3}
	c := make([]float32, 6*Width)
	MulAdd8(c, 3*Width, a, 0, w, 0, 2, 3)
	MulAdd8(nil, 3*Width, a, 0, w, 0, 2, 0)
	for name, f := range map[string]func(){
		"no k":          func() { NewWeights8(0, 1) },
		"too deep":      func() { NewWeights8(MaxDepth8+1, 1) },
		"no columns":    func() { NewWeights8(1, 0) },
		"short column":  func() { w.Set(0, make([]float32, 19)) },
		"column":        func() { w.Set(20, make([]float32, 20)) },
		"short c":       func() { MulAdd8(c[1:], 3*Width, a, 0, w, 0, 2, 3) },
		"rows":          func() { MulAdd8(c, 3*Width, a, 1, w, 0, 2, 3) },
		"panels":        func() { MulAdd8(c, 3*Width, a, 0, w, 1, 2, 3) },
		"short bytes":   func() { MulAdd8(c, 3*Width, Rows8{a.Data[1:], a.Scales, 3}, 0, w, 0, 2, 3) },
		"short scales":  func() { MulAdd8(c, 3*Width, Rows8{a.Data, a.Scales[1:], 3}, 0, w, 0, 2, 3) },
		"Set short x":   func() { a.Set(0, c[:5*Width], 3*Width, 3, 20) },
		"Set rows":      func() { a.Set(1, c, 3*Width, 3, 20) },
		"Set backwards": func() { a.Set(-1, c, 3*Width, 3, 20) },
	} {
		if !panics(f) {
			t.Errorf("%s: no panic", name)
		}
	}
}
