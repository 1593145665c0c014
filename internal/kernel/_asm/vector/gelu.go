package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// erfC are the coefficients of gelu.go in package kernel, which explains them.
var erfC = []float64{
	0x1.07463cp-2, -0x1.06d994p-3, 0x1.8710b6p-4, -0x1.3dc98cp-4, 0x1.06bef2p-4, -0x1.aade38p-5, 0x1.4d471ep-5, -0x1.ea579ap-6,
	0x1.51a72cp-6, -0x1.c5f30ep-7, 0x1.2668ccp-7, -0x1.26be66p-8, 0x1.b1ce5p-10, -0x1.5c1cecp-10, 0x1.38fb62p-10, -0x1.979238p-12,
}

func init() {
	const tanh1 = 0.7978845608028654
	tanh3 := float64(float32(tanh1 * 0.044715))
	add := func(name string, x float64) {
		constants = append(constants, constant{name, f32(x)})
	}
	for i, c := range erfC {
		add(fmt.Sprint("erf", i), c)
	}
	add("erfMax", 5.5)
	add("erfMin", -5.5)
	add("erfScale", 2/(5.5*5.5))
	add("minusOne", -1)
	add("half", 0.5)
	add("minusHalf", -0.5)
	add("tanhGELU1", tanh1)
	add("tanhGELU3", tanh3)
	constants = append(constants, constant{"tanhGELU9", math.Float32bits(3 * float32(tanh3))})
	add("density0", 0.3989422804014327)
	add("slopeMax", 15)
	add("slopeMin", -15)
}

func (f *functions) mul(x Op, y reg.VecVirtual) reg.VecVirtual {
	z := f.reg()
	VMULPS(x, y, z)
	return z
}

// erf returns erf(x/√2).
func (f *functions) erf(x reg.VecVirtual) reg.VecVirtual {
	c := f.clamp(x, "erfMin", "erfMax")
	s := f.mul(c, c)
	scale := f.in("erfScale")
	VFMADD213PS(f.constant("minusOne"), scale, s)
	p := f.copyOf("erf15")
	for i := 14; i >= 0; i-- {
		VFMADD213PS(f.constant(fmt.Sprint("erf", i)), s, p)
	}
	VMULPS(c, p, p)
	return f.clamp(p, "minusOne", "one")
}

// gelu generates GELU and its derivative, by erf and by tanh.
func gelu(s isa) {
	function("gelu"+s.name, "func(dst, src *float32, n int)", "is GELU")
	hold := []string{"erfMin", "erfMax", "erfScale", "minusOne", "one", "half"}
	if s.bytes == 64 {
		for i := range erfC {
			hold = append(hold, fmt.Sprint("erf", i))
		}
	}
	f := newFunctions(s, hold...)
	flat(s, []string{"dst", "src"}, 2, func(b *block) {
		x := b.load("src")
		h := f.mul(f.constant("half"), x)
		y := f.erf(x)
		VFMADD213PS(h, h, y)
		b.store(y, "dst")
	})

	function("geluTanh"+s.name, "func(dst, src *float32, n int)", "is GELUTanh")
	f = newFunctions(s, tanhHeld...)
	flat(s, []string{"dst", "src"}, 2, func(b *block) {
		x := b.load("src")
		y := f.tanh(f.mul(x, f.tanhFactor(f.mul(x, x), "tanhGELU3")))
		h := f.mul(f.constant("half"), x)
		VFMADD213PS(h, h, y)
		b.store(y, "dst")
	})

	function("geluBackward"+s.name, "func(dx, dy, x *float32, n int)", "is GELUBackward")
	f = newFunctions(s, "magic", "one", "half")
	flat(s, []string{"dx", "dy", "x"}, 1, func(b *block) {
		x := b.load("x")
		c := f.clamp(x, "slopeMin", "slopeMax")
		d := f.mul(f.constant("minusHalf"), f.mul(c, c))
		d = f.mul(f.constant("density0"), f.exp(d))
		slope := f.erf(x)
		half := f.in("half")
		VFMADD213PS(half, half, slope)
		VFMADD231PS(d, c, slope)
		b.store(f.mul(b.load("dy"), slope), "dx")
	})

	function("geluTanhBackward"+s.name, "func(dx, dy, x *float32, n int)", "is GELUTanhBackward")
	f = newFunctions(s, "magic", "one", "half")
	flat(s, []string{"dx", "dy", "x"}, 1, func(b *block) {
		c := f.clamp(b.load("x"), "slopeMin", "slopeMax")
		u := f.mul(c, c)
		y := f.tanh(f.mul(c, f.tanhFactor(u, "tanhGELU3")))
		left := f.copyOf("one")
		VFNMADD231PS(y, y, left)
		d := f.mul(left, f.mul(f.constant("half"), c))
		half := f.in("half")
		VFMADD213PS(half, half, y)
		VFMADD231PS(f.tanhFactor(u, "tanhGELU9"), d, y)
		b.store(f.mul(b.load("dy"), y), "dx")
	})
}

// tanhFactor returns tanhGELU1 plus a constant times u.
func (f *functions) tanhFactor(u reg.VecVirtual, factor string) reg.VecVirtual {
	k := f.copyOf("tanhGELU1")
	VFMADD231PS(f.constant(factor), u, k)
	return k
}
