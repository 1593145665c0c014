package main

import (
	"fmt"
	"strings"
)

// An instruction of ARMv8.0, unless it says otherwise, that Go's assembler does not know, or knows by another name
// (Go 1.26 has no vector float add, multiply, minimum, compare or convert). text is what a
// disassembler prints, with places for operands, and code has zeros there. TestTable
// compares both with binutils.
//
//	%d %n %m   vector registers, in the bits from 0, 5 and 16 on
//	%u         a vector register in the bits from 10 on, the second of a pair
//	%x %y      general registers in the bits from 5 and from 16 on
//	%i         the lane of four that every element is multiplied by
//	%j         the lane of four that is copied
//	%r %l      a shift right or left of 32 bits
//	%s %e %q   an offset in units of 4, 8 or 16 bytes
//	%p         an offset of a pair, in units of 16 bytes, -64 to 63 of them
type instruction struct {
	name string
	text string
	code uint32
}

var table = []instruction{
	// Loads and stores.
	{"ldr q", "ldr q%d, [x%x, #%q]", 0x3dc00000},
	{"str q", "str q%d, [x%x, #%q]", 0x3d800000},
	{"ldr d", "ldr d%d, [x%x, #%e]", 0xfd400000},
	{"str d", "str d%d, [x%x, #%e]", 0xfd000000},
	{"ldr s", "ldr s%d, [x%x, #%s]", 0xbd400000},
	{"str s", "str s%d, [x%x, #%s]", 0xbd000000},
	{"ldr s x", "ldr s%d, [x%x, x%y]", 0xbc606800},
	{"ldr q x", "ldr q%d, [x%x, x%y]", 0x3ce06800},
	{"ldp q", "ldp q%d, q%u, [x%x, #%p]", 0xad400000},
	{"stp q", "stp q%d, q%u, [x%x, #%p]", 0xad000000},
	{"ld1r", "ld1r {v%d.4s}, [x%x]", 0x4d40c800},

	// Bits.
	{"zero", "movi v%d.2d, #0x0", 0x6f00e400},
	{"mov", "mov v%d.16b, v%n.16b", 0x4ea01c00},
	{"dup", "dup v%d.4s, v%n.s[%j]", 0x4e000400},
	{"and", "and v%d.16b, v%n.16b, v%m.16b", 0x4e201c00},
	{"bic", "bic v%d.16b, v%n.16b, v%m.16b", 0x4e601c00},
	{"orr", "orr v%d.16b, v%n.16b, v%m.16b", 0x4ea01c00},
	{"eor", "eor v%d.16b, v%n.16b, v%m.16b", 0x6e201c00},
	{"trn1", "trn1 v%d.4s, v%n.4s, v%m.4s", 0x4e802800},
	{"trn2", "trn2 v%d.4s, v%n.4s, v%m.4s", 0x4e806800},
	{"trn1 d", "trn1 v%d.2d, v%n.2d, v%m.2d", 0x4ec02800},
	{"trn2 d", "trn2 v%d.2d, v%n.2d, v%m.2d", 0x4ec06800},
	{"ext 8", "ext v%d.16b, v%n.16b, v%m.16b, #8", 0x6e004000},
	{"uzp1 h", "uzp1 v%d.8h, v%n.8h, v%m.8h", 0x4e401800},
	{"uzp1 b", "uzp1 v%d.16b, v%n.16b, v%m.16b", 0x4e001800},

	// Integers.
	{"add", "add v%d.4s, v%n.4s, v%m.4s", 0x4ea08400},
	{"sub", "sub v%d.4s, v%n.4s, v%m.4s", 0x6ea08400},
	{"mul", "mul v%d.4s, v%n.4s, v%m.4s", 0x4ea09c00},
	{"addp", "addp v%d.4s, v%n.4s, v%m.4s", 0x4ea0bc00},
	{"umax", "umax v%d.4s, v%n.4s, v%m.4s", 0x6ea06400},
	{"umaxv", "umaxv s%d, v%n.4s", 0x6eb0a800},
	{"cmhi", "cmhi v%d.4s, v%n.4s, v%m.4s", 0x6ea03400},
	{"shl", "shl v%d.4s, v%n.4s, #%l", 0x4f005400},
	{"ushr", "ushr v%d.4s, v%n.4s, #%r", 0x6f000400},
	{"sshr", "sshr v%d.4s, v%n.4s, #%r", 0x4f000400},
	{"smull", "smull v%d.8h, v%n.8b, v%m.8b", 0x0e20c000},
	{"smull2", "smull2 v%d.8h, v%n.16b, v%m.16b", 0x4e20c000},
	{"smlal", "smlal v%d.8h, v%n.8b, v%m.8b", 0x0e208000},
	{"smlal2", "smlal2 v%d.8h, v%n.16b, v%m.16b", 0x4e208000},
	{"sdot i", "sdot v%d.4s, v%n.16b, v%m.4b[%i]", 0x4f80e000}, // ARMv8.2
	{"sadalp", "sadalp v%d.4s, v%n.8h", 0x4e606800},

	// Floats.
	{"fadd", "fadd v%d.4s, v%n.4s, v%m.4s", 0x4e20d400},
	{"fsub", "fsub v%d.4s, v%n.4s, v%m.4s", 0x4ea0d400},
	{"fmul", "fmul v%d.4s, v%n.4s, v%m.4s", 0x6e20dc00},
	{"fdiv", "fdiv v%d.4s, v%n.4s, v%m.4s", 0x6e20fc00},
	{"fsqrt", "fsqrt v%d.4s, v%n.4s", 0x6ea1f800},
	{"fmax", "fmax v%d.4s, v%n.4s, v%m.4s", 0x4e20f400},
	{"fmin", "fmin v%d.4s, v%n.4s, v%m.4s", 0x4ea0f400},
	{"fabs", "fabs v%d.4s, v%n.4s", 0x4ea0f800},
	{"fneg", "fneg v%d.4s, v%n.4s", 0x6ea0f800},
	{"fcmlt 0", "fcmlt v%d.4s, v%n.4s, #0.0", 0x4ea0e800},
	{"fcmle 0", "fcmle v%d.4s, v%n.4s, #0.0", 0x6ea0d800},
	{"fmla", "fmla v%d.4s, v%n.4s, v%m.4s", 0x4e20cc00},
	{"fmls", "fmls v%d.4s, v%n.4s, v%m.4s", 0x4ea0cc00},
	{"fmla i", "fmla v%d.4s, v%n.4s, v%m.s[%i]", 0x4f801000},
	{"fmls i", "fmls v%d.4s, v%n.4s, v%m.s[%i]", 0x4f805000},
	{"fmul i", "fmul v%d.4s, v%n.4s, v%m.s[%i]", 0x4f809000},
	{"fmla 2d", "fmla v%d.2d, v%n.2d, v%m.2d", 0x4e60cc00},
	{"scvtf", "scvtf v%d.4s, v%n.4s", 0x4e21d800},
	{"fcvtns", "fcvtns v%d.4s, v%n.4s", 0x4e21a800},
	{"fcvtl h", "fcvtl v%d.4s, v%n.4h", 0x0e217800},
	{"fcvtl2 h", "fcvtl2 v%d.4s, v%n.8h", 0x4e217800},
	{"fcvtl s", "fcvtl v%d.2d, v%n.2s", 0x0e617800},
	{"fcvtl2 s", "fcvtl2 v%d.2d, v%n.4s", 0x4e617800},
	{"fadd s", "fadd s%d, s%n, s%m", 0x1e202800},
	{"fdiv s", "fdiv s%d, s%n, s%m", 0x1e201800},
	{"fsqrt s", "fsqrt s%d, s%n", 0x1e21c000},
	{"faddp s", "faddp s%d, v%n.2s", 0x7e30d800},
}

var byName = func() map[string]instruction {
	m := map[string]instruction{}
	for _, i := range table {
		if _, twice := m[i.name]; twice {
			panic("twice in the table: " + i.name)
		}
		m[i.name] = i
	}
	return m
}()

// encode returns an instruction's code and its text. operands are those of the text's
// places, from left to right.
func (i instruction) encode(operands ...int) (code uint32, text string) {
	parts := strings.Split(i.text, "%")
	if len(operands) != len(parts)-1 {
		panic(fmt.Sprintf("%s: %d operands, want %d", i.name, len(operands), len(parts)-1))
	}
	code, text = i.code, parts[0]
	for k, part := range parts[1:] {
		x := operands[k]
		bits, ok := place(part[0], x)
		if !ok {
			panic(fmt.Sprintf("%s: operand %d is %d", i.name, k, x))
		}
		code |= bits
		text += fmt.Sprint(x) + part[1:]
	}
	if i.name == "mov" { // an or of one register with itself
		code |= uint32(operands[1]) << 16
	}
	return code, strings.ReplaceAll(text, ", #0]", "]")
}

// place returns the bits of an operand, and whether it may be what it is.
func place(kind byte, x int) (bits uint32, ok bool) {
	u := uint32(x)
	scaled := func(size int) (uint32, bool) {
		return u / uint32(size) << 10, x >= 0 && x%size == 0 && x/size < 1<<12
	}
	switch kind {
	case 'd':
		return u, u < 32
	case 'n':
		return u << 5, u < 32
	case 'm':
		return u << 16, u < 32
	case 'u':
		return u << 10, u < 32
	case 'x':
		return u << 5, u < 31 && u != 18
	case 'y':
		return u << 16, u < 31 && u != 18
	case 'i':
		return u&1<<21 | u>>1<<11, u < 4
	case 'j':
		return (u<<3 | 4) << 16, u < 4
	case 'r':
		return (64 - u) << 16, x >= 1 && x <= 32
	case 'l':
		return (32 + u) << 16, u < 32
	case 's':
		return scaled(4)
	case 'e':
		return scaled(8)
	case 'q':
		return scaled(16)
	case 'p':
		return uint32(x/16) & 0x7f << 15, x%16 == 0 && x >= -1024 && x < 1024
	}
	panic("no place " + string(kind))
}
