package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// eachRow generates a loop over n rows of 64 bytes, unroll of them at once while
// there are as many; f gets the number of the row in the step and its distance from
// the pointers. The pointers move on, and n is used up.
func eachRow(label string, n reg.Register, unroll int, pointers []reg.Register, f func(i, disp int)) {
	loop := func(label string, rows int) {
		SUBQ(Imm(uint64(rows)), n)
		JLT(LabelRef(label + "Done"))
		Label(label)
		for i := range rows {
			f(i, 64*i)
		}
		for _, p := range pointers {
			ADDQ(I32(64*rows), p)
		}
		SUBQ(Imm(uint64(rows)), n)
		JGE(LabelRef(label))
		Label(label + "Done")
		ADDQ(Imm(uint64(rows)), n)
	}
	if unroll > 1 {
		loop(label+"Unrolled", unroll)
	}
	loop(label, 1)
}

// copyGP returns a copy of a register.
func copyGP(r reg.Register) reg.GPVirtual {
	c := GP64()
	MOVQ(r, c)
	return c
}

// softmax generates the softmax of a panel's columns and its gradient.
func softmax(s isa) {
	vectors := 64 / s.bytes
	function("softmaxColumns"+s.name, "func(s *float32, rows int)", "is SoftmaxColumns")
	start := Load(Param("s"), GP64())
	rows := Load(Param("rows"), GP64())
	f := newFunctions(s, "c0", "c1", "c3", "magic", "expMin", "expMax")

	// Several maxima to a column; in which order they are compared does not matter.
	const maxima = 4
	most := make([][]reg.VecVirtual, maxima)
	at := func(p reg.Register, v, disp int) Mem { return Mem{Base: p, Disp: disp + v*s.bytes} }
	for i := range most {
		for v := range vectors {
			m := s.reg()
			VMOVUPS(at(start, v, 0), m)
			most[i] = append(most[i], m)
		}
	}
	p := copyGP(start)
	eachRow("most", copyGP(rows), maxima, []reg.Register{p}, func(i, disp int) {
		for v := range vectors {
			VMAXPS(at(p, v, disp), most[i][v], most[i][v])
		}
	})
	sum := make([]reg.VecVirtual, vectors)
	for v := range vectors {
		VMAXPS(most[1][v], most[0][v], most[0][v])
		VMAXPS(most[3][v], most[2][v], most[2][v])
		VMAXPS(most[2][v], most[0][v], most[0][v])
		sum[v] = zero(s)
	}
	p = copyGP(start)
	eachRow("exp", copyGP(rows), 2, []reg.Register{p}, func(i, disp int) {
		for v := range vectors {
			x := s.reg()
			VMOVUPS(at(p, v, disp), x)
			VSUBPS(most[0][v], x, x)
			y := f.exp(x)
			VADDPS(y, sum[v], sum[v])
			VMOVUPS(y, at(p, v, disp))
		}
	})
	for v := range vectors {
		one := f.copyOf("one")
		VDIVPS(sum[v], one, sum[v])
	}
	eachRow("scale", rows, 4, []reg.Register{start}, func(i, disp int) {
		for v := range vectors {
			x := s.reg()
			VMULPS(at(start, v, disp), sum[v], x)
			VMOVUPS(x, at(start, v, disp))
		}
	})
	VZEROUPPER()
	RET()

	function("softmaxColumnsBackward"+s.name, "func(ds, p *float32, rows int)", "is SoftmaxColumnsBackward")
	ds := Load(Param("ds"), GP64())
	prob := Load(Param("p"), GP64())
	rows = Load(Param("rows"), GP64())
	for v := range vectors {
		sum[v] = zero(s)
	}
	d, q := copyGP(ds), copyGP(prob)
	eachRow("sum", copyGP(rows), 2, []reg.Register{d, q}, func(i, disp int) {
		for v := range vectors {
			x := s.reg()
			VMOVUPS(at(d, v, disp), x)
			VFMADD231PS(at(q, v, disp), x, sum[v])
		}
	})
	eachRow("gradient", rows, 2, []reg.Register{ds, prob}, func(i, disp int) {
		for v := range vectors {
			x := s.reg()
			VMOVUPS(at(ds, v, disp), x)
			VSUBPS(sum[v], x, x)
			VMULPS(at(prob, v, disp), x, x)
			VMOVUPS(x, at(ds, v, disp))
		}
	})
	VZEROUPPER()
	RET()
}
