package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// laneSum adds the 16 lanes of a row pairwise; the sum is in the first of them.
func laneSum(s isa, x []reg.VecVirtual) reg.VecVirtual {
	y := YMM()
	if s.bytes == 64 {
		VEXTRACTF64X4(Imm(1), x[0], y)
		VADDPS(y, x[0].AsY(), y)
	} else {
		VADDPS(x[1], x[0], y)
	}
	half := XMM()
	VEXTRACTF128(Imm(1), y, half)
	VADDPS(half, y.AsX(), half)
	other := XMM()
	VPERMILPD(Imm(1), half, other)
	VADDPS(other, half, half)
	VMOVSHDUP(half, other)
	VADDSS(other, half, half)
	return half
}

func toAll(s isa, x reg.VecVirtual) reg.VecVirtual {
	v := s.reg()
	VBROADCASTSS(x, v)
	return v
}

// norm generates the layer normalisation of rows in panels.
func norm(s isa) {
	vectors := 64 / s.bytes
	function("normForward"+s.name, "func(y, x *float32, yPanel, xPanel, rows, panels int, gamma, beta *float32, mask *uint32, stats *float32, width, eps float32)",
		"is Norm.Forward")
	y := Load(Param("y"), GP64())
	x := Load(Param("x"), GP64())
	yPanel := Load(Param("yPanel"), GP64())
	SHLQ(Imm(2), yPanel)
	panel := Load(Param("xPanel"), GP64())
	SHLQ(Imm(2), panel)
	rows := Load(Param("rows"), GP64())
	panels := Load(Param("panels"), GP64())
	gamma := Load(Param("gamma"), GP64())
	beta := Load(Param("beta"), GP64())
	stats := Load(Param("stats"), GP64())
	mask := make([]reg.VecVirtual, vectors)
	maskAt := Load(Param("mask"), GP64())
	for v := range mask {
		mask[v] = s.reg()
		VMOVUPS(Mem{Base: maskAt, Disp: v * s.bytes}, mask[v])
	}
	at := func(p reg.Register, v int) Mem { return Mem{Base: p, Disp: v * s.bytes} }

	Label("row")
	sums := make([]reg.VecVirtual, vectors)
	for v := range sums {
		sums[v] = zero(s)
	}
	p, n := copyGP(x), copyGP(panels)
	Label("mean")
	for v := range vectors {
		VADDPS(at(p, v), sums[v], sums[v])
	}
	ADDQ(panel, p)
	DECQ(n)
	JNZ(LabelRef("mean"))
	sum := laneSum(s, sums)
	VDIVSS(parameter("width"), sum, sum)
	VMOVSS(sum, Mem{Base: stats})
	mean := toAll(s, sum)

	squares := make([]reg.VecVirtual, vectors)
	for v := range squares {
		squares[v] = zero(s)
	}
	square := func(last bool) {
		for v := range vectors {
			d := s.reg()
			VMOVUPS(at(p, v), d)
			VSUBPS(mean, d, d)
			if last {
				VANDPS(mask[v], d, d)
			}
			VFMADD231PS(d, d, squares[v])
		}
	}
	p, n = copyGP(x), copyGP(panels)
	DECQ(n)
	JZ(LabelRef("lastSquare"))
	Label("variance")
	square(false)
	ADDQ(panel, p)
	DECQ(n)
	JNZ(LabelRef("variance"))
	Label("lastSquare")
	square(true)
	sum = laneSum(s, squares)
	VDIVSS(parameter("width"), sum, sum)
	VADDSS(parameter("eps"), sum, sum)
	VSQRTSS(sum, sum, sum)
	one := XMM()
	VMOVSS(constantOf("one"), one)
	VDIVSS(sum, one, one)
	VMOVSS(one, Mem{Base: stats, Disp: 4})
	inverse := toAll(s, one)

	p, n = copyGP(x), copyGP(panels)
	out, g, b := copyGP(y), copyGP(gamma), copyGP(beta)
	normalise := func(last bool) {
		for v := range vectors {
			d := s.reg()
			VMOVUPS(at(p, v), d)
			VSUBPS(mean, d, d)
			if last {
				VANDPS(mask[v], d, d)
			}
			VMULPS(inverse, d, d)
			scale := s.reg()
			VMOVUPS(at(g, v), scale)
			VFMADD213PS(at(b, v), scale, d)
			VMOVUPS(d, at(out, v))
		}
	}
	DECQ(n)
	JZ(LabelRef("lastPanel"))
	Label("normalise")
	normalise(false)
	ADDQ(panel, p)
	ADDQ(yPanel, out)
	ADDQ(Imm(64), g)
	ADDQ(Imm(64), b)
	DECQ(n)
	JNZ(LabelRef("normalise"))
	Label("lastPanel")
	normalise(true)

	ADDQ(Imm(64), x)
	ADDQ(Imm(64), y)
	ADDQ(Imm(8), stats)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// normGradients generates the backward pass of the layer normalisation.
func normGradients(s isa) {
	vectors := 64 / s.bytes
	at := func(p reg.Register, v int) Mem { return Mem{Base: p, Disp: v * s.bytes} }
	function("normBackward"+s.name, "func(dx, dy, x *float32, dxPanel, dyPanel, xPanel, rows, panels int, gamma *float32, mask *uint32, stats *float32, width float32)",
		"is Norm.Backward")
	dx := Load(Param("dx"), GP64())
	dy := Load(Param("dy"), GP64())
	x := Load(Param("x"), GP64())
	stride := map[string]reg.Register{}
	for _, name := range []string{"dxPanel", "dyPanel", "xPanel"} {
		r := Load(Param(name), GP64())
		SHLQ(Imm(2), r)
		stride[name] = r
	}
	rows := Load(Param("rows"), GP64())
	gamma := Load(Param("gamma"), GP64())
	stats := Load(Param("stats"), GP64())

	Label("row")
	mean, inverse := broadcast(s, Mem{Base: stats}), broadcast(s, Mem{Base: stats, Disp: 4})
	sums, products := make([]reg.VecVirtual, vectors), make([]reg.VecVirtual, vectors)
	for v := range sums {
		sums[v], products[v] = zero(s), zero(s)
	}
	p, q, g, n := GP64(), GP64(), GP64(), GP64()
	begin := func() {
		MOVQ(dy, p)
		MOVQ(x, q)
		MOVQ(gamma, g)
		Load(Param("panels"), n)
	}
	// read returns the gradient of the normalised value and that value.
	read := func(v int) (d, h reg.VecVirtual) {
		d, h = s.reg(), s.reg()
		VMOVUPS(at(p, v), d)
		VMULPS(at(g, v), d, d)
		VMOVUPS(at(q, v), h)
		VSUBPS(mean, h, h)
		VMULPS(inverse, h, h)
		return d, h
	}
	next := func() {
		ADDQ(stride["dyPanel"], p)
		ADDQ(stride["xPanel"], q)
		ADDQ(Imm(64), g)
		DECQ(n)
	}
	begin()
	Label("sums")
	for v := range vectors {
		d, h := read(v)
		VADDPS(d, sums[v], sums[v])
		VFMADD231PS(h, d, products[v])
	}
	next()
	JNZ(LabelRef("sums"))
	a, b := laneSum(s, sums), laneSum(s, products)
	VDIVSS(parameter("width"), a, a)
	VDIVSS(parameter("width"), b, b)
	sum, product := toAll(s, a), toAll(s, b)

	out := copyGP(dx)
	gradient := func(last bool) {
		var mask reg.Register
		if last {
			mask = Load(Param("mask"), GP64())
		}
		for v := range vectors {
			d, h := read(v)
			VSUBPS(sum, d, d)
			VFNMADD231PS(product, h, d)
			VMULPS(inverse, d, d)
			if last {
				VANDPS(at(mask, v), d, d)
			}
			VMOVUPS(d, at(out, v))
		}
	}
	begin()
	DECQ(n)
	JZ(LabelRef("last"))
	INCQ(n)
	Label("gradient")
	gradient(false)
	ADDQ(stride["dxPanel"], out)
	next()
	CMPQ(n, Imm(1))
	JNE(LabelRef("gradient"))
	Label("last")
	gradient(true)
	for _, r := range []reg.Register{dx, dy, x} {
		ADDQ(Imm(64), r)
	}
	ADDQ(Imm(8), stats)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()

	function("normWeights"+s.name, "func(dgamma, dbeta, dy, x, stats *float32, rows int)", "is NormWeights")
	dgamma := Load(Param("dgamma"), GP64())
	dbeta := Load(Param("dbeta"), GP64())
	dy = Load(Param("dy"), GP64())
	x = Load(Param("x"), GP64())
	stats = Load(Param("stats"), GP64())
	for v := range vectors {
		sums[v], products[v] = s.reg(), s.reg()
		VMOVUPS(at(dbeta, v), sums[v])
		VMOVUPS(at(dgamma, v), products[v])
	}
	eachRow("weights", Load(Param("rows"), GP64()), 1, []reg.Register{dy, x}, func(_, disp int) {
		mean, inverse := broadcast(s, Mem{Base: stats}), broadcast(s, Mem{Base: stats, Disp: 4})
		for v := range vectors {
			d, h := s.reg(), s.reg()
			VMOVUPS(at(dy, v), d)
			VMOVUPS(at(x, v), h)
			VSUBPS(mean, h, h)
			VMULPS(inverse, h, h)
			VADDPS(d, sums[v], sums[v])
			VFMADD231PS(h, d, products[v])
		}
		ADDQ(Imm(8), stats)
	})
	for v := range vectors {
		VMOVUPS(sums[v], at(dbeta, v))
		VMOVUPS(products[v], at(dgamma, v))
	}
	VZEROUPPER()
	RET()
}
