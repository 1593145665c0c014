package curves

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"
)

// both writes a figure both ways, and checks that twice gives the same bytes.
func both(t *testing.T, draw func() (*Figure, error)) (svg string, picture image.Image) {
	t.Helper()
	var first [2][]byte
	for range 2 {
		f, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		var a, b bytes.Buffer
		if err := errors.Join(f.WriteSVG(&a), f.WritePNG(&b)); err != nil {
			t.Fatal(err)
		}
		if first[0] != nil && (!bytes.Equal(first[0], a.Bytes()) || !bytes.Equal(first[1], b.Bytes())) {
			t.Error("the same figure has other bytes the second time")
		}
		first = [2][]byte{a.Bytes(), b.Bytes()}
	}
	picture, err := png.Decode(bytes.NewReader(first[1]))
	if err != nil {
		t.Fatal(err)
	}
	return string(first[0]), picture
}

func TestConfusion(t *testing.T) {
	svg, picture := both(t, func() (*Figure, error) {
		return Confusion([]string{"billing", "login", "a name that is far too long for a picture"}, [][]int{{71, 2, 0}, {0, 0, 0}, {13, 0, 45}})
	})
	for _, want := range []string{">billing<", ">71<", ">13<", ">45<", "…", "truth", "answer"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the SVG lacks %q", want)
		}
	}
	if strings.Contains(svg, "for a picture") {
		t.Error("a long name is not cut")
	}
	dark := 0 // pixels of the diagonal's blue
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if r, _, b, _ := picture.At(x, y).RGBA(); r>>8 < 60 && b>>8 > 150 {
				dark++
			}
		}
	}
	if share := float64(dark) / float64(picture.Bounds().Dx()*picture.Bounds().Dy()); share < 0.05 || share > 0.4 {
		t.Errorf("%.3f of the picture is dark, want two cells of nine", share)
	}
}

func TestConfusionOfManyClasses(t *testing.T) {
	const n = 150
	names, counts := make([]string, n), make([][]int, n)
	for i := range n {
		names[i], counts[i] = fmt.Sprintf("intent %d", i), make([]int, n)
		counts[i][i], counts[i][(i+1)%n] = 777, 3
	}
	svg, _ := both(t, func() (*Figure, error) { return Confusion(names, counts) })
	if strings.Contains(svg, ">777<") || !strings.Contains(svg, ">intent 149<") {
		t.Error("150 classes: want their names and no numbers")
	}
}

func TestConfusionRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		classes []string
		counts  [][]int
	}{
		"no class":     {nil, nil},
		"a row less":   {[]string{"a", "b"}, [][]int{{1, 2}}},
		"a short row":  {[]string{"a", "b"}, [][]int{{1, 2}, {1}}},
		"a class less": {[]string{"a"}, [][]int{{1, 2}, {1, 2}}},
	} {
		if _, err := Confusion(c.classes, c.counts); err == nil {
			t.Errorf("%s is drawn", name)
		}
	}
}

func TestReliability(t *testing.T) {
	svg, _ := both(t, func() (*Figure, error) {
		return Reliability([]Bin{{0.4, 0.5, 3, 0.47, 1.0 / 3}, {0.9, 1, 40, 0.97, 0.9}})
	})
	for _, want := range []string{"share that is right", "probability of the answer", "texts", "as sure as right"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the SVG lacks %q", want)
		}
	}
	if _, err := Reliability(nil); err == nil {
		t.Error("no answers are drawn")
	}
}
