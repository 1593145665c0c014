package kernel

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A flatKernel is an element-wise kernel as the tests call it: s are its slices,
// all of one length, and the first written of them come out changed.
type flatKernel struct {
	name    string
	slices  int
	written int
	run     func(s [][]float32)
	// aliases are the pairs of slices that may be the same.
	aliases [][2]int
}

var (
	testDrop  = Drop{Key: 0x123456789abcdef0, Limit: 1 << 30, Scale: 4.0 / 3}
	testAdam  = AdamConfig{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.02, Correction1: 0.19, Correction2: 0.001999}
	testAdamW = AdamConfig{LR: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.02, Decoupled: true, Correction1: 0.1, Correction2: 0.001}
	testSGD   = SGDConfig{LR: 0.1, Momentum: 0.9, WeightDecay: 0.01}
	nesterov  = SGDConfig{LR: 0.1, Momentum: 0.9, WeightDecay: 0.01, Nesterov: true}
)

var flatKernels = []flatKernel{
	{"Exp", 2, 1, func(s [][]float32) { Exp(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"Sigmoid", 2, 1, func(s [][]float32) { Sigmoid(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"Tanh", 2, 1, func(s [][]float32) { Tanh(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"Add", 2, 1, func(s [][]float32) { Add(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"Axpy", 2, 1, func(s [][]float32) { Axpy(s[0], 1.7, s[1]) }, [][2]int{{0, 1}}},
	{"Scale", 1, 1, func(s [][]float32) { Scale(s[0], 1.7) }, nil},
	{"MulInto", 3, 1, func(s [][]float32) { MulInto(s[0], s[1], s[2]) }, [][2]int{{0, 1}, {0, 2}, {1, 2}}},
	{"ReLU", 2, 1, func(s [][]float32) { ReLU(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"ReLUBackward", 3, 1, func(s [][]float32) { ReLUBackward(s[0], s[1], s[2]) }, [][2]int{{0, 1}, {0, 2}}},
	{"LSTMForward", 7, 6, func(s [][]float32) { LSTMForward(s[0], s[1], s[2], s[3], s[6], s[4], s[5]) }, [][2]int{{6, 4}}},
	{"LSTMBackward", 8, 5, func(s [][]float32) { LSTMBackward(s[0], s[1], s[2], s[3], s[5], s[6], s[7], s[4]) }, nil},
	{"GELU", 2, 1, func(s [][]float32) { GELU(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"GELUTanh", 2, 1, func(s [][]float32) { GELUTanh(s[0], s[1]) }, [][2]int{{0, 1}}},
	{"GELUBackward", 3, 1, func(s [][]float32) { GELUBackward(s[0], s[1], s[2]) }, [][2]int{{0, 1}, {0, 2}}},
	{"GELUTanhBackward", 3, 1, func(s [][]float32) { GELUTanhBackward(s[0], s[1], s[2]) }, [][2]int{{0, 1}, {0, 2}}},
	{"Drop", 2, 1, func(s [][]float32) { testDrop.Apply(s[0], s[1], 7) }, [][2]int{{0, 1}}},
	{"Adam", 4, 3, func(s [][]float32) { Adam(s[0], s[1], s[2], s[3], testAdam) }, nil},
	{"AdamW", 4, 3, func(s [][]float32) { Adam(s[0], s[1], s[2], s[3], testAdamW) }, nil},
	{"SGD", 2, 1, func(s [][]float32) { SGD(s[0], nil, s[1], testSGD) }, nil},
	{"SGD momentum", 3, 2, func(s [][]float32) { SGD(s[0], s[1], s[2], testSGD) }, nil},
	{"SGD Nesterov", 3, 2, func(s [][]float32) { SGD(s[0], s[1], s[2], nesterov) }, nil},
}

var vectorSpecials = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, -0x1p-149, 0x1p-126, -0x1p-126, 1e-38, 88.7, -88.7, -100, -104, 104,
	math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 16.6, -16.6, 9.1,
}

// lengths covers every tail of every loop: the widest steps 64 floats.
func lengths() []int {
	var n []int
	for i := range 83 {
		n = append(n, i)
	}
	return append(n, 127, 128, 129, 200, 1024, 2057)
}

func randomSlices(t testing.TB, r *rand.Rand, count, n int) [][]float32 {
	s := make([][]float32, count)
	for i := range s {
		s[i] = guarded(t, n)
		for j := range s[i] {
			s[i][j] = float32(r.NormFloat64() * 3)
			if r.IntN(12) == 0 {
				s[i][j] = vectorSpecials[r.IntN(len(vectorSpecials))]
			}
		}
	}
	return s
}

func cloneSlices(t testing.TB, s [][]float32) [][]float32 {
	c := make([][]float32, len(s))
	for i := range s {
		c[i] = guarded(t, len(s[i]))
		copy(c[i], s[i])
	}
	return c
}

func compareSlices(t *testing.T, what string, got, want [][]float32) {
	t.Helper()
	for i := range got {
		for j := range got[i] {
			if !sameBits(got[i][j], want[i][j]) {
				t.Fatalf("%s: slice %d of %d, element %d: %x, want %x", what, i, len(got[i]), j, got[i][j], want[i][j])
			}
		}
	}
}

// onPath runs f with a path in use.
func onPath(t testing.TB, p Path, f func()) {
	t.Helper()
	defer use(t, p)()
	f()
}

func TestFlatKernelsPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range flatKernels {
		for _, n := range lengths() {
			s := randomSlices(t, r, k.slices, n)
			want := cloneSlices(t, s)
			onPath(t, Portable, func() { k.run(want) })
			for i := k.written; i < k.slices; i++ {
				compareSlices(t, k.name+": an input changed", want[i:i+1], s[i:i+1])
			}
			for _, p := range Available() {
				got := cloneSlices(t, s)
				onPath(t, p, func() { k.run(got) })
				compareSlices(t, fmt.Sprintf("%s on %s", k.name, p), got, want)
			}
		}
	}
}

// The bits of every kernel, the same on every path, processor and day.
func TestFlatKernelsGolden(t *testing.T) {
	const n = 1003
	want := map[string]uint32{
		"Exp":              0xcfff444d,
		"Sigmoid":          0x0249cd58,
		"Tanh":             0x378f7ce7,
		"Add":              0x0d27e1ec,
		"Axpy":             0xfcbf6d1d,
		"Scale":            0xe3995a7b,
		"MulInto":          0x061320e5,
		"ReLU":             0x6261c064,
		"ReLUBackward":     0xd8c4299a,
		"LSTMForward":      0x6196496c,
		"LSTMBackward":     0xe0df525b,
		"GELU":             0xef28b531,
		"GELUTanh":         0xf7b73ae3,
		"GELUBackward":     0x0fc88f2c,
		"GELUTanhBackward": 0xc62bd60d,
		"Drop":             0xd51bf505,
		"Adam":             0xb7487b74,
		"AdamW":            0xeaf3ad3b,
		"SGD":              0xea57f13c,
		"SGD momentum":     0xfe780ac9,
		"SGD Nesterov":     0xe40b873c,
	}
	for _, k := range flatKernels {
		r := rand.New(rand.NewPCG(21, 22))
		in := make([][]float32, k.slices)
		for i := range in {
			in[i] = make([]float32, n)
			for j := range in[i] { // exact arithmetic: the inputs must not depend on the machine
				in[i][j] = float32(int32(r.Uint32())) * 0x1p-28
			}
			copy(in[i], vectorSpecials)
		}
		for _, p := range Available() {
			s := cloneSlices(t, in)
			onPath(t, p, func() { k.run(s) })
			sum := crc32.NewIEEE()
			for _, x := range s[:k.written] {
				for _, v := range x {
					if v != v {
						v = float32(math.NaN()) // whose bits are open
					}
					binary.Write(sum, binary.LittleEndian, v)
				}
			}
			if got := sum.Sum32(); got != want[k.name] {
				t.Errorf("%s on %s: checksum %#08x, want %#08x", k.name, p, got, want[k.name])
			}
		}
	}
}

func TestFlatKernelsAliased(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range flatKernels {
		for _, pair := range k.aliases {
			for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 77} {
				s := randomSlices(t, r, k.slices, n)
				copy(s[pair[0]], s[pair[1]])
				want := cloneSlices(t, s)
				onPath(t, Portable, func() { k.run(want) })
				// Whichever of the two is written holds the answer.
				out := min(pair[0], pair[1])
				for _, p := range Available() {
					got := cloneSlices(t, s)
					got[pair[0]] = got[pair[1]]
					onPath(t, p, func() { k.run(got) })
					compareSlices(t, fmt.Sprintf("%s on %s, %v one slice", k.name, p, pair), got[out:out+1], want[out:out+1])
				}
			}
		}
	}
}

func TestFlatKernelsLengths(t *testing.T) {
	for _, k := range flatKernels {
		for short := 1; short < k.slices; short++ {
			s := make([][]float32, k.slices)
			for i := range s {
				s[i] = make([]float32, 9, 16)
			}
			s[short] = s[short][:8]
			if !panics(func() { k.run(s) }) {
				t.Errorf("%s accepts slices of 9 floats with slice %d of 8", k.name, short)
			}
		}
	}
}

func panics(f func()) (p bool) {
	defer func() { p = recover() != nil }()
	f()
	return false
}

func TestFlatKernelsAllocateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range flatKernels {
		s := randomSlices(t, r, k.slices, 33)
		if n := testing.AllocsPerRun(10, func() { k.run(s) }); n != 0 {
			t.Errorf("%s allocates %v times", k.name, n)
		}
	}
}

// TestRegisters keeps the generator from giving AVX2 functions the registers
// that only AVX-512 has, which it does when it runs out of the others.
func TestRegisters(t *testing.T) {
	files, err := filepath.Glob("*_amd64.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly: %v, %v", files, err)
	}
	wide := regexp.MustCompile(`[ \t,][XYZ](1[6-9]|2[0-9]|3[01])\b|[ \t,]Z[0-9]|[ \t,]K[0-7]\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, function := range strings.Split(string(text), "\nTEXT ")[1:] {
			name, _, _ := strings.Cut(function, "(")
			code, _, _ := strings.Cut(function, "\n// func")
			if found := wide.FindString(code); found != "" && !strings.Contains(name, "AVX512") {
				t.Errorf("%s: %s uses %s", file, name, found)
			}
		}
	}
}

func TestArithmetic(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	dst := []float32{1, 2, 3, inf}
	Add(dst, []float32{4, -2, 1, -inf})
	wantFloats(t, "Add", dst, []float32{5, 0, 4, nan})
	// Fused: 1 - (1+e)(1-e) is e² although (1+e)(1-e) rounds to 1.
	const e = 0x1p-13
	dst = []float32{-1, 1}
	Axpy(dst, 1+e, []float32{1 - e, 2})
	wantFloats(t, "Axpy", dst, []float32{-e * e, 3 + 2*e})
	dst = []float32{1, -2, 0}
	Scale(dst, -3)
	wantFloats(t, "Scale", dst, []float32{-3, 6, zero})
	MulInto(dst, []float32{1, 2, 3}, []float32{4, 5, 6})
	wantFloats(t, "MulInto", dst, []float32{4, 10, 18})
	dst = make([]float32, 6)
	ReLU(dst, []float32{1, -1, zero, nan, inf, -inf})
	wantFloats(t, "ReLU", dst, []float32{1, 0, zero, nan, inf, 0})
	ReLUBackward(dst, []float32{1, 2, 3, 4, 5, nan}, []float32{1, 0, zero, nan, inf, -1})
	wantFloats(t, "ReLUBackward", dst, []float32{1, 0, 0, 4, 5, 0})
}

func wantFloats(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if !slices.EqualFunc(got, want, sameBits) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
