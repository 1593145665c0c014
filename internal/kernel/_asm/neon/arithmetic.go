package main

func vectorKernels() (all []*builder) {
	all = append(all, arithmetic()...)
	all = append(all, transcendental()...)
	all = append(all, lstm()...)
	all = append(all, optimizers()...)
	all = append(all, sumSquares(), columnSums())
	all = append(all, gelu()...)
	all = append(all, softmax()...)
	all = append(all, norm(), normBackward(), normWeights())
	all = append(all, panelRows()...)
	return append(all, transpose(), drop())
}

// arithmetic generates the kernels of one or two instructions.
func arithmetic() (all []*builder) {
	add := func(name, signature, doc string) *builder {
		f := function(name, signature, doc)
		all = append(all, f)
		return f
	}
	const unroll = 4
	f := add("add", "func(dst, src *float32, n int)", "adds src to dst")
	f.flat([]string{"dst", "src"}, unroll, func(b *block) {
		x, y := b.load("src"), b.load("dst")
		b.i("fadd", y, y, x)
		b.store(y, "dst")
	})

	f = add("axpy", "func(dst *float32, a float32, x *float32, n int)", "adds a*x to dst, fused")
	a := f.broadcast("a")
	f.flat([]string{"dst", "x"}, unroll, func(b *block) {
		x, y := b.load("x"), b.load("dst")
		b.i("fmla", y, x, a)
		b.store(y, "dst")
	})

	f = add("scale", "func(dst *float32, a float32, n int)", "multiplies dst by a")
	a = f.broadcast("a")
	f.flat([]string{"dst"}, unroll, func(b *block) {
		x := b.load("dst")
		b.i("fmul", x, x, a)
		b.store(x, "dst")
	})

	f = add("mulInto", "func(dst, a, b *float32, n int)", "writes a*b to dst")
	f.flat([]string{"dst", "a", "b"}, unroll, func(b *block) {
		x, y := b.load("a"), b.load("b")
		b.i("fmul", x, x, y)
		b.store(x, "dst")
	})

	f = add("relu", "func(dst, src *float32, n int)", "writes max(0, src) to dst, NaN as NaN and -0 as -0")
	f.flat([]string{"dst", "src"}, unroll, func(b *block) {
		x, below := b.load("src"), b.vector()
		b.i("fcmlt 0", below, x)
		b.i("bic", x, x, below)
		b.store(x, "dst")
	})

	f = add("reluBackward", "func(dx, dy, y *float32, n int)", "writes dy where y <= 0 is false, otherwise 0, to dx")
	f.flat([]string{"dx", "dy", "y"}, unroll, func(b *block) {
		dy, y := b.load("dy"), b.load("y")
		b.i("fcmle 0", y, y)
		b.i("bic", dy, dy, y)
		b.store(dy, "dx")
	})
	return all
}

// sumSquares generates eight running sums of float64. Squares of float32 are exact in
// float64, so the fused instruction rounds as a product and a sum do.
func sumSquares() *builder {
	f := function("sumSquares", "func(s *[8]float64, x *float32, n int)", "sets s[j] to the sum of the squares of x[e], e%8 == j")
	x, n := f.load("x"), f.load("n")
	sums := f.vectors(4)
	for _, s := range sums {
		f.i("zero", s)
	}
	square := func(name string, v, sum vec) {
		f.scope(func() {
			d := f.vector()
			f.i(name, d, v)
			f.i("fmla 2d", sum, d, d)
		})
	}
	v, w := f.vector(), f.vector()
	f.do("SUBS $8, %v, %v", n, n)
	f.do("BLT tail")
	f.label("loop")
	f.i("ldp q", v, w, x, 0)
	square("fcvtl s", v, sums[0])
	square("fcvtl2 s", v, sums[1])
	square("fcvtl s", w, sums[2])
	square("fcvtl2 s", w, sums[3])
	f.do("ADD $32, %v", x)
	f.do("SUBS $8, %v, %v", n, n)
	f.do("BGE loop")
	f.label("tail")
	// What is left, with zeros behind it.
	f.do("ADD $8, %v", n)
	for i := range 4 {
		f.do("CBZ %v, done", n)
		f.i("ldr s", v, x, 0)
		f.do("CMP $1, %v", n)
		f.do("BEQ last%d", i)
		f.i("ldr d", v, x, 0)
		f.label([]string{"last0", "last1", "last2", "last3"}[i])
		square("fcvtl s", v, sums[i])
		f.do("ADD $8, %v", x)
		f.do("SUB $2, %v", n)
		f.do("CMP $0, %v", n)
		f.do("BLE done")
	}
	f.label("done")
	out := f.load("s")
	f.i("stp q", sums[0], sums[1], out, 0)
	f.i("stp q", sums[2], sums[3], out, 32)
	f.ret()
	return f
}

// columnSums generates sums down the columns of a row-major matrix. Several vectors of
// columns at once have their additions overlap.
func columnSums() *builder {
	f := function("columnSums", "func(dst, src *float32, rows, cols int)", "adds the rows of src to dst; rows is at least 1")
	dst, src, rows, left := f.load("dst"), f.load("src"), f.load("rows"), f.load("cols")
	stride, place, row := f.gp(), f.gp(), f.gp()
	f.do("LSL $2, %v, %v", left, stride)
	for _, c := range []struct {
		label             string
		vectors, elements int
	}{{"eight", 8, 32}, {"vector", 1, 4}, {"one", 1, 1}} {
		kind := " q"
		if c.elements == 1 {
			kind = " s"
		}
		f.label(c.label)
		f.do("CMP $%d, %v", c.elements, left)
		f.do("BLT not%s", c.label)
		f.scope(func() {
			sums, x := f.vectors(c.vectors), f.vectors(c.vectors)
			for i, s := range sums {
				f.i("ldr"+kind, s, dst, 16*i)
			}
			f.do("MOVD %v, %v", src, place)
			f.do("MOVD %v, %v", rows, row)
			f.label(c.label + "Rows")
			for i := range sums {
				f.i("ldr"+kind, x[i], place, 16*i)
				f.i("fadd", sums[i], sums[i], x[i])
			}
			f.do("ADD %v, %v", stride, place)
			f.do("SUBS $1, %v, %v", row, row)
			f.do("BNE %sRows", c.label)
			for i, s := range sums {
				f.i("str"+kind, s, dst, 16*i)
			}
		})
		f.do("ADD $%d, %v", 4*c.elements, dst)
		f.do("ADD $%d, %v", 4*c.elements, src)
		f.do("SUB $%d, %v", c.elements, left)
		f.do("JMP %s", c.label)
		f.label("not" + c.label)
	}
	f.ret()
	return f
}
