package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var housesOnce = sync.OnceValues(func() (f fixture, err error) {
	f = fixture{data: filepath.Join(scratch, "houses.csv"), recipe: "mlp", model: filepath.Join(scratch, "houses")}
	var b strings.Builder
	b.WriteString("rooms,\"area, m2\",district,price\n")
	rng := rand.New(rand.NewPCG(1, 3))
	for range 300 {
		rooms, area, district := 1+rng.IntN(5), 20+100*rng.Float64(), rng.IntN(2)
		fmt.Fprintf(&b, "%d,%.1f,%s,%.1f\n", rooms, area, []string{"north", "south"}[district], 10*float64(rooms)+area*float64(1+district))
	}
	if err := os.WriteFile(f.data, []byte(b.String()), 0o644); err != nil {
		return f, err
	}
	o := runZoo("train", "mlp", "--data", f.data, "--target", "price", "--epochs", "20", "--out", f.model)
	if o.code != 0 {
		return f, fmt.Errorf("zoo train: %s", o.stderr)
	}
	f.sha = o.stderr
	return f, nil
})

func housesModel(t *testing.T) fixture {
	t.Helper()
	f, err := housesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTrainTableSays(t *testing.T) {
	f := housesModel(t)
	for _, want := range []string{`300 rows; the target is "price"`, `column "rooms": numbers`, `column "district": 2 categories`,
		"240 rows to train on, 30 for validation, 30 held out", "linear regression on the same inputs", "the mean"} {
		if !strings.Contains(f.sha, want) {
			t.Errorf("standard error lacks %q:\n%s", want, f.sha)
		}
	}
	if o := must(t, runZoo("reproduce", f.model, "--data", f.data)); !strings.Contains(o.stdout, "is reproduced") {
		t.Errorf("%+v", o)
	}
	o := must(t, runZoo("eval", f.model, "--data", f.data, "--json"))
	e := objects(t, o.stdout, "model", "examples", "loss", "seconds", "rmse", "mae", "r2")[0]
	if e["examples"] != 300.0 || e["r2"].(float64) < 0.9 {
		t.Errorf("%v", e)
	}
	if o := must(t, runZoo("eval", f.model, "--data", f.data)); !strings.Contains(o.stdout, "300 rows") || !strings.Contains(o.stdout, "R2 0.9") {
		t.Errorf("%q", o.stdout)
	}
	if o := must(t, runZoo("train", "mlp", "--target", "price", "--ignore", "a,b", "--show")); !strings.Contains(o.stdout, `"target": "price"`) || !strings.Contains(o.stdout, `"b"`) {
		t.Errorf("--show: %s", o.stdout)
	}
}

// The same row gives the same answer by every way in.
func TestPredictRows(t *testing.T) {
	f := housesModel(t)
	const line = "3,74.5,north"
	object := `{"rooms": 3, "area, m2": 74.5, "district": "north"}`
	want := must(t, runZoo("predict", f.model, object)).stdout
	if !strings.HasSuffix(want, "\n") || strings.Count(want, "\n") != 1 {
		t.Fatalf("%q", want)
	}
	csv := "\xef\xbb\xbfprice,rooms,\"area, m2\",district\r\n9," + line + "\r\n"
	for name, o := range map[string]outcome{
		"csv":             runZoo("predict", f.model, "--file", write(t, "rows.csv", csv)),
		"tsv":             runZoo("predict", f.model, "--file", write(t, "rows.tsv", "district\tarea, m2\trooms\nnorth\t74.50\t3\n")),
		"jsonl":           runZoo("predict", f.model, "--file", write(t, "rows.jsonl", object+"\n")),
		"standard input":  runWith(context.Background(), strings.NewReader(csv), "predict", f.model),
		"input by --file": runWith(context.Background(), strings.NewReader(csv), "predict", f.model, "--file", "-"),
		"JSON input":      runWith(context.Background(), strings.NewReader(object+"\n"), "predict", f.model),
	} {
		if must(t, o).stdout != want || o.stderr != "" {
			t.Errorf("%s: %q, want %q; %s", name, o.stdout, want, o.stderr)
		}
	}
	o := must(t, runZoo("predict", f.model, "--json", `{"rooms": null, "area, m2": "74.5", "district": "east"}`, object))
	lines := strings.SplitAfter(o.stdout, "\n")
	objects(t, lines[0], "input", "prediction", "missing", "unknown")
	objects(t, lines[1], "input", "prediction")
	if !strings.Contains(o.stderr, `column "rooms": no value in 1`) || !strings.Contains(o.stderr, `column "district": a category that training did not see in 1`) {
		t.Errorf("standard error %q", o.stderr)
	}
}

func TestPredictRowsWrong(t *testing.T) {
	f := housesModel(t)
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"a text":             {[]string{"A quiet film."}, 2, []string{"NAME=VALUE", "rooms, area, m2, district"}},
		"an unknown name":    {[]string{"rooms=3,garden=1"}, 2, []string{`"garden"`}},
		"a name twice":       {[]string{"rooms=3,rooms=4"}, 2, []string{`"rooms" is given twice`}},
		"columns absent":     {[]string{"rooms=3"}, 2, []string{"no area, m2, district", "area, m2="}},
		"broken JSON":        {[]string{`{"rooms": 3`}, 2, []string{"not a JSON object"}},
		"a list in JSON":     {[]string{`{"rooms": [3], "district": "north", "area, m2": 1}`}, 2, []string{`"rooms"`, "list"}},
		"no number":          {[]string{`{"rooms": "three", "district": "north", "area, m2": 1}`}, 1, []string{"row 1", `column "rooms"`, `"three"`}},
		"no such file":       {[]string{"--file", filepath.Join(scratch, "absent.csv")}, 2, []string{"absent.csv"}},
		"no such column":     {[]string{"--file", write(t, "a.csv", "rooms,district\n3,north\n")}, 1, []string{`"area, m2"`}},
		"no number in line":  {[]string{"--file", write(t, "a.csv", "rooms,district,\"area, m2\"\n3,north,1\n?,north,large\n")}, 1, []string{"line 3", `column "area, m2"`, `"large"`}},
		"an empty file":      {[]string{"--file", write(t, "a.csv", "")}, 1, []string{"empty"}},
		"a header alone":     {[]string{"--file", write(t, "a.csv", "rooms,district,\"area, m2\"\n")}, 1, []string{"no rows"}},
		"arguments and file": {[]string{"rooms=3", "--file", f.data}, 2, []string{"--file"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := runZoo(append([]string{"predict", f.model}, c.args...)...)
			if o.code != c.code {
				t.Errorf("exit code %d, want %d", o.code, c.code)
			}
			for _, s := range c.says {
				if !strings.Contains(o.stderr, s) {
					t.Errorf("%q does not say %q", o.stderr, s)
				}
			}
			readable(t, o.stderr)
		})
	}
	out := filepath.Join(t.TempDir(), "out")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no data":               {[]string{"train", "mlp", "--out", out}, "--data FILE is missing"},
		"a text column":         {[]string{"train", "mlp", "--data", f.data, "--text", "district", "--out", out}, "--text does not apply"},
		"a target for reviews":  {[]string{"train", "mlp-line", "--target", "price", "--out", out}, "--target does not apply"},
		"no such target":        {[]string{"train", "mlp", "--data", f.data, "--target", "prise", "--out", out}, `did you mean "price"`},
		"no such feature":       {[]string{"train", "mlp", "--data", f.data, "--target", "price", "--features", "romms", "--out", out}, `did you mean "rooms"`},
		"eval without data":     {[]string{"eval", f.model}, "--data FILE is missing"},
		"eval with a split":     {[]string{"eval", f.model, "--data", f.data, "--split", "test"}, "--split does not apply"},
		"eval of no such file":  {[]string{"eval", f.model, "--data", filepath.Join(scratch, "absent.csv")}, "absent.csv"},
		"eval without a target": {[]string{"eval", f.model, "--data", write(t, "a.csv", "rooms,district,\"area, m2\"\n1,north,3\n")}, `"price"`},
	} {
		o := runZoo(c.args...)
		if o.code != 2 || !strings.Contains(o.stderr, c.says) {
			t.Errorf("%s: %+v", name, o)
		}
		readable(t, o.stderr)
	}
}
