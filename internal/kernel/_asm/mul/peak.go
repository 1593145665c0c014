package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak generates a loop of independent multiply-adds in registers.
func peak(s isa) {
	const chains = 12
	name := "peak" + s.name
	TEXT(name, NOSPLIT, "func(n int, x *float32)")
	Doc(fmt.Sprintf("%s does n times %d multiply-adds of %d floats.", name, chains, s.bytes/4))
	Pragma("noescape")
	n := Load(Param("n"), GP64())
	x := s.vector()
	VBROADCASTSS(Mem{Base: Load(Param("x"), GP64())}, x)
	acc := make([]reg.VecVirtual, chains)
	for i := range acc {
		acc[i] = s.vector()
		s.zero(acc[i])
	}
	Label("loop")
	for _, v := range acc {
		VFMADD231PS(x, x, v)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
