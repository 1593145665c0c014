package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The constants of exp.go in package kernel, which explains them. A test compares
// the paths' bits.
var constants = []constant{
	{"c0", f32(0.5)},
	{"c1", f32(0x1.5554a4p-3)},
	{"c2", f32(0x1.555688p-5)},
	{"c3", f32(0x1.122f96p-7)},
	{"c4", f32(0x1.6b6e36p-10)},
	{"log2e", f32(math.Log2E)},
	{"twoLog2e", f32(2 * math.Log2E)},
	{"ln2Hi", f32(math.Ln2)},
	{"ln2Lo", f32(math.Ln2 - float64(float32(math.Ln2)))},
	{"halfLn2", f32(math.Ln2 / 2)},
	{"magic", f32(12582912)},
	{"expMax", f32(89)},
	{"expMin", f32(-105)},
	{"sigmoidMax", f32(30)},
	{"tanhMax", f32(10)},
	{"sigmoidOne", f32(0x1p-32)},
	{"one", f32(1)},
	{"bias", 127 << 23},
	{"sigmoidBias", (127 - 32) << 23},
	{"absolute", 1<<31 - 1},
	{"sign", 1 << 31},
}

type constant struct {
	name string
	bits uint32
}

func f32(x float64) uint32 { return math.Float32bits(float32(x)) }

// constantTable holds each constant in all lanes of the widest vector.
var constantTable *Mem

// functions writes transcendental functions. Constants are read from the table
// where they are used, except those that hold has put in registers.
type functions struct {
	isa
	held map[string]reg.VecVirtual
}

func newFunctions(s isa, hold ...string) *functions {
	if constantTable == nil {
		m := GLOBL("expConstants", RODATA|NOPTR)
		for i, c := range constants {
			for lane := range 16 {
				DATA(64*i+4*lane, U32(c.bits))
			}
		}
		constantTable = &m
	}
	f := &functions{isa: s, held: map[string]reg.VecVirtual{}}
	for _, name := range hold {
		f.held[name] = f.copyOf(name)
	}
	return f
}

// constant is a constant as the first operand of an instruction.
func (f *functions) constant(name string) Op {
	if v, ok := f.held[name]; ok {
		return v
	}
	return constantOf(name)
}

// constantOf is where a constant's copies lie.
func constantOf(name string) Mem {
	for i, c := range constants {
		if c.name == name {
			return constantTable.Offset(64 * i)
		}
	}
	panic("no constant " + name)
}

// copyOf is a constant in a register that may be overwritten.
func (f *functions) copyOf(name string) reg.VecVirtual {
	v := f.reg()
	VMOVUPS(f.constant(name), v) // the table may lie unaligned
	return v
}

// in returns a register that holds a constant and must not be overwritten.
func (f *functions) in(name string) reg.VecVirtual {
	if v, ok := f.held[name]; ok {
		return v
	}
	return f.copyOf(name)
}

// w returns w(r), or w(-r) if negative, given r and r².
func (f *functions) w(r, r2 reg.VecVirtual, negative bool) reg.VecVirtual {
	fma := VFMADD213PS
	if negative {
		fma = VFNMADD213PS
	}
	u, v := f.copyOf("c3"), f.copyOf("c1")
	fma(f.constant("c2"), r, u)
	fma(f.constant("c0"), r, v)
	VFMADD231PS(f.constant("c4"), r2, u)
	VFMADD213PS(v, r2, u)
	return u
}

// power2 turns t into 2^n.
func (f *functions) power2(t reg.VecVirtual, bias string) {
	VPSLLD(Imm(23), t, t)
	VPADDD(f.constant(bias), t, t)
}

// clamp returns x within [low, high]. MINPS and MAXPS return the second source,
// Go's first operand, for NaN.
func (f *functions) clamp(x reg.VecVirtual, low, high string) reg.VecVirtual {
	y := f.reg()
	VMINPS(x, f.in(high), y)
	VMAXPS(y, f.in(low), y)
	return y
}

// round returns t, which holds n in its low bits, and n.
func (f *functions) round(x reg.VecVirtual, fma func(...Op), factor string) (t, n reg.VecVirtual) {
	t, n = f.copyOf("magic"), f.reg()
	fma(f.constant(factor), x, t)
	VSUBPS(f.constant("magic"), t, n)
	return t, n
}

func (f *functions) exp(x reg.VecVirtual) reg.VecVirtual {
	r := f.clamp(x, "expMin", "expMax")
	t, n := f.round(r, VFMADD231PS, "log2e")
	VFNMADD231PS(f.constant("ln2Hi"), n, r)
	VFNMADD231PS(f.constant("ln2Lo"), n, r)
	r2 := f.reg()
	VMULPS(r, r, r2)
	q := f.w(r, r2, false)
	VFMADD213PS(r, r2, q)
	half := f.reg()
	VPSRAD(Imm(1), t, half)
	VPSUBD(half, t, t)
	f.power2(half, "bias")
	f.power2(t, "bias")
	VFMADD213PS(half, half, q)
	VMULPS(t, q, q)
	return q
}

func (f *functions) sigmoid(x reg.VecVirtual) reg.VecVirtual {
	h := f.clamp(x, "expMin", "sigmoidMax")
	t, n := f.round(h, VFNMADD231PS, "log2e")
	VFMADD231PS(f.constant("ln2Hi"), n, h)
	VFMADD231PS(f.constant("ln2Lo"), n, h)
	h2 := f.reg()
	VMULPS(h, h, h2)
	q := f.w(h, h2, true)
	VFMSUB213PS(h, h2, q)
	f.power2(t, "sigmoidBias")
	VFMADD213PS(f.constant("sigmoidOne"), t, q)
	VADDPS(t, q, q)
	y := f.reg()
	VDIVPS(q, f.in("sigmoidOne"), y)
	return y
}

func (f *functions) tanh(x reg.VecVirtual) reg.VecVirtual {
	a := f.reg()
	VANDPS(f.constant("absolute"), x, a)
	VMINPS(a, f.in("tanhMax"), a)
	t, n := f.round(a, VFNMADD231PS, "twoLog2e")
	VFNMSUB231PS(f.constant("halfLn2"), n, a)
	r, r2 := f.reg(), f.reg()
	VADDPS(a, a, r)
	VMULPS(r, r, r2)
	q := f.w(r, r2, false)
	VFMADD213PS(r, r2, q)
	f.power2(t, "bias")
	over, under := f.reg(), f.reg()
	VSUBPS(t, f.in("one"), over)
	VFNMADD231PS(q, t, over)
	VADDPS(f.constant("one"), t, under)
	VFMADD231PS(q, t, under)
	sign := f.reg()
	VANDPS(f.constant("sign"), x, sign)
	VDIVPS(under, over, over)
	VORPS(sign, over, over)
	return over
}

// The constants worth a register.
var (
	sigmoidHeld = []string{"c0", "c1", "c3", "c4", "magic", "expMin", "sigmoidMax", "sigmoidOne", "log2e", "ln2Hi"}
	tanhHeld    = []string{"c0", "c1", "c3", "c4", "magic", "tanhMax", "one", "twoLog2e", "absolute"}
)

func transcendental(s isa) {
	for _, k := range []struct {
		name, doc string
		hold      []string
		of        func(f *functions, x reg.VecVirtual) reg.VecVirtual
	}{
		{"exp", "writes e^src to dst", []string{"c0", "c1", "c2", "c3", "c4", "magic", "expMin", "expMax"}, (*functions).exp},
		{"sigmoid", "writes 1/(1+e^-src) to dst", sigmoidHeld, (*functions).sigmoid},
		{"tanh", "writes tanh(src) to dst", tanhHeld, (*functions).tanh},
	} {
		function(k.name+s.name, "func(dst, src *float32, n int)", k.doc)
		f := newFunctions(s, k.hold...)
		flat(s, []string{"dst", "src"}, 2, func(b *block) {
			b.store(k.of(f, b.load("src")), "dst")
		})
	}
}
