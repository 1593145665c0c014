package main

import (
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/classify"
)

func TestReproduce(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("reproduce", f.model, "--data", f.data, "--cache", "none"))
	if strings.Count(o.stdout, f.sha) != 2 || !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("%s", o.stdout)
	}
	other := filepath.Join(t.TempDir(), "other.csv")
	if err := reviews(other, 100, 9); err != nil {
		t.Fatal(err)
	}
	o = runZoo("reproduce", f.model, "--data", other, "--cache", "none")
	if o.code != 1 || o.stdout != "" || !strings.Contains(o.stderr, "the data differs") || !strings.Contains(o.stderr, "nothing was trained") {
		t.Errorf("other data: %+v", o)
	}
}

func TestEval(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("eval", f.model, "--data", f.data, "--cache", "none", "--json"))
	e := objects(t, o.stdout, "model", "examples", "accuracy", "loss", "seconds", "calibration_error", "by_length",
		"accuracy_interval", "macro_f1", "classes", "confusion", "macro", "weighted", "reliability")[0]
	if e["model"] != f.model || e["examples"] != 120.0 || e["accuracy"].(float64) < 0.7 {
		t.Errorf("%v", e)
	}
	plain := must(t, runZoo("eval", f.model, "--data", f.data, "--cache", "none"))
	for _, want := range []string{"120 examples: accuracy", "95 % interval", "1 to 100     tokens:    120 examples", "precision  recall      F1  examples",
		"\n  negative", "\n  weighted mean", "confusion matrix: rows are the truth", "reliability: answers by their probability"} {
		if !strings.Contains(plain.stdout, want) {
			t.Errorf("%q is not in\n%s", want, plain.stdout)
		}
	}
	one := write(t, "one.csv", "text,label\na mess,negative\na tedious film,negative\n")
	o = must(t, runZoo("eval", f.model, "--data", one, "--cache", "none", "--json"))
	if _, e := object(t, o.stdout); e["examples"] != 2.0 {
		t.Errorf("one class: %s", o.stdout)
	}
	jsonl := write(t, "two.jsonl", `{"body": "a mess", "verdict": "negative"}`+"\n"+`{"body": "a joy", "verdict": "positive"}`+"\n")
	must(t, runZoo("eval", f.model, "--data", jsonl, "--text", "body", "--label", "verdict", "--cache", "none"))
	o = must(t, runZoo("eval", "mlp-line", "--json"))
	e = objects(t, o.stdout, "model", "examples", "loss", "seconds", "mse")[0]
	if e["examples"] != 4096.0 || e["mse"].(float64) > 1e-4 {
		t.Errorf("%v", e)
	}
}

// Six reviews of which the fixture has two wrong, for certain words alone decide.
const sixReviews = `review,sentiment
the film was brilliant,positive
its plot is a mess,positive
that plot is a mess,negative
that cast is wooden and tedious and a mess,positive
the film is moving,positive
a joy,positive
`

// The errors are the surest ones, each where it stands in the file.
func TestEvalErrors(t *testing.T) {
	f := small(t)
	data := write(t, "six.csv", sixReviews)
	o := must(t, runZoo("eval", f.model, "--data", data, "--cache", "none", "--json", "--errors", "5"))
	_, e := object(t, o.stdout)
	list := e["errors"].([]any)
	if len(list) != 2 || e["accuracy"] != 4.0/6 {
		t.Fatalf("%s", o.stdout)
	}
	lines := map[float64]string{3: "its plot is a mess", 5: "that cast is wooden and tedious and a mess"}
	last := 1.0
	for _, v := range list {
		m := v.(map[string]any)
		if p := m["probability"].(float64); m["text"] != lines[m["line"].(float64)] || m["truth"] != "positive" || m["label"] != "negative" || p < 0.5 || p > last {
			t.Errorf("%v", m)
		} else {
			last = p
		}
	}
	confusion := e["confusion"].([]any)
	for i, want := range [][2]float64{{1, 0}, {2, 3}} { // negative, positive
		if row := confusion[i].([]any); row[0] != want[0] || row[1] != want[1] {
			t.Errorf("confusion %v", confusion)
		}
	}
	classes := e["classes"].([]any)
	if c := classes[1].(map[string]any); c["name"] != "positive" || c["precision"] != 1.0 || c["recall"] != 3.0/5 || math.Abs(c["f1"].(float64)-0.75) > 1e-12 || c["examples"] != 5.0 {
		t.Errorf("%v", c)
	}
	if f1 := e["macro_f1"].(float64); math.Abs(f1-(0.5+0.75)/2) > 1e-12 {
		t.Errorf("macro F1 %v", f1)
	}
	plain := must(t, runZoo("eval", f.model, "--data", data, "--cache", "none", "--errors", "1")).stdout
	if !strings.Contains(plain, "negative, but positive in truth (line ") || strings.Count(plain, "in truth") != 1 {
		t.Errorf("%s", plain)
	}
}

func TestEvalPlots(t *testing.T) {
	f := small(t)
	dir := filepath.Join(t.TempDir(), "a", "pictures")
	must(t, runZoo("eval", f.model, "--data", f.data, "--cache", "none", "--plots", dir))
	for _, name := range []string{"confusion", "reliability"} {
		picture, err := os.Open(filepath.Join(dir, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		defer picture.Close()
		if _, err := png.Decode(picture); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(filepath.Join(dir, name+".svg")); err != nil || !strings.Contains(string(text), "<svg") {
			t.Errorf("%s: %v, %.80s", name, err, text)
		}
	}
	file := write(t, "file", "")
	if o := runZoo("eval", f.model, "--data", f.data, "--cache", "none", "--plots", file); o.code != 1 || !strings.Contains(o.stderr, "directory of pictures") {
		t.Errorf("a file for a directory: %+v", o)
	}
}

// A model differs from itself nowhere; from nbsvm-imdb, which has the same
// classes in the other order of its own, it is told apart by the rows.
func TestEvalCompares(t *testing.T) {
	f := small(t)
	o := must(t, runZoo("eval", f.model, f.model, "--data", f.data, "--cache", "none", "--json"))
	e := objects(t, o.stdout, "models", "examples", "accuracy", "accuracy_interval", "both_right", "only_right", "neither_right",
		"method", "statistic", "p_value", "better", "seconds")[0]
	if e["examples"] != 120.0 || e["p_value"] != 1.0 || e["better"] != "" || e["both_right"].(float64)+e["neither_right"].(float64) != 120 {
		t.Errorf("%s", o.stdout)
	}
	rows := "review,sentiment\n"
	for range 30 { // what the fixture has right and nbsvm-imdb wrong, and one the other way round
		rows += "somehow this was not dull and not wooden,negative\n"
	}
	rows += "the ending is great flapdoodle but a waste,negative\n"
	data := write(t, "rows.csv", rows)
	o = must(t, runZoo("eval", f.model, "nbsvm-imdb", "--data", data, "--cache", "none", "--json", "--errors", "2"))
	_, e = object(t, o.stdout)
	only := e["only_right"].([]any)
	n := only[0].(float64) + only[1].(float64)
	if n > 0 && (e["p_value"].(float64) < 0.05) != (e["better"] != "") || e["models"].([]any)[1] != "nbsvm-imdb" {
		t.Errorf("%s", o.stdout)
	}
	plain := must(t, runZoo("eval", f.model, "nbsvm-imdb", "--data", data, "--cache", "none", "--errors", "1")).stdout
	for _, want := range []string{" on 31 examples", "both right", "McNemar's test", "nbsvm-imdb: accuracy"} {
		if !strings.Contains(plain, want) {
			t.Errorf("%q is not in\n%s", want, plain)
		}
	}
	for says, args := range map[string][]string{
		"is no classifier of texts, and two":            {f.model, "mlp-line", "--data", f.data},
		`unexpected argument`:                           {f.model, f.model, f.model, "--data", f.data},
		"did you mean --data":                           {f.model, f.data},
		"--plots does not apply":                        {f.model, f.model, "--data", f.data, "--plots", "x"},
		"--errors -1, want 0 or more":                   {f.model, "--data", f.data, "--errors", "-1"},
		"--errors does not apply: mlp-line is no class": {"mlp-line", "--errors", "3"},
	} {
		if o := runZoo(append([]string{"eval"}, args...)...); o.code != 2 || !strings.Contains(o.stderr, says) {
			t.Errorf("%v: %+v, want %q", args, o, says)
		}
	}
}

// Two and twelve classes have a matrix, more have the pairs that are confused
// most; the names of classes steer no terminal.
func TestEvaluationText(t *testing.T) {
	for _, c := range []struct {
		classes      int
		matrix, more bool
	}{{2, true, false}, {12, true, false}, {13, false, true}} {
		labels, lengths, p := []int32{}, []int{}, [][]float64{}
		names := make([]string, c.classes)
		for k := range c.classes {
			names[k] = "class\x1b[5m \n" + strings.Repeat("x", 5*k)
			said := make([]float64, c.classes)
			said[max(0, k-1)] = 1
			labels, lengths, p = append(labels, int32(k)), append(lengths, 3), append(p, said)
		}
		e := classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, _ float64) []float64 { return p[i] }}, 1)
		r, err := e.Report(names)
		if err != nil {
			t.Fatal(err)
		}
		plain, coloured := evaluation(e, r, nil, 1, false), evaluation(e, r, nil, 1, true)
		if strings.Contains(plain, "\x1b") || strings.Contains(plain, "confusion matrix") != c.matrix || strings.Contains(plain, "most often confused") != c.more ||
			!strings.Contains(plain, "never predicted") {
			t.Errorf("%d classes:\n%s", c.classes, plain)
		}
		if strings.Contains(coloured, "\x1b[48;5;") != c.matrix || strings.Contains(coloured, "\x1b[5m") {
			t.Errorf("%d classes, in colours: %q", c.classes, coloured)
		}
	}
}
