package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields loads the successive float32 fields of the struct whose first one
// parameter k points to.
func fields(s isa, n int) []reg.VecVirtual {
	k := Load(Param("k"), GP64())
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = broadcast(s, Mem{Base: k, Disp: 4 * i})
	}
	return v
}

// optimizers generates the updates of adam.go in package kernel, which states the
// formulas and where they round.
func optimizers(s isa) {
	function("adam"+s.name, "func(p, m, v, grad *float32, n int, k *float32)", "is Adam")
	k := fields(s, 8)
	keep, decay, w1, beta2, w2, scale, eps, step := k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7]
	flat(s, []string{"p", "m", "v", "grad"}, 1, func(b *block) {
		p, g := b.load("p"), b.load("grad")
		VMULPS(keep, p, p)
		VFMADD231PS(p, decay, g)

		v, t := b.load("v"), b.reg()
		VMULPS(beta2, v, v)
		VMULPS(w2, g, t)
		VFMADD231PS(g, t, v)
		b.store(v, "v")

		m := b.load("m")
		VSUBPS(m, g, g)
		VFMADD231PS(g, w1, m)
		b.store(m, "m")

		VSQRTPS(v, v)
		VFMADD213PS(eps, scale, v)
		VDIVPS(v, m, m)
		VFMADD231PS(m, step, p)
		b.store(p, "p")
	})

	function("sgd"+s.name, "func(p, grad *float32, n int, k *float32)", "is SGD without momentum")
	k = fields(s, 3)
	flat(s, []string{"p", "grad"}, 2, func(b *block) {
		p, g := b.load("p"), b.load("grad")
		VFMADD231PS(p, k[0], g)
		VFMADD231PS(g, k[2], p)
		b.store(p, "p")
	})

	for _, nesterov := range []bool{false, true} {
		name, doc := "sgdMomentum", "is SGD with momentum"
		if nesterov {
			name, doc = "sgdNesterov", "is SGD with Nesterov's momentum"
		}
		function(name+s.name, "func(p, momentum, grad *float32, n int, k *float32)", doc)
		k := fields(s, 3)
		flat(s, []string{"p", "momentum", "grad"}, 2, func(b *block) {
			p, m, g := b.load("p"), b.load("momentum"), b.load("grad")
			VFMADD231PS(p, k[0], g)
			VFMADD213PS(g, k[1], m) // Momentum*m + g
			b.store(m, "momentum")
			if nesterov {
				VFMADD231PS(m, k[1], g)
				m = g
			}
			VFMADD231PS(m, k[2], p)
			b.store(p, "p")
		})
	}
}
