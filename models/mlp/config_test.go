package mlp

import (
	"slices"
	"strings"
	"testing"
)

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		sizes   []int
		message string
	}{
		{nil, "0 sizes, want 2 to 64"},
		{[]int{3}, "1 sizes, want 2 to 64"},
		{make([]int, 65), "65 sizes"},
		{[]int{1, 0, 1}, "size 0 of layer 1"},
		{[]int{-1, 1}, "size -1 of layer 0"},
		{[]int{1, MaxSize + 1}, "of layer 1, want 1 to 65536"},
		{[]int{MaxSize, MaxSize}, "more than 1073741824 parameters"},
		{slices.Repeat([]int{MaxSize}, 64), "parameters"},
	} {
		_, err := New(Config{Sizes: c.sizes}, 1)
		if err == nil || !strings.HasPrefix(err.Error(), "mlp: ") || !strings.Contains(err.Error(), c.message) {
			t.Errorf("sizes %v: error %v, want one with %q", c.sizes, err, c.message)
		}
	}
}

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(` {"sizes": [1, 10, 1]} `))
	if err != nil || !slices.Equal(c.Sizes, []int{1, 10, 1}) {
		t.Errorf("%v, %v", c, err)
	}
	for _, text := range []string{
		"", "{", "[]", `{"sizes":[1,1]} x`, `{"sizes":[1,1]}{}`, `{"sizes":[1,1],"activation":"tanh"}`, `{"sizes":[1.5,1]}`,
		`{"sizes":["1",1]}`, `{"sizes":[1]}`, `{}`, `null`, `{"sizes":[1,99999999999999999999]}`,
	} {
		if _, err := ParseConfig([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "mlp: ") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A regressor keeps its shape whatever its maker does with the slice.
func TestConfigIsCopied(t *testing.T) {
	sizes := []int{2, 3, 1}
	r := regressor(t, sizes...)
	sizes[0] = 7
	r.Config().Sizes[2] = 9
	if got := r.Config().Sizes; !slices.Equal(got, []int{2, 3, 1}) || r.Inputs() != 2 || r.Outputs() != 1 {
		t.Errorf("sizes %v", got)
	}
}

func regressor(t testing.TB, sizes ...int) *Regressor {
	t.Helper()
	r, err := New(Config{Sizes: sizes}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
