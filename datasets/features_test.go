package datasets

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fitted is a frame and the features of its first eight rows.
func fitted(t *testing.T) (*Frame, *Features) {
	t.Helper()
	content := "x,colour,kind,y\n1,red,a,1\n2,red,a,1\nNA,red,b,1\n4,blue,a,1\n5,blue,,1\n6,green,a,1\n3,red,a,1\n3,red,b,1\n100,violet,c,2\n,,,3\n"
	f, err := frameOf(t, "a.csv", content, FrameConfig{Target: "y"})
	if err != nil {
		t.Fatal(err)
	}
	features, err := FitFeatures(f, []int{0, 1, 2, 3, 4, 5, 6, 7}, FeatureConfig{MinCount: 2})
	if err != nil {
		t.Fatal(err)
	}
	return f, features
}

func TestFitFeatures(t *testing.T) {
	frame, f := fitted(t)
	// x is there in 1 2 4 5 6 3 3: mean 24/7; the median of all is 3.
	var squares float64
	for _, x := range []float64{1, 2, 4, 5, 6, 3, 3} {
		squares += (x - 24.0/7) * (x - 24.0/7)
	}
	deviation := math.Sqrt(squares / 7)
	x := f.List()[0]
	if math.Abs(x.Mean-24.0/7) > 1e-15 || math.Abs(x.Scale-deviation) > 1e-15 || x.Median != 3 || x.Missing != 1 {
		t.Errorf("x: %+v", x)
	}
	// The inputs: x, x is missing, colour is blue, red or another, kind is a, b
	// or missing.
	if f.Inputs() != 8 {
		t.Errorf("%d inputs", f.Inputs())
	}
	scaled := func(v float64) float32 { return float32((v - x.Mean) / x.Scale) }
	for row, want := range map[int][]float32{
		0: {scaled(1), 0, 0, 1, 0, 1, 0, 0},
		2: {scaled(3), 1, 0, 1, 0, 0, 1, 0},
		4: {scaled(5), 0, 1, 0, 0, 0, 0, 1},
		5: {scaled(6), 0, 0, 0, 1, 1, 0, 0},
		8: {scaled(100), 0, 0, 0, 1, 5. / 8, 2. / 8, 1. / 8}, // violet is another; c is the average row
		9: {scaled(3), 1, 0, 0, 1, 0, 0, 1},
	} {
		got := make([]float32, f.Inputs())
		f.EncodeRow(got, frame, row)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d: %s", row, diff)
		}
	}
}

// A cell gives the same inputs whether it comes from the frame or as text.
func TestEncode(t *testing.T) {
	frame, f := fitted(t)
	rows := [][]string{{"1", "red", "a"}, {" 2 ", "red", " a"}, {"NA", "red", "b"}, {"4.0", "blue", "a"}, {"5", "blue", "?"}, {"6", "green", "a"},
		{"3", "red", "a"}, {"3", "red", "b"}, {"1e2", "violet", "c"}, {"", "", ""}}
	for i, cells := range rows {
		want, got := make([]float32, f.Inputs()), make([]float32, f.Inputs())
		f.EncodeRow(want, frame, i)
		s, err := f.Encode(got, cells)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d: %s", i, diff)
		}
		var surprise Surprise
		switch i {
		case 2:
			surprise.Missing = []string{"x"}
		case 4:
			surprise.Missing = []string{"kind"}
		case 5:
			surprise.Unknown = []string{"colour"} // too rare
		case 8:
			surprise.Unknown, surprise.Far = []string{"colour", "kind"}, []string{"x"}
		case 9:
			surprise.Missing = []string{"x", "colour", "kind"}
		}
		if diff := cmp.Diff(surprise, s); diff != "" {
			t.Errorf("row %d: %s", i, diff)
		}
	}
	to := make([]float32, f.Inputs())
	if _, err := f.Encode(to, []string{"1e400", "red", "a"}); err == nil || !strings.Contains(err.Error(), `column "x"`) {
		t.Errorf("a number beyond float64: %v", err)
	}
	if _, err := f.Encode(to, []string{"1e300", "red", "a"}); err != nil || to[0] != maxDeviation {
		t.Errorf("a huge number becomes %v (%v)", to[0], err)
	}
	if _, err := f.Encode(to, []string{"1"}); err == nil {
		t.Error("a short row is taken")
	}
}

func TestFeaturesSurviveJSON(t *testing.T) {
	_, f := fitted(t)
	text, err := json.Marshal(f.List())
	if err != nil {
		t.Fatal(err)
	}
	var list []Feature
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	again, err := NewFeatures(list)
	if err != nil {
		t.Fatal(err)
	}
	a, b := make([]float32, f.Inputs()), make([]float32, f.Inputs())
	for _, cells := range [][]string{{"2.7", "green", ""}, {"", "red", "b"}, {"9", "blue", "never"}} {
		f.Encode(a, cells)
		again.Encode(b, cells)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Error(diff)
		}
	}
}

func TestNewFeaturesRefuses(t *testing.T) {
	x := Feature{Column: "x", Kind: Numeric, Scale: 1}
	c := Feature{Column: "c", Kind: Categorical, Categories: []string{"a"}, Counts: []int{1}}
	change := func(f Feature, edit func(*Feature)) []Feature { edit(&f); return []Feature{f} }
	many := c
	for i := range maxInputs + 1 {
		many.Categories, many.Counts = append(many.Categories, strings.Repeat("a", i%100)+string(rune(i))), append(many.Counts, 1)
	}
	for name, list := range map[string][]Feature{
		"none":                {},
		"twice":               {x, x},
		"nameless":            change(x, func(f *Feature) { f.Column = "" }),
		"of no kind":          change(x, func(f *Feature) { f.Kind = "" }),
		"no scale":            change(x, func(f *Feature) { f.Scale = 0 }),
		"negative scale":      change(x, func(f *Feature) { f.Scale = -1 }),
		"mean NaN":            change(x, func(f *Feature) { f.Mean = math.NaN() }),
		"median infinite":     change(x, func(f *Feature) { f.Median = math.Inf(1) }),
		"number of kinds":     change(x, func(f *Feature) { f.Categories, f.Counts = []string{"a"}, []int{1} }),
		"missing below none":  change(x, func(f *Feature) { f.Missing = -1 }),
		"category scaled":     change(c, func(f *Feature) { f.Scale = 1 }),
		"category twice":      change(c, func(f *Feature) { f.Categories, f.Counts = []string{"a", "a"}, []int{1, 1} }),
		"category of no rows": change(c, func(f *Feature) { f.Counts = []int{0} }),
		"counts short":        change(c, func(f *Feature) { f.Counts = nil }),
		"no categories":       change(c, func(f *Feature) { f.Categories, f.Counts = nil, nil }),
		"too many":            {many},
	} {
		if _, err := NewFeatures(list); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMeanScale(t *testing.T) {
	for _, c := range []struct {
		x           []float64
		mean, scale float64
	}{
		{[]float64{1, 3}, 2, 1},
		{[]float64{5}, 5, 1},
		{[]float64{7, 7, 7}, 7, 1},
		{[]float64{0, 0}, 0, 1},
		{[]float64{1e300, 3e300}, 2e300, 1e300},
		{[]float64{-1.7e308, 1.7e308}, 0, 1.7e308},
		{[]float64{1e-300, 3e-300}, 2e-300, 1e-300},
	} {
		mean, scale := MeanScale(c.x)
		if math.Abs(mean-c.mean) > 1e-12*math.Abs(c.mean) || math.Abs(scale-c.scale) > 1e-12*c.scale {
			t.Errorf("%v: mean %v, scale %v", c.x, mean, scale)
		}
	}
}
