// Command mul generates the assembly of package kernel's matrix product. Run it
// from internal/kernel by go generate.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: how to make a vector register, and how many of
// them hold one row of a panel (16 floats).
type isa struct {
	name    string
	vector  func() reg.VecVirtual
	bytes   int // in a vector
	vectors int // registers
	zero    func(v reg.VecVirtual)
}

var (
	avx2 = isa{
		name: "AVX2", bytes: 32, vectors: 16,
		vector: func() reg.VecVirtual { return YMM() },
		zero:   func(v reg.VecVirtual) { VXORPS(v, v, v) },
	}
	avx512 = isa{
		name: "AVX512", bytes: 64, vectors: 32,
		vector: func() reg.VecVirtual { return ZMM() },
		zero:   func(v reg.VecVirtual) { VPXORD(v, v, v) },
	}
)

// Tiles of rows by panels. The two FMA units want at least eight chains of
// dependent additions (latency four, two a cycle); few rows get them from
// several panels. AVX-512's tallest tile fills all of its registers but three: the
// taller, the less often a row of b is read, from farther caches at first.
var (
	avx2Tiles   = [][2]int{{1, 1}, {1, 4}, {2, 1}, {2, 2}, {3, 1}, {3, 2}, {4, 1}, {5, 1}, {6, 1}}
	avx512Tiles = [][2]int{
		{1, 1}, {1, 8}, {2, 1}, {2, 4}, {3, 1}, {3, 4}, {4, 1}, {4, 2},
		{5, 1}, {5, 2}, {6, 1}, {6, 2}, {7, 1}, {7, 2}, {8, 1}, {8, 2},
		{9, 1}, {9, 2}, {10, 1}, {10, 2}, {11, 1}, {11, 2}, {12, 1}, {12, 2}, {13, 1}, {13, 2}, {14, 1}, {14, 2},
	}
)

// halfTiles is how many of them there are by float16 panels, too: those of up
// to three rows.
const halfTiles = 6

const unroll = 4

func main() {
	ConstraintExpr("amd64")
	ConstraintExpr("!noasm")
	for _, t := range avx2Tiles {
		tile(avx2, t[0], t[1], false)
	}
	for _, t := range avx512Tiles {
		tile(avx512, t[0], t[1], false)
	}
	for _, t := range avx2Tiles[:halfTiles] {
		tile(avx2, t[0], t[1], true)
	}
	peak(avx2)
	peak(avx512)
	Generate()
}

// tile generates the product of tiles, one below the other, of rows rows by
// panels panels, of float32 or, with half, of float16.
func tile(s isa, rows, panels int, half bool) {
	name, of, size := fmt.Sprintf("mul%dx%d%s", rows, panels*16, s.name), "", 4
	if half {
		name, of, size = fmt.Sprintf("mulHalf%dx%d%s", rows, panels*16, s.name), " of float16", 2
	}
	TEXT(name, NOSPLIT, "func(t *byte)")
	Doc(fmt.Sprintf("%s computes tiles times %d rows of %d panels%s. t is a *tileArgs, of which it moves c and a on and counts tiles down.", name, rows, panels, of))
	Pragma("noescape")
	vectors := 64 / s.bytes // in a row of a panel
	bRow := 16 * size       // bytes in a row of a panel of b

	arg := args{Load(Param("t"), GP64())}
	acc := make([]reg.VecVirtual, rows*panels*vectors)
	for i := range acc {
		acc[i] = s.vector()
	}
	// eachOutput visits the accumulators with their places in c.
	eachOutput := func(visit func(v reg.VecVirtual, m Mem)) {
		c := arg.address("c0", "c")
		panel := strides(arg, "cPanel", panels)
		row := arg.load("cRow")
		for r := range rows {
			for p := range panels {
				for v := range vectors {
					visit(acc[(r*panels+p)*vectors+v], strided(c, panel, p, v*s.bytes))
				}
			}
			if r < rows-1 {
				ADDQ(row, c)
			}
		}
	}

	Label("tile")
	CMPQ(arg.field("accumulate"), Imm(0))
	JNE(LabelRef("load"))
	for _, v := range acc {
		s.zero(v)
	}
	JMP(LabelRef("start"))
	Label("load")
	eachOutput(func(v reg.VecVirtual, m Mem) { VMOVUPS(m, v) })

	Label("start")
	Comment("Fetch the output of the tile below, or after the last cNext's.")
	next, nextRow := GP64(), arg.load("cRow")
	IMUL3Q(Imm(uint64(rows)), nextRow, next)
	ADDQ(arg.field("c"), next)
	CMPQ(arg.field("tiles"), Imm(1))
	CMOVQEQ(arg.field("cNext"), next)
	ADDQ(arg.field("c0"), next)
	for r := range rows {
		PREFETCHT0(Mem{Base: next, Disp: 60})
		if r < rows-1 {
			ADDQ(nextRow, next)
		}
	}
	block := arg.address("a0", "a")
	b := arg.address("b0", "b")
	k := arg.load("k")
	aRow := strides(arg, "aRow", min(rows, 8))
	aCol := arg.load("aCol")
	bPanel := strides(arg, "bPanel", panels)
	a, n := GP64(), GP64()
	// An address reaches eight rows; those below have a base of their own.
	const reach = 8
	below := reg.GPVirtual(nil)
	if rows > reach {
		below = GP64()
	}
	// The last tile fetches the b of the next call.
	var ahead reg.Register
	if panels == 1 {
		none := GP64()
		ahead = arg.load("bNext")
		SUBQ(arg.field("b"), ahead)
		XORQ(none, none)
		CMPQ(arg.field("tiles"), Imm(1))
		CMOVQNE(none, ahead)
	}

	// term adds the products of one k. What there is less of, values of a or
	// vectors of b, is held in registers, and the others take turns in one.
	width := panels * vectors
	if need := rows*width + min(rows, width) + 1; need > s.vectors {
		panic(fmt.Sprintf("%s needs %d vector registers", name, need))
	}
	term := func(step int) {
		value := func(r int) reg.VecVirtual {
			x := s.vector()
			if r < reach {
				VBROADCASTSS(strided(a, aRow, r, 0), x)
			} else {
				VBROADCASTSS(strided(below, aRow, r-reach, 0), x)
			}
			return x
		}
		place := func(i int) Mem { return strided(b, bPanel, i/vectors, step*bRow+i%vectors*s.bytes*size/4) }
		vector := func(i int) reg.VecVirtual {
			y := s.vector()
			if half {
				VCVTPH2PS(place(i), y)
			} else {
				VMOVUPS(place(i), y)
			}
			return y
		}
		switch {
		case rows == 1 && !half: // each vector of b is used once
			x := value(0)
			for i := range width {
				VFMADD231PS(place(i), x, acc[i])
			}
		case rows < width:
			var x []reg.VecVirtual
			for r := range rows {
				x = append(x, value(r))
			}
			for i := range width {
				y := vector(i)
				for r := range rows {
					VFMADD231PS(y, x[r], acc[r*width+i])
				}
			}
		default:
			var y []reg.VecVirtual
			for i := range width {
				y = append(y, vector(i))
			}
			for r := range rows {
				x := value(r)
				for i := range width {
					VFMADD231PS(y[i], x, acc[r*width+i])
				}
			}
		}
		ADDQ(aCol, a)
		if below != nil {
			ADDQ(aCol, below)
		}
		if panels == 1 {
			PREFETCHT0(Mem{Base: b, Index: ahead, Scale: 1, Disp: step * bRow})
		} else if s.bytes == 64 && rows > 3 {
			// A tile in step with the third cache wants b's rows fetched long before.
			const fetched = 16 // rows
			for p := range panels {
				PREFETCHT0(strided(b, bPanel, p, (step+fetched)*bRow))
			}
		}
	}

	Label("block")
	Comment("The next block of a, or what is left of k.")
	MOVQ(block, a)
	ADDQ(arg.field("aBlock"), block)
	for r := range min(rows, reach) {
		PREFETCHT0(strided(block, aRow, r, 0))
	}
	if below != nil {
		LEAQ(Mem{Base: a, Index: aRow[1], Scale: reach}, below)
		for r := range rows - reach {
			PREFETCHT0(strided(below, aRow, r, 0))
		}
	}
	MOVQ(arg.field("aWidth"), n)
	CMPQ(n, k)
	CMOVQGT(k, n)
	SUBQ(n, k)
	SUBQ(Imm(unroll), n)
	JLT(LabelRef("rest"))

	Label("unrolled")
	for i := range unroll {
		term(i)
	}
	ADDQ(U32(unroll*bRow), b)
	SUBQ(Imm(unroll), n)
	JGE(LabelRef("unrolled"))

	Label("rest")
	ADDQ(Imm(unroll), n)
	JZ(LabelRef("next"))
	Label("single")
	term(0)
	ADDQ(Imm(uint64(bRow)), b)
	DECQ(n)
	JNZ(LabelRef("single"))

	Label("next")
	TESTQ(k, k)
	JNZ(LabelRef("block"))

	eachOutput(func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
	for _, name := range []string{"c", "a"} {
		step := arg.load(name + "Row")
		IMUL3Q(Imm(uint64(rows)), step, step)
		ADDQ(step, arg.field(name))
	}
	DECQ(arg.field("tiles"))
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}
