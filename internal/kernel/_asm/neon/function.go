package main

import (
	"fmt"
	"strings"
)

// gp is a general register and vec a vector register, by number.
type (
	gp  int
	vec int
)

// allowed are the registers in the order in which they are given out. R18 is the
// platform's, R27 the assembler's, R28 and up the runtime's, and who calls keeps the lower
// halves of V8 to V15.
var (
	allowedGP  = []gp{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26}
	allowedVec = []vec{0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 8, 9, 10, 11, 12, 13, 14, 15}
)

// builder writes one function.
type builder struct {
	name, signature, doc string
	params               map[string]param
	argBytes             int
	lines                []string
	gps, vecs            int // given out now
	mostVecs             int
	data                 string // its constants, as assembly
	tables               int    // of constants
}

type param struct {
	offset, size int
}

// function begins a function; its name is that of the kernel and NEON.
func function(name, signature, doc string) *builder {
	f := &builder{name: name + "NEON", signature: signature, doc: doc, params: map[string]param{}}
	list, result, _ := strings.Cut(strings.TrimPrefix(signature, "func("), ")")
	offset := 0
	add := func(name string, size int) {
		offset = (offset + size - 1) / size * size
		f.params[name] = param{offset, size}
		offset += size
	}
	var pending []string
	for _, p := range strings.Split(list, ", ") {
		name, kind, typed := strings.Cut(p, " ")
		pending = append(pending, name)
		if !typed {
			continue
		}
		for _, n := range pending {
			if kind == "float32" {
				add(n, 4)
			} else {
				add(n, 8)
			}
		}
		pending = nil
	}
	if result != "" { // of four bytes
		offset = (offset + 7) / 8 * 8
		add("ret", 4)
	}
	f.argBytes = offset
	return f
}

// do writes an instruction of Go's assembler.
func (f *builder) do(format string, args ...any) {
	for i, a := range args {
		if r, ok := a.(gp); ok {
			args[i] = fmt.Sprintf("R%d", r)
		}
	}
	f.lines = append(f.lines, "\t"+fmt.Sprintf(format, args...))
}

// i writes an instruction of the table.
func (f *builder) i(name string, operands ...any) {
	ins, ok := byName[name]
	if !ok {
		panic("no instruction " + name)
	}
	numbers := make([]int, len(operands))
	for k, o := range operands {
		switch o := o.(type) {
		case gp:
			numbers[k] = int(o)
		case vec:
			numbers[k] = int(o)
		case int:
			numbers[k] = o
		default:
			panic(fmt.Sprintf("%s: operand %v", name, o))
		}
	}
	code, text := ins.encode(numbers...)
	f.lines = append(f.lines, fmt.Sprintf("\tWORD $0x%08x // %s", code, text))
}

func (f *builder) label(name string) { f.lines = append(f.lines, "", name+":") }

func (f *builder) comment(text string) { f.lines = append(f.lines, "\t// "+text) }

// gp gives out a general register.
func (f *builder) gp() gp {
	f.gps++
	return allowedGP[f.gps-1]
}

// vector gives out a vector register.
func (f *builder) vector() vec {
	f.vecs++
	f.mostVecs = max(f.mostVecs, f.vecs)
	if f.vecs > len(allowedVec) {
		panic(f.name + " needs more than 32 vector registers")
	}
	return allowedVec[f.vecs-1]
}

func (f *builder) vectors(n int) []vec {
	v := make([]vec, n)
	for i := range v {
		v[i] = f.vector()
	}
	return v
}

// scope takes back what the function it runs was given.
func (f *builder) scope(run func()) {
	gps, vecs := f.gps, f.vecs
	run()
	f.gps, f.vecs = gps, vecs
}

// load returns a register with a parameter.
func (f *builder) load(name string) gp {
	r := f.gp()
	f.loadTo(name, r)
	return r
}

func (f *builder) loadTo(name string, r gp) {
	p, ok := f.params[name]
	if !ok || p.size != 8 {
		panic(f.name + " has no parameter " + name)
	}
	f.do("MOVD %s+%d(FP), %v", name, p.offset, r)
}

// bytes returns a register with a parameter that counts floats, in bytes.
func (f *builder) bytes(name string) gp {
	r := f.load(name)
	f.do("LSL $2, %v, %v", r, r)
	return r
}

// broadcast returns a register with a parameter of type float32 in all lanes.
func (f *builder) broadcast(name string) vec {
	p := f.params[name]
	if p.size != 4 {
		panic(f.name + " has no float " + name)
	}
	v := f.vector()
	f.do("FMOVS %s+%d(FP), F%d", name, p.offset, int(v))
	f.i("dup", v, v, 0)
	return v
}

func (f *builder) copyGP(r gp) gp {
	c := f.gp()
	f.do("MOVD %v, %v", r, c)
	return c
}

func (f *builder) zero() vec {
	v := f.vector()
	f.i("zero", v)
	return v
}

func (f *builder) ret() { f.lines = append(f.lines, "return") }

// kept returns those of V8 to V15 that the function uses.
func (f *builder) kept() (v []vec) {
	for _, r := range allowedVec[:f.mostVecs] {
		if r >= 8 && r < 16 {
			v = append(v, r)
		}
	}
	return v
}

// text is the function in Go's assembly.
func (f *builder) text() string {
	var b strings.Builder
	b.WriteString(f.data)
	kept := f.kept()
	frame := (8*len(kept) + 15) / 16 * 16
	fmt.Fprintf(&b, "// func %s%s\nTEXT ·%s(SB), NOSPLIT, $%d-%d\n", f.name, strings.TrimPrefix(f.signature, "func"), f.name, frame, f.argBytes)
	// The base register of the table's instructions is not the stack's.
	const base = gp(26)
	move := func(name string) {
		if len(kept) > 0 {
			fmt.Fprintf(&b, "\tADD $8, RSP, R%d\n", base)
		}
		for i, v := range kept {
			code, text := byName[name].encode(int(v), int(base), 8*i)
			fmt.Fprintf(&b, "\tWORD $0x%08x // %s\n", code, text)
		}
	}
	move("str d")
	for _, line := range f.lines {
		if line == "return" {
			move("ldr d")
			line = "\tRET"
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

// stub is the function's declaration in Go.
func (f *builder) stub() string {
	return fmt.Sprintf("// %s %s.\n//\n//go:noescape\nfunc %s%s\n\n", f.name, f.doc, f.name, strings.TrimPrefix(f.signature, "func"))
}
