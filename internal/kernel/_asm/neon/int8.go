package main

import "fmt"

// int8Kernels generates the products of bytes and the rounding of rows to them.
func int8Kernels() (all []*builder) {
	for rows := 1; rows <= 2; rows++ {
		all = append(all, tile8(rows))
	}
	for rows := 1; rows <= 4; rows++ {
		all = append(all, tile8Dot(rows))
	}
	return append(all, largest8(), quantise8())
}

// tile8 generates the product of some rows by a panel; see MulAdd8. Two products of at
// most 127 times 127 fit the 16 bits that they are summed in: those of k and k+4, of one
// column. Pairs of neighbouring columns' products are then added to 32 bits, two for
// each column until the end.
func tile8(rows int) *builder {
	f := function(fmt.Sprintf("mul8x%dx16", rows),
		"func(c *float32, a *uint8, aPanel int, b *int8, blocks int, rowScale, scale *float32)",
		fmt.Sprintf("adds the product of %d rows by a panel over blocks times 16 k. aPanel is in bytes", rows))
	const half = 4 // vectors of b in half a row: 16 columns of 4 k are four
	acc := f.vectors(rows * 8)
	for _, v := range acc {
		f.i("zero", v)
	}
	a, aPanel, b, blocks := f.load("a"), f.load("aPanel"), f.load("b"), f.load("blocks")
	offset, p := f.vector(), f.gp()
	f.do("MOVD $0x80, %v", p)
	f.do("VDUP %v, V%d.B16", p, int(offset))
	f.label("block")
	f.scope(func() {
		for step := 0; step < 4; step += 2 { // four k each, two at a time
			x := f.vectors(2 * rows)
			for r := range rows {
				for s := range 2 {
					f.do("ADD $%d, %v, %v", r*16+(step+s)*4, a, p)
					f.i("ld1r", x[2*r+s], p)
					f.i("eor", x[2*r+s], x[2*r+s], offset)
				}
			}
			for v := range half {
				f.scope(func() {
					y, z, t := f.vector(), f.vector(), f.vector()
					f.i("ldr q", y, b, step*64+16*v)
					f.i("ldr q", z, b, (step+1)*64+16*v)
					for r := range rows {
						f.i("smull", t, y, x[2*r])
						f.i("smlal", t, z, x[2*r+1])
						f.i("sadalp", acc[r*8+2*v], t)
						f.i("smull2", t, y, x[2*r])
						f.i("smlal2", t, z, x[2*r+1])
						f.i("sadalp", acc[r*8+2*v+1], t)
					}
				})
			}
			f.vecs -= 2 * rows
		}
	})
	f.do("ADD %v, %v", aPanel, a)
	f.do("ADD $256, %v", b)
	f.do("SUBS $1, %v, %v", blocks, blocks)
	f.do("BNE block")

	sums := make([]vec, 4*rows)
	for i := range sums {
		sums[i] = acc[2*i]
		f.i("addp", sums[i], sums[i], acc[2*i+1])
	}
	scaled(f, rows, sums)
	return f
}

// tile8Dot is the same by the dot products of ARMv8.2: four products of bytes added to
// each of four sums at once.
func tile8Dot(rows int) *builder {
	f := function(fmt.Sprintf("mul8x%dx16Dot", rows),
		"func(c *float32, a *uint8, aPanel int, b *int8, blocks int, rowScale, scale *float32)",
		fmt.Sprintf("adds the product of %d rows by a panel over blocks times 16 k, where the processor has SDOT. aPanel is in bytes", rows))
	acc := f.vectors(rows * 4)
	for _, v := range acc {
		f.i("zero", v)
	}
	a, aPanel, b, blocks := f.load("a"), f.load("aPanel"), f.load("b"), f.load("blocks")
	offset := f.vector()
	f.scope(func() {
		p := f.gp()
		f.do("MOVD $0x80, %v", p)
		f.do("VDUP %v, V%d.B16", p, int(offset))
	})
	f.label("block")
	f.scope(func() {
		x := f.vectors(rows)
		for r := range x {
			f.i("ldr q", x[r], a, 16*r)
			f.i("eor", x[r], x[r], offset)
		}
		y := f.vectors(4)
		for step := range 4 {
			f.i("ldp q", y[0], y[1], b, 64*step)
			f.i("ldp q", y[2], y[3], b, 64*step+32)
			for v := range y {
				for r := range x {
					f.i("sdot i", acc[4*r+v], y[v], x[r], step)
				}
			}
		}
	})
	f.do("ADD %v, %v", aPanel, a)
	f.do("ADD $256, %v", b)
	f.do("SUBS $1, %v, %v", blocks, blocks)
	f.do("BNE block")
	scaled(f, rows, acc)
	return f
}

// scaled ends a function: it adds sums, four vectors a row, times the rows' and columns'
// scales to c.
func scaled(f *builder, rows int, sums []vec) {
	c, rowScale, scale := f.load("c"), f.load("rowScale"), f.load("scale")
	for r := range rows {
		for v := range 4 {
			f.scope(func() {
				t, x, out := sums[r*4+v], f.vector(), f.vector()
				f.i("scvtf", t, t)
				f.i("ldr s", x, rowScale, 4*r)
				f.i("ldr q", out, scale, 16*v)
				f.i("fmul i", x, out, x, 0)
				f.i("ldr q", out, c, r*64+16*v)
				f.i("fmla", out, t, x)
				f.i("str q", out, c, r*64+16*v)
			})
		}
	}
	f.ret()
}

// largest8 generates the search of a row's largest magnitude.
func largest8() *builder {
	f := function("largest8", "func(x *float32, panel, panels int) uint32", "returns the largest of the bits without sign of a row of panels")
	x, panel, panels := f.load("x"), f.bytes("panel"), f.load("panels")
	most := f.vectors(4)
	for _, v := range most {
		f.i("zero", v)
	}
	f.label("loop")
	f.scope(func() {
		v := f.loadRow(x)
		for i := range v {
			f.i("fabs", v[i], v[i])
		}
		f.each("umax", most, most, v)
	})
	f.do("ADD %v, %v", panel, x)
	f.do("SUBS $1, %v, %v", panels, panels)
	f.do("BNE loop")
	f.i("umax", most[0], most[0], most[1])
	f.i("umax", most[2], most[2], most[3])
	f.i("umax", most[0], most[0], most[2])
	f.i("umaxv", most[0], most[0])
	f.do("FMOVS F%d, ret+%d(FP)", int(most[0]), f.params["ret"].offset)
	f.ret()
	return f
}

// quantise8 generates the rounding of a row to bytes.
func quantise8() *builder {
	f := function("quantise8", "func(dst *uint8, dstPanel int, x *float32, panel, panels int, inverse float32)",
		"rounds a row of panels times inverse to bytes, 128 for zero")
	dst, dstPanel, x, panel, panels := f.load("dst"), f.load("dstPanel"), f.load("x"), f.bytes("panel"), f.load("panels")
	inverse, zero := f.broadcast("inverse"), f.vector()
	f.scope(func() {
		p := f.gp()
		f.do("MOVD $128, %v", p)
		f.do("VDUP %v, V%d.S4", p, int(zero))
	})
	f.label("loop")
	f.scope(func() {
		v := f.loadRow(x)
		f.each("fmul", v, v, all4(inverse))
		for i := range v {
			f.i("fcvtns", v[i], v[i])
			f.i("add", v[i], v[i], zero)
		}
		f.i("uzp1 h", v[0], v[0], v[1])
		f.i("uzp1 h", v[2], v[2], v[3])
		f.i("uzp1 b", v[0], v[0], v[2])
		f.i("str q", v[0], dst, 0)
	})
	f.do("ADD %v, %v", dstPanel, dst)
	f.do("ADD %v, %v", panel, x)
	f.do("SUBS $1, %v, %v", panels, panels)
	f.do("BNE loop")
	f.ret()
	return f
}
