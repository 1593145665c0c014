package main

// block is where a body reads and writes: a vector of elements or, with one set, one
// element at the end of the slices. That one is the first lane, and the others are zeros.
type block struct {
	*builder
	slices map[string]gp
	disp   int
	one    bool
}

// load returns a register with the elements of a slice.
func (b *block) load(slice string) vec {
	v := b.vector()
	if b.one {
		b.i("ldr s", v, b.slices[slice], 0)
	} else {
		b.i("ldr q", v, b.slices[slice], b.disp)
	}
	return v
}

func (b *block) store(v vec, slice string) {
	if b.one {
		b.i("str s", v, b.slices[slice], 0)
	} else {
		b.i("str q", v, b.slices[slice], b.disp)
	}
}

// flat generates a whole function: one loop over the elements of the slices that it has as
// parameters of type *float32, all of n elements.
func (f *builder) flat(slices []string, unroll int, body func(b *block)) {
	f.pass("", slices, f.load("n"), unroll, body)
	f.ret()
}

// pass generates a loop over n elements of the slices, with labels that end in name: of
// unroll vectors, of one, and of single elements. n is used up.
func (f *builder) pass(name string, slices []string, n gp, unroll int, body func(b *block)) {
	f.scope(func() {
		b := &block{builder: f, slices: map[string]gp{}}
		for _, s := range slices {
			b.slices[s] = f.load(s)
		}
		loop := func(label string, vectors, elements int) {
			f.do("SUBS $%d, %v, %v", elements, n, n)
			f.do("BLT %sDone", label)
			f.label(label)
			for i := range vectors {
				b.disp = 16 * i
				f.scope(func() { body(b) })
			}
			for _, s := range slices {
				f.do("ADD $%d, %v", 4*elements, b.slices[s])
			}
			f.do("SUBS $%d, %v, %v", elements, n, n)
			f.do("BGE %s", label)
			f.label(label + "Done")
			f.do("ADD $%d, %v", elements, n)
		}
		if unroll > 1 {
			loop("unrolled"+name, unroll, 4*unroll)
		}
		loop("vector"+name, 1, 4)
		b.one = true
		loop("one"+name, 1, 1)
	})
}
