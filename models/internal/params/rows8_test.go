package params

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

func drawn(seed uint64) []*ops.Param {
	list := []*ops.Param{ops.NewParam("a", 37, 19), ops.NewParam("b", 19), ops.NewParam("c", 1, 1)}
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, p := range list {
		data := p.Write()
		for i := range data {
			data[i] = float32(rng.NormFloat64() * math.Exp(rng.NormFloat64()*3))
		}
	}
	clear(list[0].Write()[19:38]) // a row of zeros
	return list
}

func TestRows8(t *testing.T) {
	for seed := range uint64(200) {
		list := drawn(seed)
		before := slices.Clone(list[0].Data())
		f, err := File8(list, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !Is8(f) || CheckCount8(f, 37*19+19+1) != nil || CheckCount8(f, 37*19+19) == nil {
			t.Fatal("the file is not taken for what it is")
		}
		read := []*ops.Param{ops.NewParam("a", 37, 19), ops.NewParam("b", 19), ops.NewParam("c", 1, 1)}
		if err := Read8(read, nil, f); err != nil {
			t.Fatal(err)
		}
		Round8(list)
		for i, p := range list {
			if !slices.Equal(p.Data(), read[i].Data()) {
				t.Fatalf("seed %d: %s: rounded in place and stored differ", seed, p.Name)
			}
		}
		for r := range 37 {
			largest := 0.0
			for _, v := range before[r*19:][:19] {
				largest = max(largest, math.Abs(float64(v)))
			}
			for i, v := range before[r*19:][:19] {
				if d := math.Abs(float64(v - read[0].Data()[r*19+i])); d > largest/127*0.5001 {
					t.Fatalf("seed %d: row %d: %v became %v", seed, r, v, read[0].Data()[r*19+i])
				}
			}
		}
		// What is stored again is the same file.
		again, err := File8(read, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := f.SHA256()
		if y, _ := again.SHA256(); x != y {
			t.Fatalf("seed %d: stored again: other bytes", seed)
		}
	}
}

func TestRead8Refuses(t *testing.T) {
	list := drawn(1)
	f, err := File8(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		list []*ops.Param
		want error
	}{
		{"another shape", []*ops.Param{ops.NewParam("a", 19, 37), list[1], list[2]}, weights.ErrShape},
		{"a tensor too many", list[:2], weights.ErrExtra},
		{"a tensor too few", append(slices.Clone(list), ops.NewParam("d", 1)), weights.ErrMissing},
	} {
		if err := Read8(c.list, nil, f); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	plain, err := File(list, weights.F32)
	if err != nil {
		t.Fatal(err)
	}
	if err := Read8(list, nil, plain); err == nil {
		t.Error("a file of float32 is taken for one of bytes")
	}
}

// What is to stay as it is does.
func TestRows8Plain(t *testing.T) {
	list := drawn(5)
	f, err := File8(list[1:2], list[:1])
	if err != nil {
		t.Fatal(err)
	}
	read := []*ops.Param{ops.NewParam("a", 37, 19), ops.NewParam("b", 19)}
	if err := Read8(read[1:], read[:1], f); err != nil || !slices.Equal(read[0].Data(), list[0].Data()) {
		t.Errorf("a plain matrix is not read back: %v", err)
	}
}
