package main

import "slices"

// lstm generates the gate kernels. lstm.go in package kernel states the formulas and
// where they round. The assembler takes g for a register's name, so the gates have longer
// names here.
func lstm() []*builder {
	// Several passes over slices that stay in the first cache, as on amd64.
	f := function("lstmForward", "func(in, forget, cell, out, cPrev, c, h *float32, n int)", "is LSTMForward")
	n := f.gp()
	vecs := f.vecs
	fn := f.constant(sigmoidWhole, expLanes)
	for _, gate := range []string{"in", "forget", "out"} {
		f.loadTo("n", n)
		f.pass(gate, []string{gate}, n, 4, func(b *block) { b.store(fn.sigmoid(b.load(gate)), gate) })
	}
	f.vecs = vecs
	fn = f.constant(tanhWhole, tanhLanes)
	f.loadTo("n", n)
	f.pass("cell", []string{"cell"}, n, 4, func(b *block) { b.store(fn.tanh(b.load("cell")), "cell") })
	f.loadTo("n", n)
	f.pass("c", []string{"in", "forget", "cell", "out", "cPrev", "c", "h"}, n, 2, func(b *block) {
		c, in := b.load("cell"), b.load("in")
		b.i("fmul", c, in, c)
		b.i("fmla", c, b.load("forget"), b.load("cPrev"))
		b.store(c, "c")
		h := fn.tanh(c)
		b.i("fmul", h, b.load("out"), h)
		b.store(h, "h")
	})
	f.ret()

	g := function("lstmBackward", "func(in, forget, cell, out, c, cPrev, dh, dc *float32, n int)", "is LSTMBackward")
	back := g.constant(slices.Concat(tanhWhole), tanhLanes)
	g.flat([]string{"in", "forget", "cell", "out", "c", "cPrev", "dh", "dc"}, 2, func(b *block) {
		// less returns x - y*y, or 1 - y*y.
		less := func(x, y vec) vec {
			d := b.vector()
			b.i("mov", d, x)
			b.i("fmls", d, y, y)
			return d
		}
		y := b.vector()
		b.scope(func() { b.i("mov", y, back.tanh(b.load("c"))) })
		o, dh, d := b.load("out"), b.load("dh"), b.load("dc")
		one := less(back.all("one"), y)
		b.i("fmul", y, dh, y)
		b.i("fmul", dh, dh, o)
		b.i("fmla", d, dh, one)
		b.i("fmul", y, y, less(o, o))
		b.store(y, "out")

		in, cell := b.load("in"), b.load("cell")
		di, dg := b.op("fmul", d, cell), b.op("fmul", d, in)
		b.i("fmul", di, di, less(in, in))
		b.store(di, "in")
		b.i("fmul", dg, dg, less(back.all("one"), cell))
		b.store(dg, "cell")

		forget, df := b.load("forget"), b.load("cPrev")
		b.i("fmul", df, d, df)
		b.i("fmul", d, d, forget)
		b.i("fmul", df, df, less(forget, forget))
		b.store(df, "forget")
		b.store(d, "dc")
	})
	return []*builder{f, g}
}

// optimizers generates the updates of adam.go in package kernel, which states the formulas
// and where they round.
func optimizers() (all []*builder) {
	// fields loads the successive fields of the struct that k points to.
	fields := func(f *builder, n int) []vec {
		k, v := f.gp(), f.vectors(n)
		f.loadTo("k", k)
		for i := range v {
			f.i("ldr s", v[i], k, 4*i)
			f.i("dup", v[i], v[i], 0)
		}
		return v
	}
	f := function("adam", "func(p, m, v, grad *float32, n int, k *float32)", "is Adam")
	k := fields(f, 8)
	keep, decay, w1, beta2, w2, scale, eps, step := k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7]
	f.flat([]string{"p", "m", "v", "grad"}, 2, func(b *block) {
		p, g := b.load("p"), b.load("grad")
		b.i("fmul", p, p, keep)
		b.i("fmla", g, decay, p)

		v := b.load("v")
		b.i("fmul", v, v, beta2)
		b.i("fmla", v, b.op("fmul", w2, g), g)
		b.store(v, "v")

		m := b.load("m")
		b.i("fsub", g, g, m)
		b.i("fmla", m, w1, g)
		b.store(m, "m")

		b.i("fsqrt", v, v)
		root := b.vector()
		b.i("mov", root, eps)
		b.i("fmla", root, v, scale)
		b.i("fdiv", m, m, root)
		b.i("fmla", p, step, m)
		b.store(p, "p")
	})
	all = append(all, f)

	f = function("sgd", "func(p, grad *float32, n int, k *float32)", "is SGD without momentum")
	k = fields(f, 3)
	f.flat([]string{"p", "grad"}, 4, func(b *block) {
		p, g := b.load("p"), b.load("grad")
		b.i("fmla", g, k[0], p)
		b.i("fmla", p, k[2], g)
		b.store(p, "p")
	})
	all = append(all, f)

	for _, nesterov := range []bool{false, true} {
		name, doc := "sgdMomentum", "is SGD with momentum"
		if nesterov {
			name, doc = "sgdNesterov", "is SGD with Nesterov's momentum"
		}
		f := function(name, "func(p, momentum, grad *float32, n int, k *float32)", doc)
		k := fields(f, 3)
		f.flat([]string{"p", "momentum", "grad"}, 2, func(b *block) {
			p, m, g := b.load("p"), b.load("momentum"), b.load("grad")
			b.i("fmla", g, k[0], p)
			sum := b.vector()
			b.i("mov", sum, g)
			b.i("fmla", sum, k[1], m)
			b.store(sum, "momentum")
			if nesterov {
				b.i("fmla", g, k[1], sum)
				sum = g
			}
			b.i("fmla", p, k[2], sum)
			b.store(p, "p")
		})
		all = append(all, f)
	}
	return all
}
