package main

import (
	"fmt"
	"math"
	"slices"
)

// The constants of exp.go and gelu.go in package kernel, which explain them. A test
// compares the paths' bits.
var constants = map[string]uint32{
	"c0":          f32(0.5),
	"c1":          f32(0x1.5554a4p-3),
	"c2":          f32(0x1.555688p-5),
	"c3":          f32(0x1.122f96p-7),
	"c4":          f32(0x1.6b6e36p-10),
	"log2e":       f32(math.Log2E),
	"twoLog2e":    f32(2 * math.Log2E),
	"ln2Hi":       f32(math.Ln2),
	"ln2Lo":       f32(math.Ln2 - float64(float32(math.Ln2))),
	"halfLn2":     f32(math.Ln2 / 2),
	"magic":       f32(12582912),
	"expMax":      f32(89),
	"expMin":      f32(-105),
	"sigmoidMax":  f32(30),
	"tanhMax":     f32(10),
	"sigmoidOne":  f32(0x1p-32),
	"one":         f32(1),
	"minusOne":    f32(-1),
	"half":        f32(0.5),
	"minusHalf":   f32(-0.5),
	"bias":        127 << 23,
	"sigmoidBias": (127 - 32) << 23,
	"sign":        1 << 31,
	"erfMax":      f32(5.5),
	"erfMin":      f32(-5.5),
	"erfScale":    f32(2 / (5.5 * 5.5)),
	"tanhGELU1":   f32(0.7978845608028654),
	"tanhGELU3":   f32(0.7978845608028654 * 0.044715),
	"tanhGELU9":   math.Float32bits(3 * math.Float32frombits(f32(0.7978845608028654*0.044715))),
	"density0":    f32(0.3989422804014327),
	"slopeMax":    f32(15),
	"slopeMin":    f32(-15),
	"dropStep":    0x9e3779b9,
	"dropMix1":    0x21f0aaad,
	"dropMix2":    0x735a2d97,
}

var erfC = []float64{
	0x1.07463cp-2, -0x1.06d994p-3, 0x1.8710b6p-4, -0x1.3dc98cp-4, 0x1.06bef2p-4, -0x1.aade38p-5, 0x1.4d471ep-5, -0x1.ea579ap-6,
	0x1.51a72cp-6, -0x1.c5f30ep-7, 0x1.2668ccp-7, -0x1.26be66p-8, 0x1.b1ce5p-10, -0x1.5c1cecp-10, 0x1.38fb62p-10, -0x1.979238p-12,
}

func init() {
	for i, c := range erfC {
		constants[fmt.Sprint("erf", i)] = f32(c)
	}
}

func f32(x float64) uint32 { return math.Float32bits(float32(x)) }

// functions writes transcendental functions. It holds constants in registers: whole ones,
// the same in all lanes, and four to a register, whose lanes multiply or are copied.
type functions struct {
	*builder
	whole map[string]vec
	lanes map[string]lane
}

type lane struct {
	of vec
	i  int
}

// constant puts constants in registers.
func (f *builder) constant(whole, lanes []string) *functions {
	c := &functions{builder: f, whole: map[string]vec{}, lanes: map[string]lane{}}
	var packed []string
	for _, name := range slices.Concat(lanes, whole) {
		if !slices.Contains(packed, name) {
			packed = append(packed, name)
		}
	}
	symbol := fmt.Sprintf("%sConstants%d", f.name, f.tables)
	f.tables++
	for len(packed)%4 != 0 {
		packed = append(packed, packed[0])
	}
	for i, name := range packed {
		bits, ok := constants[name]
		if !ok {
			panic("no constant " + name)
		}
		f.data += fmt.Sprintf("DATA %s<>+%d(SB)/4, $0x%08x // %s\n", symbol, 4*i, bits, name)
	}
	f.data += fmt.Sprintf("GLOBL %s<>(SB), RODATA|NOPTR, $%d\n\n", symbol, 4*len(packed))
	p := f.gp()
	f.do("MOVD $%s<>(SB), %v", symbol, p)
	for _, name := range whole {
		v := f.vector()
		c.whole[name] = v
		f.i("ldr s", v, p, 4*slices.Index(packed, name))
		f.i("dup", v, v, 0)
	}
	for i := 0; i < len(packed); i += 4 {
		if !slices.ContainsFunc(packed[i:i+4], func(name string) bool { return slices.Contains(lanes, name) }) {
			continue
		}
		v := f.vector()
		f.i("ldr q", v, p, 4*i)
		for j, name := range packed[i : i+4] {
			c.lanes[name] = lane{v, j}
		}
	}
	f.gps--
	return c
}

// copyOf returns a constant in all lanes of a register that may be overwritten.
func (f *functions) copyOf(name string) vec {
	v := f.vector()
	if l, ok := f.lanes[name]; ok {
		f.i("dup", v, l.of, l.i)
	} else {
		f.i("mov", v, f.all(name))
	}
	return v
}

// all returns a constant in all lanes, not to be overwritten.
func (f *functions) all(name string) vec {
	v, ok := f.whole[name]
	if !ok {
		panic(f.name + " does not hold " + name)
	}
	return v
}

// by writes an instruction that multiplies by a constant.
func (f *functions) by(name string, d, n vec, constant string) {
	l, ok := f.lanes[constant]
	if !ok {
		panic(f.name + " does not hold " + constant)
	}
	f.i(name+" i", d, n, l.of, l.i)
}

// op returns a new register with the result of an instruction of two operands.
func (f *builder) op(name string, n, m vec) vec {
	d := f.vector()
	f.i(name, d, n, m)
	return d
}

// mulBy returns x times a constant.
func (f *functions) mulBy(x vec, constant string) vec {
	d := f.vector()
	f.by("fmul", d, x, constant)
	return d
}

func (f *functions) clamp(x vec, low, high string) vec {
	y := f.op("fmin", x, f.all(high))
	f.i("fmax", y, y, f.all(low))
	return y
}

// w returns w(r), or w(-r) if negative, given r and r².
func (f *functions) w(r, r2 vec, negative bool) vec {
	fma := "fmla"
	if negative {
		fma = "fmls"
	}
	v := f.copyOf("c0")
	u := f.copyOf("c2")
	f.by(fma, u, r, "c3")
	f.by(fma, v, r, "c1")
	f.by("fmla", u, r2, "c4")
	f.i("fmla", v, u, r2)
	return v
}

// power2 turns t into 2^n.
func (f *functions) power2(t vec, bias string) {
	f.i("shl", t, t, 23)
	f.i("add", t, t, f.all(bias))
}

// round returns t, which holds n in its low bits, and n.
func (f *functions) round(x vec, fma, factor string) (t, n vec) {
	t = f.vector()
	f.i("mov", t, f.all("magic"))
	f.by(fma, t, x, factor)
	return t, f.op("fsub", t, f.all("magic"))
}

func (f *functions) exp(x vec) vec {
	r := f.clamp(x, "expMin", "expMax")
	t, n := f.round(r, "fmla", "log2e")
	f.by("fmls", r, n, "ln2Hi")
	f.by("fmls", r, n, "ln2Lo")
	r2 := f.op("fmul", r, r)
	w := f.w(r, r2, false)
	f.i("fmla", r, r2, w) // q
	f.i("sshr", n, t, 1)
	f.i("sub", t, t, n)
	f.power2(n, "bias")
	f.power2(t, "bias")
	f.i("mov", w, n)
	f.i("fmla", w, n, r)
	f.i("fmul", w, w, t)
	return w
}

func (f *functions) sigmoid(x vec) vec {
	h := f.clamp(x, "expMin", "sigmoidMax")
	t, n := f.round(h, "fmls", "log2e")
	f.by("fmla", h, n, "ln2Hi")
	f.by("fmla", h, n, "ln2Lo")
	h2 := f.op("fmul", h, h)
	w := f.w(h, h2, true)
	f.i("fneg", n, h)
	f.i("fmla", n, h2, w) // q
	f.power2(t, "sigmoidBias")
	f.i("mov", w, f.all("sigmoidOne"))
	f.i("fmla", w, t, n)
	f.i("fadd", w, w, t)
	f.i("fdiv", w, f.all("sigmoidOne"), w)
	return w
}

func (f *functions) tanh(x vec) vec {
	a := f.vector()
	f.i("fabs", a, x)
	f.i("fmin", a, a, f.all("tanhMax"))
	t, n := f.round(a, "fmls", "twoLog2e")
	r := f.vector()
	f.i("fneg", r, a)
	f.by("fmls", r, n, "halfLn2")
	f.i("fadd", r, r, r)
	r2 := f.op("fmul", r, r)
	w := f.w(r, r2, false)
	f.i("fmla", r, r2, w) // q
	f.power2(t, "bias")
	f.i("fsub", n, f.all("one"), t)
	f.i("fmls", n, t, r)
	f.i("fadd", a, f.all("one"), t)
	f.i("fmla", a, t, r)
	f.i("fdiv", n, n, a)
	f.i("and", a, x, f.all("sign"))
	f.i("orr", n, n, a)
	return n
}

// The constants of each function: those in all lanes, and those that multiply.
var (
	expWhole     = []string{"magic", "expMin", "expMax", "bias"}
	sigmoidWhole = []string{"magic", "expMin", "sigmoidMax", "sigmoidOne", "sigmoidBias"}
	tanhWhole    = []string{"magic", "tanhMax", "one", "bias", "sign"}
	polynomial   = []string{"c0", "c1", "c2", "c3", "c4"}
	expLanes     = append(slices.Clip(polynomial), "log2e", "ln2Hi", "ln2Lo")
	tanhLanes    = append(slices.Clip(polynomial), "twoLog2e", "halfLn2")
)

func transcendental() (all []*builder) {
	for _, k := range []struct {
		name, doc    string
		whole, lanes []string
		of           func(f *functions, x vec) vec
	}{
		{"exp", "writes e^src to dst", expWhole, expLanes, (*functions).exp},
		{"sigmoid", "writes 1/(1+e^-src) to dst", sigmoidWhole, expLanes, (*functions).sigmoid},
		{"tanh", "writes tanh(src) to dst", tanhWhole, tanhLanes, (*functions).tanh},
	} {
		f := function(k.name, "func(dst, src *float32, n int)", k.doc)
		c := f.constant(k.whole, k.lanes)
		f.flat([]string{"dst", "src"}, 4, func(b *block) { b.store(k.of(c, b.load("src")), "dst") })
		all = append(all, f)
	}
	return all
}
