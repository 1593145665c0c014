package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// disassemble returns what binutils prints for each code.
func disassemble(t *testing.T, codes []uint32) []string {
	t.Helper()
	tool, err := exec.LookPath("aarch64-linux-gnu-objdump")
	if err != nil {
		t.Skip("no disassembler: binutils-aarch64-linux-gnu is not installed")
	}
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, codes)
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-D", "-z", "-b", "binary", "-m", "aarch64", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ *[0-9a-f]+:\t[0-9a-f]{8} \t(.*)$`)
	var texts []string
	for _, m := range line.FindAllStringSubmatch(string(out), -1) {
		texts = append(texts, strings.ReplaceAll(m[1], "\t", " "))
	}
	if len(texts) != len(codes) {
		t.Fatalf("%d instructions were disassembled, want %d", len(texts), len(codes))
	}
	return texts
}

// Every instruction of the table, with operands at the ends of their ranges and between.
func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var codes []uint32
	var texts []string
	for _, i := range table {
		places := regexp.MustCompile(`%.`).FindAllString(i.text, -1)
		for range 40 {
			operands := make([]int, len(places))
			for k, p := range places {
				for {
					switch r.IntN(3) {
					case 0:
						operands[k] = r.IntN(4)
					case 1:
						operands[k] = r.IntN(1 << 16)
					default:
						operands[k] = r.IntN(2048) - 1024
					}
					if _, ok := place(p[1], operands[k]); ok {
						break
					}
				}
			}
			if i.name[:2] == "ld" && strings.Contains(i.text, "%u") && operands[0] == operands[1] {
				continue // no pair
			}
			if i.name == "orr" && operands[1] == operands[2] {
				continue // is named mov
			}
			code, text := i.encode(operands...)
			codes, texts = append(codes, code), append(texts, text)
		}
	}
	for i, got := range disassemble(t, codes) {
		if got != texts[i] {
			t.Errorf("%08x is %q, want %q", codes[i], got, texts[i])
		}
	}
}

// Every instruction that the assembly in package kernel gives as a word is what its
// comment says, and no register is used that the platforms keep for themselves.
func TestAssembly(t *testing.T) {
	files, err := filepath.Glob("../../*_arm64.s")
	if err != nil || len(files) != 3 {
		t.Fatalf("assembly %v: %v", files, err)
	}
	word := regexp.MustCompile(`(?m)^\tWORD \$0x([0-9a-f]{8}) // (.*)$`)
	reserved := regexp.MustCompile(`\b(R18|R27|R28|R29|R30|x18|x27|x28|x29|x30|R18_PLATFORM|g)\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code := regexp.MustCompile(`(?m)^// .*$`).ReplaceAllString(string(text), "")
		if found := reserved.FindString(code); found != "" {
			t.Errorf("%s uses %s", file, found)
		}
		var codes []uint32
		var texts []string
		for _, m := range word.FindAllStringSubmatch(string(text), -1) {
			c, _ := strconv.ParseUint(m[1], 16, 32)
			codes, texts = append(codes, uint32(c)), append(texts, m[2])
		}
		if len(codes) != strings.Count(string(text), "WORD") {
			t.Errorf("%s has words without comments", file)
		}
		for i, got := range disassemble(t, codes) {
			if got != texts[i] {
				t.Errorf("%s: %08x is %q, want %q", file, codes[i], got, texts[i])
			}
		}
	}
}

// The files in package kernel are those that the generator writes.
func TestGenerated(t *testing.T) {
	for name, want := range generate() {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil || string(got) != want {
			t.Errorf("%s is not what the generator writes (%v): run go generate", name, err)
		}
	}
}

// A function that uses V8 to V15 keeps their lower halves.
func TestKeptRegisters(t *testing.T) {
	f := function("example", "func(n int)", "is an example")
	for range 26 {
		f.vector()
	}
	f.ret()
	text := f.text()
	for r := 8; r < 16; r++ {
		if want := r < 10; strings.Count(text, fmt.Sprintf(" // str d%d, ", r)) != btoi(want) || strings.Count(text, fmt.Sprintf(" // ldr d%d, ", r)) != btoi(want) {
			t.Errorf("D%d is not kept, or for nothing:\n%s", r, text)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
