package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
