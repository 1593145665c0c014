package main

// A row of a panel is four vectors.

// eachRow generates a loop over n rows of 64 bytes. The pointers move on, and n is used
// up; it may be zero.
func (f *builder) eachRow(label string, n gp, pointers []gp, body func()) {
	f.do("CBZ %v, %sDone", n, label)
	f.label(label)
	f.scope(body)
	for _, p := range pointers {
		f.do("ADD $64, %v", p)
	}
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BNE %s", label)
	f.label(label + "Done")
}

// row moves a row between memory and registers.
func (f *builder) row(pair string, v []vec, p gp) {
	f.i(pair, v[0], v[1], p, 0)
	f.i(pair, v[2], v[3], p, 32)
}

// loadRow returns registers with a row.
func (f *builder) loadRow(p gp) []vec {
	v := f.vectors(4)
	f.row("ldp q", v, p)
	return v
}

// each writes an instruction for every vector of rows: d = n op m.
func (f *builder) each(name string, d, n, m []vec) {
	for i := range d {
		f.i(name, d[i], n[i], m[i])
	}
}

// all4 is a vector four times.
func all4(v vec) []vec { return []vec{v, v, v, v} }

// softmax generates the softmax of a panel's columns and its gradient.
func softmax() []*builder {
	f := function("softmaxColumns", "func(s *float32, rows int)", "is SoftmaxColumns")
	start, rows := f.load("s"), f.load("rows")
	c := f.constant(append([]string{"one"}, expWhole...), expLanes)
	most := f.loadRow(start)
	p, n := f.copyGP(start), f.copyGP(rows)
	f.eachRow("most", n, []gp{p}, func() { f.each("fmax", most, most, f.loadRow(p)) })
	sum := f.vectors(4)
	for _, v := range sum {
		f.i("zero", v)
	}
	f.do("MOVD %v, %v", start, p)
	f.do("MOVD %v, %v", rows, n)
	f.eachRow("exp", n, []gp{p}, func() {
		for v := range 4 {
			f.scope(func() {
				x := f.vector()
				f.i("ldr q", x, p, 16*v)
				f.i("fsub", x, x, most[v])
				y := c.exp(x)
				f.i("fadd", sum[v], sum[v], y)
				f.i("str q", y, p, 16*v)
			})
		}
	})
	f.each("fdiv", sum, all4(c.all("one")), sum)
	f.eachRow("scale", rows, []gp{start}, func() {
		x := f.loadRow(start)
		f.each("fmul", x, x, sum)
		f.row("stp q", x, start)
	})
	f.ret()

	g := function("softmaxColumnsBackward", "func(ds, p *float32, rows int)", "is SoftmaxColumnsBackward")
	ds, prob, rows := g.load("ds"), g.load("p"), g.load("rows")
	sum = g.vectors(4)
	for _, v := range sum {
		g.i("zero", v)
	}
	d, q, n := g.copyGP(ds), g.copyGP(prob), g.copyGP(rows)
	g.eachRow("sum", n, []gp{d, q}, func() { g.each("fmla", sum, g.loadRow(q), g.loadRow(d)) })
	g.eachRow("gradient", rows, []gp{ds, prob}, func() {
		x, y := g.loadRow(ds), g.loadRow(prob)
		g.each("fsub", x, x, sum)
		g.each("fmul", x, y, x)
		g.row("stp q", x, ds)
	})
	g.ret()
	return []*builder{f, g}
}

// panelRows generates the kernels that write one row to all rows of a panel.
func panelRows() []*builder {
	f := function("fillRows", "func(dst, row *float32, rows int)", "is FillRows")
	dst, rows := f.load("dst"), f.load("rows")
	row := f.loadRow(f.load("row"))
	f.eachRow("fill", rows, []gp{dst}, func() { f.row("stp q", row, dst) })
	f.ret()

	g := function("addRow", "func(dst, src, row *float32, rows int)", "is AddRow")
	dst, src, rows := g.load("dst"), g.load("src"), g.load("rows")
	row = g.loadRow(g.load("row"))
	g.eachRow("add", rows, []gp{dst, src}, func() {
		x := g.loadRow(src)
		g.each("fadd", x, x, row)
		g.row("stp q", x, dst)
	})
	g.ret()
	return []*builder{f, g}
}

// transpose generates the transpose of a panel of 16 rows, in blocks of 4 by 4.
func transpose() *builder {
	f := function("transpose", "func(dst, src *float32, scale float32)", "is Transpose of 16 rows")
	dst, src, scale := f.load("dst"), f.load("src"), f.broadcast("scale")
	for i := range 16 {
		row, col := i/4*4, i%4*4
		f.scope(func() {
			r, t, u := f.vectors(4), f.vectors(4), f.vectors(4)
			for k := range r {
				f.i("ldr q", r[k], src, 4*((row+k)*16+col))
				f.i("fmul", r[k], r[k], scale)
			}
			for k := 0; k < 4; k += 2 {
				f.i("trn1", t[k], r[k], r[k+1])
				f.i("trn2", t[k+1], r[k], r[k+1])
			}
			for k := range 2 {
				f.i("trn1 d", u[k], t[k], t[k+2])
				f.i("trn2 d", u[k+2], t[k], t[k+2])
			}
			for k := range u {
				f.i("str q", u[k], dst, 4*((col+k)*16+row))
			}
		})
	}
	f.ret()
	return f
}

// drop generates the random part of dropout, drop.go in package kernel.
func drop() *builder {
	f := function("drop", "func(dst, src *float32, n int, k *uint32)",
		"is Drop.Apply; k is the halves of the key, the number of the first element, limit and scale")
	k := f.load("k")
	field := func(i int) vec {
		v := f.vector()
		f.i("ldr s", v, k, 4*i)
		f.i("dup", v, v, 0)
		return v
	}
	before, between, number, limit, scale := field(0), field(1), field(2), field(3), field(4)
	c := f.constant([]string{"dropStep", "dropMix1", "dropMix2"}, nil)
	// 0, 1, 2, 3 and 4, of which single elements want 1.
	f.data += "DATA counting<>+0(SB)/8, $0x0000000100000000\nDATA counting<>+8(SB)/8, $0x0000000300000002\n" +
		"DATA counting<>+16(SB)/8, $0x0000000400000004\nDATA counting<>+24(SB)/8, $0x0000000400000004\nGLOBL counting<>(SB), RODATA|NOPTR, $32\n\n"
	four := f.vector()
	f.scope(func() {
		p, first := f.gp(), f.vector()
		f.do("MOVD $counting<>(SB), %v", p)
		f.i("ldp q", first, four, p, 0)
		f.i("add", number, number, first)
	})
	one := f.vector()
	f.i("ushr", one, four, 2)
	f.flat([]string{"dst", "src"}, 2, func(b *block) {
		h, t := b.op("mul", number, c.all("dropStep")), b.vector()
		b.i("add", h, h, before)
		if b.one {
			b.i("add", number, number, one)
		} else {
			b.i("add", number, number, four)
		}
		mix := func(by int) {
			b.i("ushr", t, h, by)
			b.i("eor", h, h, t)
		}
		mix(16)
		b.i("mul", h, h, c.all("dropMix1"))
		b.i("add", h, h, between)
		mix(15)
		b.i("mul", h, h, c.all("dropMix2"))
		mix(15)
		x := b.load("src")
		b.i("fmul", x, x, scale)
		b.i("cmhi", h, limit, h) // where the hash is below the limit
		b.i("bic", x, x, h)
		b.store(x, "dst")
	})
	return f
}
