package main

import (
	"fmt"
	"slices"
)

var (
	erfWhole = []string{"erfMin", "erfMax", "minusOne", "one"}
	erfLanes = func() []string {
		names := []string{"erfScale"}
		for i := range erfC {
			names = append(names, fmt.Sprint("erf", i))
		}
		return names
	}()
)

// erf returns erf(x/√2).
func (f *functions) erf(x vec) vec {
	c := f.clamp(x, "erfMin", "erfMax")
	s, p := f.vector(), f.vector()
	f.i("fmul", p, c, c)
	f.i("mov", s, f.all("minusOne"))
	f.by("fmla", s, p, "erfScale")
	p = f.copyOf("erf15")
	f.scope(func() {
		q := f.vector() // the two take turns
		for i := 14; i >= 0; i-- {
			l := f.lanes[fmt.Sprint("erf", i)]
			f.i("dup", q, l.of, l.i)
			f.i("fmla", q, p, s)
			p, q = q, p
		}
		f.i("fmul", s, p, c)
	})
	f.i("fmin", s, s, f.all("one"))
	f.i("fmax", s, s, f.all("minusOne"))
	return s
}

// gelu generates GELU and its derivative, by erf and by tanh.
func gelu() (all []*builder) {
	add := func(name, signature, doc string) *builder {
		f := function(name, signature, doc)
		all = append(all, f)
		return f
	}
	f := add("gelu", "func(dst, src *float32, n int)", "is GELU")
	c := f.constant(erfWhole, append(slices.Clip(erfLanes), "half"))
	f.flat([]string{"dst", "src"}, 4, func(b *block) {
		x := b.load("src")
		h := c.mulBy(x, "half")
		y := c.erf(x)
		b.i("fmla", h, h, y)
		b.store(h, "dst")
	})

	f = add("geluTanh", "func(dst, src *float32, n int)", "is GELUTanh")
	c = f.constant(tanhWhole, append(slices.Clip(tanhLanes), "half", "tanhGELU1", "tanhGELU3"))
	f.flat([]string{"dst", "src"}, 2, func(b *block) {
		x := b.load("src")
		k := c.tanhFactor(b.op("fmul", x, x), "tanhGELU3")
		b.i("fmul", k, x, k)
		y := c.tanh(k)
		h := c.mulBy(x, "half")
		b.i("fmla", h, h, y)
		b.store(h, "dst")
	})

	f = add("geluBackward", "func(dx, dy, x *float32, n int)", "is GELUBackward")
	whole := []string{"slopeMin", "slopeMax", "half"}
	c = f.constant(slices.Concat(expWhole, erfWhole, whole), slices.Concat(expLanes, erfLanes, []string{"minusHalf", "density0"}))
	f.flat([]string{"dx", "dy", "x"}, 1, func(b *block) {
		slope, y := b.vector(), b.vector()
		b.i("mov", slope, c.all("half"))
		b.scope(func() { b.i("mov", y, c.erf(b.load("x"))) })
		b.i("fmla", slope, c.all("half"), y)
		b.scope(func() {
			k := c.clamp(b.load("x"), "slopeMin", "slopeMax")
			b.i("mov", y, k)
			b.i("fmul", k, k, k)
			c.by("fmul", k, k, "minusHalf")
			d := c.exp(k)
			c.by("fmul", d, d, "density0")
			b.i("fmla", slope, y, d)
		})
		b.i("fmul", slope, b.load("dy"), slope)
		b.store(slope, "dx")
	})

	f = add("geluTanhBackward", "func(dx, dy, x *float32, n int)", "is GELUTanhBackward")
	c = f.constant(slices.Concat(tanhWhole, whole), append(slices.Clip(tanhLanes), "tanhGELU1", "tanhGELU3", "tanhGELU9"))
	f.flat([]string{"dx", "dy", "x"}, 1, func(b *block) {
		k := c.clamp(b.load("x"), "slopeMin", "slopeMax")
		u, y := b.op("fmul", k, k), b.vector()
		b.scope(func() {
			z := c.tanhFactor(u, "tanhGELU3")
			b.i("fmul", z, k, z)
			b.i("mov", y, c.tanh(z))
		})
		d := c.tanhFactor(u, "tanhGELU9")
		b.i("fmul", k, c.all("half"), k)
		left, slope := b.vector(), b.vector()
		b.i("mov", left, c.all("one"))
		b.i("fmls", left, y, y)
		b.i("fmul", k, k, left)
		b.i("mov", slope, c.all("half"))
		b.i("fmla", slope, c.all("half"), y)
		b.i("fmla", slope, k, d)
		b.i("fmul", slope, b.load("dy"), slope)
		b.store(slope, "dx")
	})
	return all
}

// tanhFactor returns tanhGELU1 plus a constant times u.
func (f *functions) tanhFactor(u vec, factor string) vec {
	k := f.copyOf("tanhGELU1")
	f.by("fmla", k, u, factor)
	return k
}
