package params

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// model is parameters of two shapes with numbers that float16 holds.
func model(first float32) []*ops.Param {
	list := []*ops.Param{ops.NewParam("fc.weight", 2, 3), ops.NewParam("fc.bias", 2)}
	for _, p := range list {
		data := p.Write()
		for i := range data {
			data[i] = first + float32(i)/4
		}
	}
	return list
}

func file(t *testing.T, list []*ops.Param, storage weights.DType) *weights.File {
	t.Helper()
	f, err := File(list, storage)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadIsTheOtherWayRound(t *testing.T) {
	from := model(1)
	for _, storage := range []weights.DType{weights.F32, weights.F16, weights.BF16} {
		f := file(t, from, storage)
		if err := CheckCount(f, 8); err != nil {
			t.Fatal(err)
		}
		for _, info := range f.Tensors() {
			if info.DType != storage {
				t.Errorf("%s is stored as %v, want %v", info.Name, info.DType, storage)
			}
		}
		to := model(-5)
		versions := []uint64{to[0].Version(), to[1].Version()}
		if err := Read(to, f); err != nil {
			t.Fatal(err)
		}
		for i, p := range to {
			if !slices.Equal(p.Data(), from[i].Data()) {
				t.Errorf("%v: %s is %v, want %v", storage, p.Name, p.Data(), from[i].Data())
			}
			if p.Version() == versions[i] {
				t.Errorf("%s: the change is not counted", p.Name)
			}
		}
	}
}

func TestCheckCount(t *testing.T) {
	for _, want := range []int64{0, 7, 9, 1 << 40} {
		err := CheckCount(file(t, model(1), weights.F32), want)
		if !errors.Is(err, weights.ErrShape) || !strings.Contains(err.Error(), "are 8 numbers") {
			t.Errorf("%d wanted: error %v", want, err)
		}
	}
}

// A file with other tensors is refused by the name of the one at fault, even if it
// has as many numbers.
func TestReadErrors(t *testing.T) {
	f := file(t, model(1), weights.F32)
	for _, c := range []struct {
		list  []*ops.Param
		err   error
		names string
	}{
		{[]*ops.Param{ops.NewParam("fc.weight", 2, 3), ops.NewParam("fc.offset", 2)}, weights.ErrMissing, "fc.offset"},
		{[]*ops.Param{ops.NewParam("fc.weight", 2, 3)}, weights.ErrExtra, "fc.bias"},
		{[]*ops.Param{ops.NewParam("fc.weight", 3, 2), ops.NewParam("fc.bias", 2)}, weights.ErrShape, "fc.weight"},
	} {
		if err := Read(c.list, f); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%v: error %v, want %v with %s", c.list, err, c.err, c.names)
		}
	}
}

func TestFileRefusesWhatCannotBeStored(t *testing.T) {
	list := model(1)
	list[0].Write()[0] = 1e30
	if _, err := File(list, weights.F16); err == nil || !strings.Contains(err.Error(), "fc.weight") {
		t.Errorf("1e30 in float16: %v", err)
	}
}
