package curves

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"
)

const log = `{"epoch":1,"step":10,"loss":0.7,"validation":{"accuracy":0.6,"loss":0.65},"tokens_per_second":100}
{"epoch":2,"step":20,"loss":0.5,"validation":{"accuracy":0.8,"loss":0.45},"tokens_per_second":90}
{"epoch":3,"step":30,"loss":0.3,"validation":{"accuracy":0.85,"loss":null},"tokens_per_second":110}
{"done":true,"out":"x"}
`

// lines reads a log of a test.
func lines(t *testing.T, text string) []Epoch {
	t.Helper()
	list, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// pictures draws a log both ways.
func pictures(t *testing.T, text string) (svg, image []byte) {
	t.Helper()
	f, err := Draw(lines(t, text))
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := errors.Join(f.WriteSVG(&a), f.WritePNG(&b)); err != nil {
		t.Fatal(err)
	}
	return a.Bytes(), b.Bytes()
}

func TestDraw(t *testing.T) {
	for name, c := range map[string]struct {
		log    string
		panels int
		texts  []string
	}{
		"a classifier":   {log, 2, []string{"loss", "validation accuracy", "training", "validation", "step"}},
		"a regressor":    {`{"epoch":1,"step":3,"loss":2,"validation":{"rmse":5,"r2":0.5}}` + "\n" + `{"epoch":2,"step":6,"loss":1,"validation":{"rmse":4,"r2":0.75}}`, 3, []string{"validation rmse", "validation r2"}},
		"one epoch":      {`{"epoch":1,"step":3,"loss":2,"validation":null}`, 1, []string{"training"}},
		"all the same":   {`{"epoch":1,"step":3,"loss":0}` + "\n" + `{"epoch":2,"step":6,"loss":0}`, 1, []string{"training"}},
		"nothing finite": {`{"epoch":1,"step":3,"loss":2,"validation":{"mse":null}}`, 2, []string{"validation mse"}},
		"large numbers":  {`{"epoch":1,"step":300000000,"loss":1e300,"validation":{"mse":1e-300}}`, 2, []string{"validation mse"}},
	} {
		svg, image := pictures(t, c.log)
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: SVG: %v", name, err)
			}
		}
		for _, want := range c.texts {
			if !strings.Contains(string(svg), ">"+want+"</text>") {
				t.Errorf("%s: the SVG does not say %q", name, want)
			}
		}
		p, err := png.Decode(bytes.NewReader(image))
		if err != nil {
			t.Fatalf("%s: PNG: %v", name, err)
		}
		if size := p.Bounds().Size(); size.X < 900 || size.X > 1000 || size.Y < 400*c.panels || size.Y > 420*c.panels {
			t.Errorf("%s: %v", name, size)
		}
	}
}

// A run that was resumed, and whose log has epochs twice and half a line,
// draws as the one that never stopped.
func TestResumedDrawsTheSame(t *testing.T) {
	all := strings.SplitAfter(log, "\n")
	resumed := all[0] + `{"epoch":2,"step":15,"loss":0.9,"validation":{"accuracy":0.1}}` + "\n" + `{"epoch":2,"st` + "\nnoise\n" +
		`{"epoch":2,"step":20,"loss":0.9,"validation":{}}` + "\n" + `{"epoch":3,"step":30,"loss":0.9}` + "\n" + all[3] + all[1] + all[2]
	if a, b := fmt.Sprint(len(lines(t, log))), fmt.Sprint(len(lines(t, resumed))); a != b {
		t.Fatalf("%s epochs, want %s", b, a)
	}
	svg, image := pictures(t, log)
	if svg2, image2 := pictures(t, resumed); !bytes.Equal(svg, svg2) || !bytes.Equal(image, image2) {
		t.Error("other bytes")
	}
	if svg2, _ := pictures(t, all[0]+all[1]); bytes.Equal(svg, svg2) {
		t.Error("the last epoch is not drawn")
	}
}

func TestNothingToDraw(t *testing.T) {
	for _, text := range []string{"", "\n", `{"done":true}`, "{", `[1]`, `{"epoch":0,"step":1}`, `{"epoch":1,"step":-1}`} {
		if _, err := Draw(lines(t, text)); err == nil {
			t.Errorf("%q: drawn", text)
		}
	}
	if _, err := Read(strings.NewReader(strings.Repeat("x", maxLine+1))); err == nil {
		t.Error("a line without end is read")
	}
	f, err := Draw(lines(t, log))
	if err != nil {
		t.Fatal(err)
	}
	if f.WriteSVG(full{}) == nil || f.WritePNG(full{}) == nil {
		t.Error("a full disk goes unnoticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }
