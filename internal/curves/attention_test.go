package curves

import (
	"strings"
	"testing"
)

func TestAttention(t *testing.T) {
	svg, picture := both(t, func() (*Figure, error) {
		return Attention([]string{" Ein", " Mann", " läuft"}, []string{" A", " man"}, [][]float32{{1, 0, 0}, {0.1, 0.6, 0.3}})
	})
	for _, want := range []string{"Mann", "läuft", "man", "translation"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
	dark := 0
	for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
		for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); uint8(r>>8) == blue.R && uint8(g>>8) == blue.G && uint8(b>>8) == blue.B {
				dark++
			}
		}
	}
	if dark < 100 {
		t.Errorf("%d pixels of full attention", dark)
	}
	for _, bad := range [][][]float32{nil, {{1, 0, 0}}, {{1, 0}, {1, 0}}} {
		if _, err := Attention([]string{"a", "b", "c"}, []string{"d", "e"}, bad); err == nil {
			t.Errorf("%v: accepted", bad)
		}
	}
}
