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

// panelRows generates the kernels that write one row to all rows of a panel.
func panelRows(s isa) {
	vectors := 64 / s.bytes
	load := func(row reg.Register) []reg.VecVirtual {
		var r []reg.VecVirtual
		for v := range vectors {
			x := s.reg()
			VMOVUPS(Mem{Base: row, Disp: v * s.bytes}, x)
			r = append(r, x)
		}
		return r
	}
	function("fillRows"+s.name, "func(dst, row *float32, rows int)", "is FillRows")
	dst := Load(Param("dst"), GP64())
	row := load(Load(Param("row"), GP64()))
	eachRow("fill", Load(Param("rows"), GP64()), 4, []reg.Register{dst}, func(_, disp int) {
		for v := range vectors {
			VMOVUPS(row[v], Mem{Base: dst, Disp: disp + v*s.bytes})
		}
	})
	VZEROUPPER()
	RET()

	function("addRow"+s.name, "func(dst, src, row *float32, rows int)", "is AddRow")
	dst = Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	row = load(Load(Param("row"), GP64()))
	eachRow("add", Load(Param("rows"), GP64()), 4, []reg.Register{dst, src}, func(_, disp int) {
		for v := range vectors {
			x := s.reg()
			VADDPS(Mem{Base: src, Disp: disp + v*s.bytes}, row[v], x)
			VMOVUPS(x, Mem{Base: dst, Disp: disp + v*s.bytes})
		}
	})
	VZEROUPPER()
	RET()
}

// transpose generates the transpose of a panel of 16 rows, in blocks of 8 by 8.
// AVX-512 has nothing to add: the shuffles of twice the width go to one port.
func transpose() {
	function("transposeAVX2", "func(dst, src *float32, scale float32)", "is Transpose of 16 rows")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	scale := broadcast(avx2, parameter("scale"))
	for i := range 4 {
		row, col := i/2*8, i%2*8
		r := make([]reg.VecVirtual, 8)
		for k := range r {
			r[k] = YMM()
			VMULPS(Mem{Base: src, Disp: 4 * ((row+k)*16 + col)}, scale, r[k])
		}
		t := make([]reg.VecVirtual, 8)
		for k := 0; k < 8; k += 2 {
			t[k], t[k+1] = YMM(), YMM()
			VUNPCKLPS(r[k+1], r[k], t[k])
			VUNPCKHPS(r[k+1], r[k], t[k+1])
		}
		u := make([]reg.VecVirtual, 8)
		for k := 0; k < 8; k += 4 {
			for h := range 2 {
				u[k+2*h], u[k+2*h+1] = YMM(), YMM()
				VUNPCKLPD(t[k+2+h], t[k+h], u[k+2*h])
				VUNPCKHPD(t[k+2+h], t[k+h], u[k+2*h+1])
			}
		}
		for k := range 4 {
			for h, which := range []uint64{0x20, 0x31} {
				x := YMM()
				VPERM2F128(Imm(which), u[k+4], u[k], x)
				VMOVUPS(x, Mem{Base: dst, Disp: 4 * ((col+k+4*h)*16 + row)})
			}
		}
	}
	VZEROUPPER()
	RET()
}
