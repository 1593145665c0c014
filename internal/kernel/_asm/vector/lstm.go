package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// lstm generates the gate kernels. lstm.go in package kernel states the formulas
// and where they round. The assembler takes g for a register's name, so the gates
// have longer names here.
func lstm(s isa) {
	function("lstmForward"+s.name, "func(in, forget, cell, out, cPrev, c, h *float32, n int)", "is LSTMForward")
	fn := newFunctions(s, "c0", "c1", "c3", "c4", "magic", "one")
	flat(s, []string{"in", "forget", "cell", "out", "cPrev", "c", "h"}, 1, func(b *block) {
		i := fn.sigmoid(b.load("in"))
		b.store(i, "in")
		g := fn.tanh(b.load("cell"))
		b.store(g, "cell")
		c := b.reg()
		VMULPS(g, i, c)
		f := fn.sigmoid(b.load("forget"))
		b.store(f, "forget")
		VFMADD231PS(b.load("cPrev"), f, c)
		b.store(c, "c")
		o := fn.sigmoid(b.load("out"))
		b.store(o, "out")
		h := fn.tanh(c)
		VMULPS(h, o, h)
		b.store(h, "h")
	})

	function("lstmBackward"+s.name, "func(in, forget, cell, out, c, cPrev, dh, dc *float32, n int)", "is LSTMBackward")
	fn = newFunctions(s, "magic", "one")
	flat(s, []string{"in", "forget", "cell", "out", "c", "cPrev", "dh", "dc"}, 1, func(b *block) {
		y := fn.tanh(b.load("c"))
		o, dh, d := b.load("out"), b.load("dh"), b.load("dc")
		one := fn.copyOf("one")
		VFNMADD231PS(y, y, one) // 1 - y*y
		VMULPS(y, dh, y)        // dh*y
		VMULPS(o, dh, dh)       // dh*o
		VFMADD231PS(one, dh, d) // + dc
		VFNMADD213PS(o, o, o)   // o - o*o
		VMULPS(o, y, y)
		b.store(y, "out")

		i, g := b.load("in"), b.load("cell")
		di, dg := b.reg(), b.reg()
		VMULPS(g, d, di)
		VMULPS(i, d, dg)
		VFNMADD213PS(i, i, i)
		VMULPS(i, di, di)
		b.store(di, "in")
		one = fn.copyOf("one")
		VFNMADD231PS(g, g, one)
		VMULPS(one, dg, dg)
		b.store(dg, "cell")

		f, df := b.load("forget"), b.load("cPrev")
		VMULPS(df, d, df)
		VMULPS(f, d, d)
		VFNMADD213PS(f, f, f)
		VMULPS(f, df, df)
		b.store(df, "forget")
		b.store(d, "dc")
	})
}
