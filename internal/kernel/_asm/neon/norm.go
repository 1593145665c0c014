package main

// laneSum adds the 16 lanes of a row pairwise; the sum is in the first of a register.
func (f *builder) laneSum(x []vec) vec {
	f.i("fadd", x[0], x[0], x[2])
	f.i("fadd", x[1], x[1], x[3])
	f.i("fadd", x[0], x[0], x[1])
	f.i("ext 8", x[1], x[0], x[0])
	f.i("fadd", x[0], x[0], x[1])
	f.i("faddp s", x[0], x[0])
	return x[0]
}

// floatParam returns a register with a parameter of type float32 in its first lane.
func (f *builder) floatParam(name string) vec {
	v := f.vector()
	f.do("FMOVS %s+%d(FP), F%d", name, f.params[name].offset, int(v))
	return v
}

// lastAnd writes code for all panels but the last, by a loop over n of them, and for the
// last. n is at least 1 and is used up.
func (f *builder) lastAnd(label string, n gp, body func(last bool), next func()) {
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BEQ %sLast", label)
	f.label(label)
	f.scope(func() { body(false) })
	next()
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BNE %s", label)
	f.label(label + "Last")
	f.scope(func() { body(true) })
}

// norm generates the layer normalisation of rows in panels.
func norm() *builder {
	f := function("normForward", "func(y, x *float32, yPanel, xPanel, rows, panels int, gamma, beta *float32, mask *uint32, stats *float32, width, eps float32)",
		"is Norm.Forward")
	y, x, yPanel, panel := f.load("y"), f.load("x"), f.bytes("yPanel"), f.bytes("xPanel")
	rows, panels := f.load("rows"), f.load("panels")
	gamma, beta, stats := f.load("gamma"), f.load("beta"), f.load("stats")
	mask := f.loadRow(f.load("mask"))
	width, eps, one := f.floatParam("width"), f.floatParam("eps"), f.vector()
	f.do("FMOVS $1.0, F%d", int(one))
	p, n := f.gp(), f.gp()
	begin := func() {
		f.do("MOVD %v, %v", x, p)
		f.do("MOVD %v, %v", panels, n)
	}
	mean, inverse := f.vector(), f.vector()
	// centred returns a row of x less its mean.
	centred := func(last bool) []vec {
		d := f.loadRow(p)
		f.each("fsub", d, d, all4(mean))
		if last {
			f.each("and", d, d, mask)
		}
		return d
	}

	f.label("row")
	sums := f.vectors(4)
	zeros := func() {
		for _, v := range sums {
			f.i("zero", v)
		}
	}
	zeros()
	begin()
	f.label("mean")
	f.scope(func() { f.each("fadd", sums, sums, f.loadRow(p)) })
	f.do("ADD %v, %v", panel, p)
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BNE mean")
	sum := f.laneSum(sums)
	f.i("fdiv s", sum, sum, width)
	f.i("str s", sum, stats, 0)
	f.i("dup", mean, sum, 0)

	zeros()
	begin()
	f.lastAnd("variance", n, func(last bool) {
		d := centred(last)
		f.each("fmla", sums, d, d)
	}, func() { f.do("ADD %v, %v", panel, p) })
	sum = f.laneSum(sums)
	f.i("fdiv s", sum, sum, width)
	f.i("fadd s", sum, sum, eps)
	f.i("fsqrt s", sum, sum)
	f.i("fdiv s", sum, one, sum)
	f.i("str s", sum, stats, 4)
	f.i("dup", inverse, sum, 0)

	begin()
	out, g, b := f.copyGP(y), f.copyGP(gamma), f.copyGP(beta)
	f.lastAnd("normalise", n, func(last bool) {
		d, scale, z := centred(last), f.loadRow(g), f.loadRow(b)
		f.each("fmul", d, d, all4(inverse))
		f.each("fmla", z, d, scale)
		f.row("stp q", z, out)
	}, func() {
		f.do("ADD %v, %v", panel, p)
		f.do("ADD %v, %v", yPanel, out)
		f.do("ADD $64, %v", g)
		f.do("ADD $64, %v", b)
	})
	f.do("ADD $64, %v", x)
	f.do("ADD $64, %v", y)
	f.do("ADD $8, %v", stats)
	f.do("SUBS $1, %v, %v", rows, rows)
	f.do("BNE row")
	f.ret()
	return f
}

// normBackward generates the gradient of the layer normalisation.
func normBackward() *builder {
	f := function("normBackward", "func(dx, dy, x *float32, dxPanel, dyPanel, xPanel, rows, panels int, gamma *float32, mask *uint32, stats *float32, width float32)",
		"is Norm.Backward")
	dx, dy, x := f.load("dx"), f.load("dy"), f.load("x")
	dxPanel, dyPanel, xPanel := f.bytes("dxPanel"), f.bytes("dyPanel"), f.bytes("xPanel")
	rows, panels, gamma, stats, mask := f.load("rows"), f.load("panels"), f.load("gamma"), f.load("stats"), f.load("mask")
	width := f.floatParam("width")
	mean, inverse := f.vector(), f.vector()
	sums, products := f.vectors(4), f.vectors(4)
	sum, product := f.vector(), f.vector()
	p, q, g, n := f.gp(), f.gp(), f.gp(), f.gp()
	begin := func() {
		f.do("MOVD %v, %v", dy, p)
		f.do("MOVD %v, %v", x, q)
		f.do("MOVD %v, %v", gamma, g)
		f.do("MOVD %v, %v", panels, n)
	}
	next := func() {
		f.do("ADD %v, %v", dyPanel, p)
		f.do("ADD %v, %v", xPanel, q)
		f.do("ADD $64, %v", g)
	}
	// read returns the gradient of the normalised value and that value, of one vector.
	read := func(v int) (d, h vec) {
		d, h = f.vector(), f.vector()
		scale := f.vector()
		f.i("ldr q", d, p, 16*v)
		f.i("ldr q", scale, g, 16*v)
		f.i("fmul", d, d, scale)
		f.i("ldr q", h, q, 16*v)
		f.i("fsub", h, h, mean)
		f.i("fmul", h, h, inverse)
		return d, h
	}

	f.label("row")
	f.do("ADD $4, %v, %v", stats, n)
	f.i("ld1r", mean, stats)
	f.i("ld1r", inverse, n)
	for v := range 4 {
		f.i("zero", sums[v])
		f.i("zero", products[v])
	}
	begin()
	f.label("sums")
	for v := range 4 {
		f.scope(func() {
			d, h := read(v)
			f.i("fadd", sums[v], sums[v], d)
			f.i("fmla", products[v], h, d)
		})
	}
	next()
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BNE sums")
	f.scope(func() {
		a, b := f.laneSum(sums), f.laneSum(products)
		f.i("fdiv s", a, a, width)
		f.i("fdiv s", b, b, width)
		f.i("dup", sum, a, 0)
		f.i("dup", product, b, 0)
	})

	out := f.copyGP(dx)
	begin()
	f.lastAnd("gradient", n, func(last bool) {
		for v := range 4 {
			f.scope(func() {
				d, h := read(v)
				f.i("fsub", d, d, sum)
				f.i("fmls", d, product, h)
				f.i("fmul", d, d, inverse)
				if last {
					f.i("ldr q", h, mask, 16*v)
					f.i("and", d, d, h)
				}
				f.i("str q", d, out, 16*v)
			})
		}
	}, func() {
		next()
		f.do("ADD %v, %v", dxPanel, out)
	})
	for _, r := range []gp{dx, dy, x} {
		f.do("ADD $64, %v", r)
	}
	f.do("ADD $8, %v", stats)
	f.do("SUBS $1, %v, %v", rows, rows)
	f.do("BNE row")
	f.ret()
	return f
}

// normWeights generates the gradients of the normalisation's weights.
func normWeights() *builder {
	f := function("normWeights", "func(dgamma, dbeta, dy, x, stats *float32, rows int)", "is NormWeights")
	dgamma, dbeta, dy, x, stats, rows := f.load("dgamma"), f.load("dbeta"), f.load("dy"), f.load("x"), f.load("stats"), f.load("rows")
	sums, products := f.loadRow(dbeta), f.loadRow(dgamma)
	second := f.gp()
	f.eachRow("weights", rows, []gp{dy, x}, func() {
		mean, inverse := f.vector(), f.vector()
		f.do("ADD $4, %v, %v", stats, second)
		f.i("ld1r", mean, stats)
		f.i("ld1r", inverse, second)
		d, h := f.loadRow(dy), f.loadRow(x)
		f.each("fsub", h, h, all4(mean))
		f.each("fmul", h, h, all4(inverse))
		f.each("fadd", sums, sums, d)
		f.each("fmla", products, h, d)
		f.do("ADD $8, %v", stats)
	})
	f.row("stp q", sums, dbeta)
	f.row("stp q", products, dgamma)
	f.ret()
	return f
}
