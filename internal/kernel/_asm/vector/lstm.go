package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// lstm generates the gate kernels. lstm.go in package kernel states the formulas
// and where they round. The assembler takes g for a register's name, so the gates
// have longer names here.
func lstm(s isa) {
	// Several passes over slices that stay in the first cache: a chain of
	// dependent operations from the gates to h is so long that the processor
	// would not find enough independent work in its window.
	function("lstmForward"+s.name, "func(in, forget, cell, out, cPrev, c, h *float32, n int)", "is LSTMForward")
	p := newPasses(s, []string{"in", "forget", "cell", "out", "cPrev", "c", "h"})
	fn := newFunctions(s, sigmoidHeld...)
	for _, gate := range []string{"in", "forget", "out"} {
		p.pass(gate, 2, func(b *block) { b.store(fn.sigmoid(b.load(gate)), gate) })
	}
	fn = newFunctions(s, tanhHeld...)
	p.pass("cell", 2, func(b *block) { b.store(fn.tanh(b.load("cell")), "cell") })
	p.pass("c", 1, func(b *block) {
		c := b.load("cell")
		VMULPS(b.load("in"), c, c)
		VFMADD231PS(b.load("cPrev"), b.load("forget"), c)
		b.store(c, "c")
		h := fn.tanh(c)
		VMULPS(b.load("out"), h, h)
		b.store(h, "h")
	})
	VZEROUPPER()
	RET()

	function("lstmBackward"+s.name, "func(in, forget, cell, out, c, cPrev, dh, dc *float32, n int)", "is LSTMBackward")
	fn = newFunctions(s, "magic", "one", "c1", "c3", "tanhMax", "c4")
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
