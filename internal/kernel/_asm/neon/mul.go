package main

import (
	"fmt"
	"slices"
)

// tiles are those of rows by panels. Two to four pipes of multiply-adds of a latency of
// four want eight to sixteen sums at a time; few rows get them from several panels.
var tiles = [][2]int{{1, 1}, {1, 4}, {2, 1}, {2, 2}, {3, 1}, {3, 2}, {4, 1}, {5, 1}, {6, 1}}

// halfTiles is how many of them there are by float16 panels, too.
const halfTiles = 6

const unroll = 4

// fields are those of tileArgs in package kernel, in their order, of eight bytes each.
var fields = []string{"c0", "a0", "b0", "c", "cNext", "a", "b", "bNext",
	"cRow", "cPanel", "aRow", "aCol", "aWidth", "aBlock", "bPanel", "k", "accumulate", "tiles"}

func mul() (all []*builder) {
	for _, t := range tiles {
		all = append(all, tile(t[0], t[1], false))
	}
	for _, t := range tiles[:halfTiles] {
		all = append(all, tile(t[0], t[1], true))
	}
	return append(all, peak())
}

// tile generates the product of tiles, one below the other, of rows rows by panels
// panels, of float32 or, with half, of float16.
func tile(rows, panels int, half bool) *builder {
	name, of, size := fmt.Sprintf("mul%dx%d", rows, panels*16), "", 4
	if half {
		name, of, size = fmt.Sprintf("mulHalf%dx%d", rows, panels*16), " of float16", 2
	}
	f := function(name, "func(t *byte)",
		fmt.Sprintf("computes tiles times %d rows of %d panels%s. t is a *tileArgs, of which it moves c and a on and counts tiles down", rows, panels, of))
	t := f.load("t")
	at := func(name string) int { return 8 * slices.Index(fields, name) }
	field := func(name string) gp {
		r := f.gp()
		f.do("MOVD %d(%v), %v", at(name), t, r)
		return r
	}
	address := func(base, offset string) gp {
		r := field(base)
		f.scope(func() { f.do("ADD %v, %v", field(offset), r) })
		return r
	}
	acc := f.vectors(rows * panels * 4)
	// eachOutput visits the accumulators by pairs, with their places in c.
	eachOutput := func(pair string) {
		f.scope(func() {
			c, row := address("c0", "c"), field("cRow")
			panel := gp(0)
			if panels > 1 {
				panel = field("cPanel")
			}
			p := f.gp()
			for r := range rows {
				f.do("MOVD %v, %v", c, p)
				for n := range panels {
					v := acc[(r*panels+n)*4:]
					f.i(pair, v[0], v[1], p, 0)
					f.i(pair, v[2], v[3], p, 32)
					if n < panels-1 {
						f.do("ADD %v, %v", panel, p)
					}
				}
				if r < rows-1 {
					f.do("ADD %v, %v", row, c)
				}
			}
		})
	}

	f.label("tile")
	f.scope(func() { f.do("CBNZ %v, load", field("accumulate")) })
	for _, v := range acc {
		f.i("zero", v)
	}
	f.do("JMP start")
	f.label("load")
	eachOutput("ldp q")

	f.label("start")
	f.scope(func() {
		block, k := address("a0", "a"), field("k")
		b := []gp{address("b0", "b")}
		for p := 1; p < panels; p++ {
			b = append(b, f.gp())
			f.scope(func() { f.do("ADD %v, %v, %v", field("bPanel"), b[p-1], b[p]) })
		}
		var row []gp // distances from the first
		for r := 1; r < rows; r++ {
			if r == 1 {
				row = append(row, field("aRow"))
				continue
			}
			row = append(row, f.gp())
			f.do("ADD %v, %v, %v", row[0], row[r-2], row[r-1])
		}
		col := field("aCol")
		a, n := f.gp(), f.gp()
		term := func(step int) {
			f.scope(func() { product(f, rows, panels, half, acc, a, row, b, step) })
			f.do("ADD %v, %v", col, a)
		}
		ahead := func(terms int) {
			for _, r := range b {
				f.do("ADD $%d, %v", terms*16*size, r)
			}
		}

		f.label("block")
		f.comment("The next block of a, or what is left of k.")
		f.do("MOVD %v, %v", block, a)
		f.scope(func() {
			f.do("ADD %v, %v", field("aBlock"), block)
			width := field("aWidth")
			f.do("CMP %v, %v", width, k)
			f.do("CSEL LT, %v, %v, %v", k, width, n)
		})
		f.do("SUB %v, %v", n, k)
		f.do("SUBS $%d, %v, %v", unroll, n, n)
		f.do("BLT rest")
		f.label("unrolled")
		for step := range unroll {
			term(step)
		}
		ahead(unroll)
		f.do("SUBS $%d, %v, %v", unroll, n, n)
		f.do("BGE unrolled")
		f.label("rest")
		f.do("ADDS $%d, %v, %v", unroll, n, n)
		f.do("BEQ next")
		f.label("single")
		term(0)
		ahead(1)
		f.do("SUBS $1, %v, %v", n, n)
		f.do("BNE single")
		f.label("next")
		f.do("CBNZ %v, block", k)
	})

	eachOutput("stp q")
	for _, name := range []string{"c", "a"} {
		f.scope(func() {
			step, place, n := field(name+"Row"), field(name), f.gp()
			f.do("MOVD $%d, %v", rows, n)
			f.do("MADD %v, %v, %v, %v", n, place, step, place)
			f.do("MOVD %v, %d(%v)", place, at(name), t)
		})
	}
	left := field("tiles")
	f.do("SUBS $1, %v, %v", left, left)
	f.do("MOVD %v, %d(%v)", left, at("tiles"), t)
	f.do("BNE tile")
	f.ret()
	return f
}

// product adds the products of one k, rows of b for each of which lie in memory from
// step rows after b. Values of a are lanes that whole vectors of b are multiplied by.
func product(f *builder, rows, panels int, half bool, acc []vec, a gp, row, b []gp, step int) {
	value := func(r int) vec {
		x := f.vector()
		if r == 0 {
			f.i("ldr s", x, a, 0)
		} else {
			f.i("ldr s x", x, a, row[r-1])
		}
		return x
	}
	// rowOf returns a panel's row of b.
	rowOf := func(p int) []vec {
		if !half {
			y := f.vectors(4)
			f.i("ldp q", y[0], y[1], b[p], 64*step)
			f.i("ldp q", y[2], y[3], b[p], 64*step+32)
			return y
		}
		y := f.vectors(4)
		f.i("ldp q", y[1], y[3], b[p], 32*step)
		for i := 0; i < 4; i += 2 {
			f.i("fcvtl h", y[i], y[i+1])
			f.i("fcvtl2 h", y[i+1], y[i+1])
		}
		return y
	}
	if panels == 1 { // values of a take turns
		y := rowOf(0)
		for r := range rows {
			v := f.vecs
			x := value(r)
			for i := range y {
				f.i("fmla i", acc[r*4+i], y[i], x, 0)
			}
			if len(allowedVec)-f.vecs < 1 {
				f.vecs = v
			}
		}
		return
	}
	x := make([]vec, rows)
	for r := range x {
		x[r] = value(r)
	}
	for p := range panels {
		v := f.vecs
		y := rowOf(p)
		for i := range y {
			for r := range rows {
				f.i("fmla i", acc[(r*panels+p)*4+i], y[i], x[r], 0)
			}
		}
		if len(allowedVec)-f.vecs < 4 {
			f.vecs = v
		}
	}
}

// peak generates a loop of independent multiply-adds in registers.
func peak() *builder {
	const chains = 24
	f := function("peak", "func(n int, x *float32)", fmt.Sprintf("does n times %d multiply-adds of 4 floats", chains))
	n, x := f.load("n"), f.vector()
	f.i("ld1r", x, f.load("x"))
	acc := f.vectors(chains)
	for _, v := range acc {
		f.i("zero", v)
	}
	f.label("loop")
	for _, v := range acc {
		f.i("fmla", v, x, x)
	}
	f.do("SUBS $1, %v, %v", n, n)
	f.do("BNE loop")
	f.ret()
	return f
}
