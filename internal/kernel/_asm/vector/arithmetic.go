package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// arithmetic generates the kernels of one or two instructions. They wait for
// memory; unrolling saves the loop's own instructions.
func arithmetic(s isa) {
	const unroll = 4
	function("add"+s.name, "func(dst, src *float32, n int)", "adds src to dst")
	flat(s, []string{"dst", "src"}, unroll, func(b *block) {
		x, y := b.load("src"), b.load("dst")
		VADDPS(x, y, y)
		b.store(y, "dst")
	})

	function("axpy"+s.name, "func(dst *float32, a float32, x *float32, n int)", "adds a*x to dst, fused")
	a := broadcast(s, parameter("a"))
	flat(s, []string{"dst", "x"}, unroll, func(b *block) {
		x, y := b.load("x"), b.load("dst")
		VFMADD231PS(x, a, y)
		b.store(y, "dst")
	})

	function("scale"+s.name, "func(dst *float32, a float32, n int)", "multiplies dst by a")
	a = broadcast(s, parameter("a"))
	flat(s, []string{"dst"}, unroll, func(b *block) {
		x := b.load("dst")
		VMULPS(a, x, x)
		b.store(x, "dst")
	})

	function("mulInto"+s.name, "func(dst, a, b *float32, n int)", "writes a*b to dst")
	flat(s, []string{"dst", "a", "b"}, unroll, func(b *block) {
		x, y := b.load("a"), b.load("b")
		VMULPS(y, x, x)
		b.store(x, "dst")
	})

	function("relu"+s.name, "func(dst, src *float32, n int)", "writes max(0, src) to dst, NaN as NaN")
	zeros := zero(s)
	flat(s, []string{"dst", "src"}, unroll, func(b *block) {
		x := b.load("src")
		VMAXPS(x, zeros, x) // NaN gives the second source, Go's first operand
		b.store(x, "dst")
	})

	function("reluBackward"+s.name, "func(dx, dy, y *float32, n int)", "writes dy where y <= 0 is false, otherwise 0, to dx")
	zeros = zero(s)
	flat(s, []string{"dx", "dy", "y"}, unroll, func(b *block) {
		dy, y := b.load("dy"), b.load("y")
		if s.bytes == 64 {
			const notLessOrEqual = 0x16 // quiet, true for NaN
			k := K()
			VCMPPS(Imm(notLessOrEqual), zeros, y, k)
			VMOVAPS_Z(dy, k, dy)
		} else {
			const lessOrEqual = 0x12 // quiet, false for NaN
			VCMPPS(Imm(lessOrEqual), zeros, y, y)
			VANDNPS(dy, y, dy)
		}
		b.store(dy, "dx")
	})
}

// function begins a function.
func function(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Doc(name + " " + doc + ".")
	Pragma("noescape")
}

// sumSquares generates eight running sums of float64. Squares of float32 are
// exact in float64, so multiplying and adding rounds as a fused operation does,
// and the addition alone has the shorter latency.
func sumSquares(s isa) {
	function("sumSquares"+s.name, "func(s *[8]float64, x *float32, n int)",
		"sets s[j] to the sum of the squares of x[e], e%8 == j")
	sums := []reg.VecVirtual{zero(s)}
	if s.bytes == 32 {
		sums = append(sums, zero(s))
	}
	square := func(d, sum reg.VecVirtual) {
		VMULPD(d, d, d)
		VADDPD(d, sum, sum)
	}
	x := Load(Param("x"), GP64())
	n := GP64()
	Load(Param("n"), n)
	SUBQ(Imm(8), n)
	JLT(LabelRef("tail"))
	Label("loop")
	for i, sum := range sums {
		d := s.reg()
		VCVTPS2PD(Mem{Base: x, Disp: 16 * i}, d)
		square(d, sum)
	}
	ADDQ(Imm(32), x)
	SUBQ(Imm(8), n)
	JGE(LabelRef("loop"))

	Label("tail")
	ADDQ(Imm(8), n)
	JZ(LabelRef("done"))
	SHLQ(Imm(2), n)
	// At most seven floats: half a vector of AVX-512, so both sets use AVX2's mask.
	v := YMM()
	VMASKMOVPS(Mem{Base: x}, avx2.tailMask(n), v)
	d := s.reg()
	if s.bytes == 64 {
		VCVTPS2PD(v, d)
		square(d, sums[0])
	} else {
		VCVTPS2PD(v.AsX(), d)
		square(d, sums[0])
		high, d := XMM(), s.reg()
		VEXTRACTF128(Imm(1), v, high)
		VCVTPS2PD(high, d)
		square(d, sums[1])
	}

	Label("done")
	out := Load(Param("s"), GP64())
	for i, sum := range sums {
		VMOVUPD(sum, Mem{Base: out, Disp: i * s.bytes})
	}
	VZEROUPPER()
	RET()
}

// columnSums generates sums down the columns of a row-major matrix. Several
// vectors of columns at once have their additions overlap.
func columnSums(s isa) {
	function("columnSums"+s.name, "func(dst, src *float32, rows, cols int)",
		"adds the rows of src to dst; rows is at least 1")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	rows := Load(Param("rows"), GP64())
	cols := Load(Param("cols"), GP64())
	stride, left := GP64(), GP64()
	MOVQ(cols, stride)
	SHLQ(Imm(2), stride)
	MOVQ(stride, left)
	place, row := GP64(), GP64()

	down := func(label string, vectors int, load func(m Mem) reg.VecVirtual, store func(v reg.VecVirtual, m Mem)) {
		sums := make([]reg.VecVirtual, vectors)
		for i := range sums {
			sums[i] = load(Mem{Base: dst, Disp: i * s.bytes})
		}
		MOVQ(src, place)
		MOVQ(rows, row)
		Label(label)
		for i, sum := range sums {
			x := load(Mem{Base: place, Disp: i * s.bytes})
			VADDPS(x, sum, sum)
		}
		ADDQ(stride, place)
		DECQ(row)
		JNZ(LabelRef(label))
		for i, sum := range sums {
			store(sum, Mem{Base: dst, Disp: i * s.bytes})
		}
	}
	whole := func(m Mem) reg.VecVirtual {
		v := s.reg()
		VMOVUPS(m, v)
		return v
	}

	for _, c := range []struct {
		label   string
		vectors int
	}{{"eight", 8}, {"two", 2}, {"one", 1}} {
		size := I32(c.vectors * s.bytes)
		Label(c.label)
		CMPQ(left, size)
		JLT(LabelRef("not" + c.label))
		down(c.label+"Rows", c.vectors, whole, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
		ADDQ(size, dst)
		ADDQ(size, src)
		SUBQ(size, left)
		JMP(LabelRef(c.label))
		Label("not" + c.label)
	}
	TESTQ(left, left)
	JZ(LabelRef("done"))
	mask := s.tailMask(left)
	down("tailRows", 1, func(m Mem) reg.VecVirtual {
		v := s.reg()
		s.loadPart(m, mask, v)
		return v
	}, func(v reg.VecVirtual, m Mem) { s.storePart(v, mask, m) })
	Label("done")
	VZEROUPPER()
	RET()
}
