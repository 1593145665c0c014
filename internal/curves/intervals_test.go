package curves_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/curves"
)

// The picture has every name and grows with their number; the same intervals give
// the same bytes.
func TestIntervals(t *testing.T) {
	list := []curves.Interval{{Name: "best one", Value: 0.9, Low: 0.85, High: 0.93, Chosen: true}, {Name: "another", Value: 0.8, Low: 0.75, High: 0.84},
		{Name: "certain", Value: 1, Low: 1, High: 1}}
	heights := map[int]int{}
	for n := 1; n <= len(list); n++ {
		var pictures [2]string
		for i := range pictures {
			f, err := curves.Intervals("accuracy in %", list[:n])
			if err != nil {
				t.Fatal(err)
			}
			var svg, raster bytes.Buffer
			if err := f.WriteSVG(&svg); err != nil {
				t.Fatal(err)
			}
			if err := f.WritePNG(&raster); err != nil {
				t.Fatal(err)
			}
			picture, err := png.DecodeConfig(bytes.NewReader(raster.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			heights[n] = picture.Height
			pictures[i] = svg.String() + raster.String()
			for k, v := range list {
				if strings.Contains(svg.String(), v.Name) != (k < n) {
					t.Errorf("%d intervals: %q", n, v.Name)
				}
			}
			if !strings.Contains(svg.String(), "accuracy in %") {
				t.Error("no label")
			}
		}
		if pictures[0] != pictures[1] {
			t.Errorf("%d intervals: two pictures", n)
		}
	}
	if !(heights[1] < heights[2] && heights[2] < heights[3]) {
		t.Errorf("heights %v", heights)
	}
	if _, err := curves.Intervals("accuracy", nil); err == nil {
		t.Error("of none: no error")
	}
}
