//go:build unix

package linear

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// sides are the problems that the solver is compared with scikit-learn's on.
var sides = map[string]Config{
	"nbsvm": nbsvm,
	"tfidf": {Vectorizer: VectorizerConfig{Weighting: TFIDF, MaxN: 2}, C: 10},
}

// TestBesideScikitLearn is this package's part of testdata/solvers.py, which
// sets ZOO_SIDE to one of sides and ZOO_SIDE_OUT to a directory. It writes the
// matrix of IMDB's training part there, columns scaled as the solver sees
// them, and times the solver from the matrix to the coefficients.
func TestBesideScikitLearn(t *testing.T) {
	name, dir := os.Getenv("ZOO_SIDE"), os.Getenv("ZOO_SIDE_OUT")
	cfg, ok := sides[name]
	if !ok || dir == "" {
		t.Skip("ZOO_SIDE and ZOO_SIDE_OUT do not say what to compare: testdata/solvers.py does")
	}
	cfg, err := cfg.filled()
	if err != nil {
		t.Fatal(err)
	}
	examples := imdb(t, datasets.Train)
	labels := make([]int, len(examples))
	texts := func(yield func(string, error) bool) {
		for i, e := range examples {
			if labels[i] = e.Label; !yield(e.Text, nil) {
				return
			}
		}
	}
	v, xt, err := fit(t.Context(), cfg.Vectorizer, tokenize.New(lower).Map(t.Context(), texts, 0))
	if err != nil {
		t.Fatal(err)
	}
	examples = nil
	if _, err := os.Stat(filepath.Join(dir, name+".json")); err != nil {
		writeSide(t, dir, name, cfg, xt, labels)
	}
	runtime.GC()
	c := &Classifier{config: cfg, vectorizer: v, classes: classes, temperature: 1}
	began, spent := time.Now(), cpuSeconds(t)
	report, err := c.train(t.Context(), xt, oneLabel(labels))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("{\"seconds\":%v,\"cpu_seconds\":%v,\"objective\":%v}\n", time.Since(began).Seconds(), cpuSeconds(t)-spent, report.Classes[0].Objective)
}

// cpuSeconds is what the process has used of all cores.
func cpuSeconds(t *testing.T) float64 {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// writeSide writes a matrix for numpy: its rows are documents.
func writeSide(t *testing.T, dir, name string, cfg Config, xt *CSR, labels []int) {
	t.Helper()
	m := xt.Transpose()
	values := make([]float64, m.NNZ())
	var ratio []float64
	if cfg.NB != nil {
		positive := make([]bool, len(labels))
		for i, l := range labels {
			positive[i] = l == 1
		}
		ratio = logCountRatio(xt, positive, cfg.NB.Alpha)
	}
	for k, column := range m.Index {
		values[k] = 1
		if m.Value != nil {
			values[k] = float64(m.Value[k])
		}
		if ratio != nil {
			values[k] *= ratio[column]
		}
	}
	starts, signs := make([]int64, len(m.Start)), make([]int8, len(labels))
	for i, s := range m.Start {
		starts[i] = int64(s)
	}
	for i, l := range labels {
		signs[i] = int8(2*l - 1)
	}
	for suffix, data := range map[string]any{"start": starts, "index": m.Index, "value": values, "label": signs} {
		f, err := os.Create(filepath.Join(dir, name+"."+suffix))
		if err != nil {
			t.Fatal(err)
		}
		if err := binary.Write(f, binary.LittleEndian, data); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	about, err := json.Marshal(map[string]any{"rows": m.Rows, "columns": m.Cols, "elements": m.NNZ(), "c": cfg.C})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), about, 0o644); err != nil {
		t.Fatal(err)
	}
}
