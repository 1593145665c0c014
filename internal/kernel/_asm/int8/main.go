// Command int8 generates the assembly of package kernel's products of bytes. Run it
// from internal/kernel by go generate.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

var c = NewContext()

// isa is an instruction set: how to make a vector register, and the tiles of rows
// by panels that its registers hold.
type isa struct {
	name   string
	vector func() reg.VecVirtual
	bytes  int // in a vector
	vnni   bool
	tiles  [][2]int
}

// vex ends the names of functions whose VPDPBUSD is AVX-VNNI's.
const vex = "AVXVNNI"

var isas = []isa{
	{name: "AVX2", vector: c.YMM, bytes: 32, tiles: tiles(4, 1)},
	{name: vex, vector: c.YMM, bytes: 32, vnni: true, tiles: tiles(6, 1)},
	{name: "AVX512VNNI", vector: c.ZMM, bytes: 64, vnni: true, tiles: append(tiles(14, 1), tiles(14, 2)...)},
}

// tiles returns tiles of 1 to height rows.
func tiles(height, panels int) (t [][2]int) {
	for h := range height {
		t = append(t, [2]int{h + 1, panels})
	}
	return t
}

func main() {
	c.ConstraintExpr("amd64")
	c.ConstraintExpr("!noasm")
	for _, s := range isas {
		for _, t := range s.tiles {
			tile(s, t[0], t[1])
		}
	}
	for _, s := range isas {
		if s.name != vex {
			s.largest()
			s.quantise()
		}
	}
	flags := flag.NewFlagSet("int8", flag.ExitOnError)
	avo := NewFlags(flags)
	flags.Parse(os.Args[1:])
	config := avo.Config()
	config.Passes = slices.Insert(config.Passes, 1, pass.Interface(pass.FunctionPass(encode)))
	os.Exit(Main(config, c))
}

func (s isa) function(name, signature, doc string) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr(signature)
	c.Doc(name + " " + doc)
	c.Pragma("noescape")
}

func param(name string) reg.Register { return c.Load(c.Param(name), c.GP64()) }

// scaled loads a distance and makes bytes of it.
func scaled(name string, shift uint64) reg.Register {
	r := param(name)
	if shift > 0 {
		c.SHLQ(Imm(shift), r)
	}
	return r
}

// broadcast returns a register with a constant in all lanes of four bytes.
func (s isa) broadcast(x uint32) reg.VecVirtual {
	r, low, v := c.GP32(), c.XMM(), s.vector()
	c.MOVL(U32(x), r)
	c.VMOVD(r, low)
	c.VPBROADCASTD(low, v)
	return v
}

// tile generates the product of rows rows by panels panels; see MulAdd8.
func tile(s isa, rows, panels int) {
	s.function(fmt.Sprintf("mul8x%dx%d%s", rows, panels*16, s.name),
		"func(c *float32, cPanel int, a *uint8, aPanel int, b *int8, bPanel int, blocks int, rowScale, scale *float32, start *int32)",
		fmt.Sprintf("adds the product of %d rows by %d panels over blocks times 16 k. Distances are in elements.", rows, panels))
	vectors := 64 / s.bytes // in a row of a panel
	width := panels * vectors
	acc := make([]reg.VecVirtual, rows*width)
	start := param("start")
	for i := range acc {
		acc[i] = s.vector()
		switch at := (Mem{Base: start, Disp: i * s.bytes}); {
		case !s.vnni:
			c.VPXOR(acc[i], acc[i], acc[i])
		case i >= width:
			c.VMOVAPS(acc[i%width], acc[i])
		default:
			c.VMOVUPS(at, acc[i])
		}
	}
	a, aPanel := param("a"), scaled("aPanel", 0)
	b, blocks := param("b"), param("blocks")
	bPanel := reg.Register(nil)
	if panels > 1 {
		bPanel = scaled("bPanel", 0)
	}
	place := func(p, disp int) Mem {
		m := Mem{Base: b, Disp: disp}
		if p > 0 {
			m.Index, m.Scale = bPanel, 1
		}
		return m
	}
	var offset, ones reg.VecVirtual
	if !s.vnni {
		offset, ones = s.broadcast(0x80808080), s.broadcast(0x00010001)
	}
	c.Label("block")
	for step := range 4 { // four k each
		y := make([]reg.VecVirtual, width)
		for i := range y {
			y[i] = s.vector()
			c.VMOVUPS(place(i/vectors, step*64+i%vectors*s.bytes), y[i])
		}
		if s.bytes == 64 {
			const ahead = 16 // rows of b, four k each
			for p := range panels {
				c.PREFETCHT0(place(p, (step+ahead)*64))
			}
		}
		for r := range rows {
			x := s.vector()
			c.VPBROADCASTD(Mem{Base: a, Disp: r*16 + step*4}, x)
			if s.vnni {
				for i := range width {
					c.VPDPBUSD(y[i], x, acc[r*width+i])
				}
				continue
			}
			// |x| times b with the sign of x: at most 127 * 127, of which two fit 16 bits.
			size := s.vector()
			c.VPXOR(offset, x, x)
			c.VPABSB(x, size)
			for i := range width {
				t := s.vector()
				c.VPSIGNB(x, y[i], t)
				c.VPMADDUBSW(t, size, t)
				c.VPMADDWD(ones, t, t)
				c.VPADDD(t, acc[r*width+i], acc[r*width+i])
			}
		}
	}
	c.ADDQ(aPanel, a)
	c.ADDQ(U32(256), b)
	c.DECQ(blocks)
	c.JNZ(LabelRef("block"))

	out, cPanel := param("c"), reg.Register(nil)
	if panels > 1 {
		cPanel = scaled("cPanel", 2)
	}
	rowScale, scale := param("rowScale"), param("scale")
	columns := make([]reg.VecVirtual, width)
	for i := range columns {
		columns[i] = s.vector()
		c.VMOVUPS(Mem{Base: scale, Disp: i * s.bytes}, columns[i])
	}
	for r := range rows {
		x := s.vector()
		c.VBROADCASTSS(Mem{Base: rowScale, Disp: 4 * r}, x)
		for i := range width {
			v, t := acc[r*width+i], s.vector()
			m := Mem{Base: out, Disp: r*64 + i%vectors*s.bytes}
			if i >= vectors {
				m.Index, m.Scale = cPanel, 1
			}
			c.VCVTDQ2PS(v, v)
			c.VMULPS(columns[i], x, t)
			c.VFMADD213PS(m, t, v)
			c.VMOVUPS(v, m)
		}
	}
	c.VZEROUPPER()
	c.RET()
}

// simple is the name of the instruction set without products of bytes.
func (s isa) simple() string { return s.name[:min(len(s.name), len("AVX512"))] }

// largest generates the search of a row's largest magnitude.
func (s isa) largest() {
	s.function("largest"+s.simple(), "func(x *float32, panel, panels int) uint32",
		"returns the largest of the bits without sign of a row of panels.")
	x, panel, panels := param("x"), scaled("panel", 2), param("panels")
	mask := s.broadcast(0x7fffffff)
	vectors := 64 / s.bytes
	most := make([]reg.VecVirtual, vectors)
	for v := range most {
		most[v] = s.vector()
		c.VXORPS(most[v].AsX(), most[v].AsX(), most[v].AsX())
	}
	max := func(x, y, z reg.Register) { c.VPMAXUD(x, y, z) }
	c.Label("loop")
	for v := range most {
		t := s.vector()
		m := Mem{Base: x, Disp: v * s.bytes}
		if s.bytes == 64 {
			c.VPANDD(m, mask, t)
		} else {
			c.VPAND(m, mask, t)
		}
		max(t, most[v], most[v])
	}
	c.ADDQ(panel, x)
	c.DECQ(panels)
	c.JNZ(LabelRef("loop"))
	y := c.YMM()
	if s.bytes == 64 {
		c.VEXTRACTF64X4(Imm(1), most[0], y)
		max(y, most[0].AsY(), y)
	} else {
		max(most[1], most[0], y)
	}
	half, other := c.XMM(), c.XMM()
	c.VEXTRACTF128(Imm(1), y, half)
	max(y.AsX(), half, half)
	for _, order := range []uint64{0x4e, 0xb1} {
		c.VPSHUFD(Imm(order), half, other)
		max(other, half, half)
	}
	r := c.GP32()
	c.VMOVD(half, r)
	c.Store(r, c.ReturnIndex(0))
	c.VZEROUPPER()
	c.RET()
}

// quantise generates the rounding of a row to bytes.
func (s isa) quantise() {
	s.function("quantise"+s.simple(), "func(dst *uint8, dstPanel int, x *float32, panel, panels int, inverse float32)",
		"rounds a row of panels times inverse to bytes, 128 for zero.")
	dst, dstPanel := param("dst"), scaled("dstPanel", 0)
	x, panel, panels := param("x"), scaled("panel", 2), param("panels")
	low, inverse := c.XMM(), s.vector()
	c.Load(c.Param("inverse"), low)
	c.VBROADCASTSS(low, inverse)
	zero := s.broadcast(128)
	c.Label("loop")
	words := make([]reg.VecVirtual, 64/s.bytes)
	for v := range words {
		words[v] = s.vector()
		c.VMULPS(Mem{Base: x, Disp: v * s.bytes}, inverse, words[v])
		c.VCVTPS2DQ(words[v], words[v])
		c.VPADDD(zero, words[v], words[v])
	}
	if s.bytes == 64 {
		c.VPMOVDB(words[0], Mem{Base: dst})
	} else {
		halves := make([]reg.VecVirtual, 2)
		for v := range halves {
			halves[v] = c.XMM()
			c.VEXTRACTI128(Imm(1), words[v], halves[v])
			c.VPACKUSDW(halves[v], words[v].AsX(), halves[v])
		}
		c.VPACKUSWB(halves[1], halves[0], halves[0])
		c.VMOVDQU(halves[0], Mem{Base: dst})
	}
	c.ADDQ(dstPanel, dst)
	c.ADDQ(panel, x)
	c.DECQ(panels)
	c.JNZ(LabelRef("loop"))
	c.VZEROUPPER()
	c.RET()
}
