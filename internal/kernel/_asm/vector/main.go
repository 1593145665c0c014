// Command vector generates the assembly of package kernel's element-wise kernels
// and reductions. Run it from internal/kernel by go generate.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: the name its functions end in, the bytes of a
// vector, how to make a register and how to move part of a vector.
type isa struct {
	name  string
	bytes int
	reg   func() reg.VecVirtual
	// tailMask makes the mask of the first n bytes of a vector.
	tailMask func(n reg.GPVirtual) reg.Register
	// loadPart and storePart move what the mask covers and touch nothing else;
	// loadPart leaves zeros in the other lanes.
	loadPart  func(m Mem, mask reg.Register, v reg.VecVirtual)
	storePart func(v reg.VecVirtual, mask reg.Register, m Mem)
}

var (
	avx2 = isa{
		name: "AVX2", bytes: 32,
		reg: func() reg.VecVirtual { return YMM() },
		tailMask: func(n reg.GPVirtual) reg.Register {
			// A window on eight words of ones and eight of zeros.
			table, mask := GP64(), YMM()
			LEAQ(maskTable, table)
			SUBQ(n, table)
			VMOVUPS(Mem{Base: table, Disp: 32}, mask)
			return mask
		},
		loadPart:  func(m Mem, mask reg.Register, v reg.VecVirtual) { VMASKMOVPS(m, mask, v) },
		storePart: func(v reg.VecVirtual, mask reg.Register, m Mem) { VMASKMOVPS(v, mask, m) },
	}
	avx512 = isa{
		name: "AVX512", bytes: 64,
		reg: func() reg.VecVirtual { return ZMM() },
		tailMask: func(n reg.GPVirtual) reg.Register {
			bits, mask := GP32(), K()
			SHRQ(Imm(2), n)
			MOVL(U32(1<<16-1), bits)
			BZHIL(n.As32(), bits, bits)
			KMOVW(bits, mask)
			return mask
		},
		loadPart:  func(m Mem, mask reg.Register, v reg.VecVirtual) { VMOVUPS_Z(m, mask, v) },
		storePart: func(v reg.VecVirtual, mask reg.Register, m Mem) { VMOVUPS(v, mask, m) },
	}
)

var maskTable Mem

func main() {
	ConstraintExpr("amd64")
	ConstraintExpr("!noasm")
	maskTable = GLOBL("tailMask", RODATA|NOPTR)
	for i := range 16 {
		word := U32(1<<32 - 1)
		if i >= 8 {
			word = 0
		}
		DATA(4*i, word)
	}
	for _, s := range []isa{avx2, avx512} {
		arithmetic(s)
		transcendental(s)
		lstm(s)
		optimizers(s)
		sumSquares(s)
		columnSums(s)
		gelu(s)
		softmax(s)
		norm(s)
		normGradients(s)
		panelRows(s)
		drop(s)
	}
	transpose()
	Generate()
}

// body writes the code for one vector of elements.
type body func(b *block)

// block is where a body reads and writes: at the loop's index, all of a vector
// or the tail's part.
type block struct {
	isa
	slices map[string]reg.Register
	index  reg.Register
	disp   int
	mask   reg.Register // nil for a whole vector
}

func (b *block) at(slice string) Mem {
	return Mem{Base: b.slices[slice], Index: b.index, Scale: 1, Disp: b.disp}
}

// load returns a register with the elements of a slice.
func (b *block) load(slice string) reg.VecVirtual {
	v := b.reg()
	if b.mask != nil {
		b.loadPart(b.at(slice), b.mask, v)
	} else {
		VMOVUPS(b.at(slice), v)
	}
	return v
}

func (b *block) store(v reg.VecVirtual, slice string) {
	if b.mask != nil {
		b.storePart(v, b.mask, b.at(slice))
	} else {
		VMOVUPS(v, b.at(slice))
	}
}

// flat generates the current function: one loop over the elements of the slices
// that it has as parameters of type *float32, all of n elements.
func flat(s isa, slices []string, unroll int, f body) {
	p := newPasses(s, slices)
	p.pass("", unroll, f)
	VZEROUPPER()
	RET()
}

// passes generates loops over the elements of the same slices.
type passes struct {
	block
	bytes reg.GPVirtual // in each slice
}

func newPasses(s isa, slices []string) *passes {
	p := &passes{block: block{isa: s, slices: map[string]reg.Register{}}, bytes: GP64()}
	for _, name := range slices {
		p.slices[name] = Load(Param(name), GP64())
	}
	Load(Param("n"), p.bytes)
	SHLQ(Imm(2), p.bytes)
	return p
}

// pass generates one loop, with labels that end in name.
func (p *passes) pass(name string, unroll int, f body) {
	index := GP64()
	XORL(index.As32(), index.As32())
	b := p.block
	b.index = index

	loop := func(label string, vectors int) {
		step := vectors * p.isa.bytes
		end := GP64()
		MOVQ(p.bytes, end)
		ANDQ(I32(-step), end)
		CMPQ(index, end)
		JGE(LabelRef(label + "Done"))
		Label(label)
		for i := range vectors {
			b.disp = i * p.isa.bytes
			f(&b)
		}
		b.disp = 0
		ADDQ(I32(step), index)
		CMPQ(index, end)
		JLT(LabelRef(label))
		Label(label + "Done")
	}
	if unroll > 1 {
		loop("unrolled"+name, unroll)
	}
	loop("single"+name, 1)

	left := GP64()
	MOVQ(p.bytes, left)
	SUBQ(index, left)
	JZ(LabelRef("done" + name))
	b.mask = p.tailMask(left)
	f(&b)
	Label("done" + name)
}

// broadcast returns a register with a float32 in all lanes.
func broadcast(s isa, m Op) reg.VecVirtual {
	v := s.reg()
	VBROADCASTSS(m, v)
	return v
}

// parameter is the place of a parameter on the stack.
func parameter(name string) Op {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

func zero(s isa) reg.VecVirtual {
	v := s.reg()
	if s.bytes == 64 {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}
