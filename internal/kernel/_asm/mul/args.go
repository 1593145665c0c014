package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// strided returns the address base + i*stride, i < 8. multiples holds the
// registers for those multiples of the stride that an address cannot scale by.
func strided(base reg.Register, multiples map[int]reg.GPVirtual, i, disp int) Mem {
	m := Mem{Base: base, Disp: disp}
	switch i {
	case 0:
	case 1, 2, 4:
		m.Index, m.Scale = multiples[1], uint8(i)
	case 6:
		m.Index, m.Scale = multiples[3], 2
	default:
		m.Index, m.Scale = multiples[i], 1
	}
	return m
}

// strides loads the stride named by an argument and makes the multiples that n
// places need.
func strides(arg args, name string, n int) map[int]reg.GPVirtual {
	m := map[int]reg.GPVirtual{}
	if n < 2 {
		return m
	}
	one := arg.load(name)
	m[1] = one
	if n > 3 {
		m[3] = GP64()
		LEAQ(Mem{Base: one, Index: one, Scale: 2}, m[3])
	}
	if n > 5 {
		m[5] = GP64()
		LEAQ(Mem{Base: one, Index: one, Scale: 4}, m[5])
	}
	if n > 7 {
		m[7] = GP64()
		LEAQ(Mem{Base: m[3], Index: one, Scale: 4}, m[7])
	}
	return m
}

// args reads the fields of Go's tileArgs, all of eight bytes.
type args struct{ base reg.Register }

// fields are those of tileArgs, in their order.
var fields = []string{"c0", "a0", "b0", "c", "cNext", "a", "b", "bNext",
	"cRow", "cPanel", "aRow", "aCol", "aWidth", "aBlock", "bPanel", "k", "accumulate", "tiles"}

func (t args) field(name string) Mem {
	at := slices.Index(fields, name)
	if at < 0 {
		panic("no field " + name)
	}
	return Mem{Base: t.base, Disp: 8 * at}
}

func (t args) load(name string) reg.GPVirtual {
	r := GP64()
	MOVQ(t.field(name), r)
	return r
}

// address loads a pointer and adds an offset.
func (t args) address(base, offset string) reg.GPVirtual {
	r := t.load(base)
	ADDQ(t.field(offset), r)
	return r
}
