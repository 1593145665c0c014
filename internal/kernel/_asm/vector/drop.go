package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

var counting Mem

// drop generates the random part of dropout, drop.go in package kernel.
func drop(s isa) {
	if counting.Symbol.Name == "" {
		counting = GLOBL("counting", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(i))
		}
	}
	function("drop"+s.name, "func(dst, src *float32, n int, k *uint32)",
		"is Drop.Apply; k is the halves of the key, the number of the first element, limit and scale")
	k := Load(Param("k"), GP64())
	field := func(i int) Mem { return Mem{Base: k, Disp: 4 * i} }
	before, between, number := broadcast(s, field(0)), broadcast(s, field(1)), broadcast(s, field(2))
	limit, scale := broadcast(s, field(3)), broadcast(s, field(4))
	f := newFunctions(s, "dropStep", "dropMix1", "dropMix2")
	first := s.reg()
	VMOVUPS(counting, first)
	VPADDD(first, number, number)
	step := f.copyOf("lanes512")
	if s.bytes == 32 {
		step = f.copyOf("lanes256")
	}
	flat(s, []string{"dst", "src"}, 2, func(b *block) {
		h, t := s.reg(), s.reg()
		VPMULLD(f.constant("dropStep"), number, h)
		VPADDD(before, h, h)
		VPADDD(step, number, number)
		mix := func(by uint64) {
			VPSRLD(Imm(by), h, t)
			if s.bytes == 64 {
				VPXORD(t, h, h)
			} else {
				VPXOR(t, h, h)
			}
		}
		mix(16)
		VPMULLD(f.constant("dropMix1"), h, h)
		VPADDD(between, h, h)
		mix(15)
		VPMULLD(f.constant("dropMix2"), h, h)
		mix(15)
		x := b.load("src")
		VMULPS(scale, x, x)
		VPMINUD(limit, h, h) // is the limit where the hash is not below it
		if s.bytes == 64 {
			kept := K()
			VPCMPEQD(limit, h, kept)
			VMOVAPS_Z(x, kept, x)
		} else {
			VPCMPEQD(limit, h, h)
			VANDPS(h, x, x)
		}
		b.store(x, "dst")
	})
}

func init() {
	constants = append(constants, constant{"dropStep", 0x9e3779b9}, constant{"dropMix1", 0x21f0aaad}, constant{"dropMix2", 0x735a2d97},
		constant{"lanes256", 8}, constant{"lanes512", 16})
}
