package texts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

var rowsOf = []string{"the film was great,good", "dull,bad", "so so,fair", "great and dull,fair", "the worst of all,bad", "a joy,good", "Dull !,bad"}

// Rows of data in memory are what a file of these rows is, and the file is read
// once.
func TestRowsAreThoseOfAFile(t *testing.T) {
	ctx, settings := context.Background(), tokenize.Config{Lower: true}
	path := table(t, rowsOf...)
	all, err := open(t, path, texts.Config{}).Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := all.Load(ctx); err != nil || again != all {
		t.Errorf("loaded twice: %v", err)
	}
	want := read(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check := func(what string, set *texts.Set, want *texts.Corpus) {
		t.Helper()
		p, err := set.Labelled(ctx, settings)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := cmp.Diff(want, p.Corpus); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		_, raw, err := set.Raw(ctx, settings)
		if err != nil || len(raw) != len(want.Texts) {
			t.Errorf("%s: %d texts, %v", what, len(raw), err)
		}
	}
	check("all", all, want)
	if n, err := all.Len(); n != len(rowsOf) || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	rows := []int{6, 2, 3, 0}
	var lines []string
	for _, i := range rows {
		lines = append(lines, rowsOf[i])
	}
	some, err := all.Rows(rows)
	if err != nil {
		t.Fatal(err)
	}
	ofFile := read(t, table(t, lines...))
	check("some", some, ofFile)
	fewer, err := some.Rows([]int{3, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	check("some of some", fewer, &texts.Corpus{
		Words: []string{"the", "film", "was", "great", "so", "and", "dull"}, Texts: [][]int32{{0, 1, 2, 3}, {4, 4}, {3, 5, 6}},
		Labels: []int32{2, 1, 1}, Classes: ofFile.Classes})
	for i, name := range []string{"Dull !", "so so", "great and dull", "the film was great"} {
		examples, _, err := some.Examples(ctx, datasets.Train)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for e := range examples {
			if n == i && e.Text != name {
				t.Errorf("row %d is %q, want %q", i, e.Text, name)
			}
			n++
		}
	}
}

// Rows that are not there, or of data that is not in memory, are errors.
func TestRowsRefuse(t *testing.T) {
	set := open(t, table(t, rowsOf...), texts.Config{})
	if _, err := set.Rows([]int{0}); !errors.Is(err, recipe.ErrUsage) {
		t.Errorf("not loaded: %v", err)
	}
	if _, err := set.Len(); !errors.Is(err, recipe.ErrUsage) {
		t.Errorf("not loaded: %v", err)
	}
	set, err := set.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]int{nil, {-1}, {7}, {0, 9}} {
		if _, err := set.Rows(rows); !errors.Is(err, recipe.ErrUsage) {
			t.Errorf("%v: %v", rows, err)
		}
	}
	if set, err = set.Rows([]int{1, 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Rows([]int{2}); !errors.Is(err, recipe.ErrUsage) {
		t.Errorf("a row of rows: %v", err)
	}
}

// What is computed of a text in memory is computed once for a key, whichever rows
// ask for it.
func TestRemember(t *testing.T) {
	ctx := context.Background()
	set := open(t, table(t, rowsOf...), texts.Config{})
	loaded, err := set.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	some, err := loaded.Rows([]int{5, 1})
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, c := range []struct {
		set  *texts.Set
		key  string
		want int // texts that are asked for in all, after this one
	}{{some, "a", 2}, {some, "a", 2}, {loaded, "a", 7}, {some, "a", 7}, {some, "b", 9}, {set, "a", 16}, {set, "a", 23}} {
		_, raw, err := c.set.Raw(ctx, tokenize.Config{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := texts.Remember(c.set, c.key, raw, func(raw []string) (out []string, err error) {
			asked += len(raw)
			for _, text := range raw {
				out = append(out, fmt.Sprintf("%s of %s", c.key, text))
			}
			return out, nil
		})
		if err != nil || asked != c.want || len(got) != len(raw) {
			t.Fatalf("%d texts asked for, want %d: %v", asked, c.want, err)
		}
		for i := range raw {
			if got[i] != c.key+" of "+raw[i] {
				t.Errorf("of %q: %q", raw[i], got[i])
			}
		}
	}
}

// Folds are of like size in all and in each class, and hold all rows of a text.
func TestFolds(t *testing.T) {
	var lines []string
	for i := range 60 {
		lines = append(lines, fmt.Sprintf("text number %d,%s", i/2, []string{"a", "b", "b"}[i/2%3])) // each text twice
	}
	c := read(t, table(t, lines...))
	report := texts.Inspect(c)
	rows := make([]int, 0, 57)
	for i := range 57 {
		rows = append(rows, i)
	}
	parts := texts.Folds(c, rows, report.Units(), 5, 1)
	var all []int
	in := map[string]int{}
	for k, p := range parts {
		if len(p) < 10 || len(p) > 14 || !slices.IsSorted(p) {
			t.Errorf("part %d: %d", k, p)
		}
		classes := map[int32]int{}
		for _, i := range p {
			classes[c.Labels[i]]++
			text := fmt.Sprint(c.Texts[i])
			if at, ok := in[text]; ok && at != k {
				t.Errorf("row %d is in part %d and its text in part %d", i, k, at)
			}
			in[text] = k
		}
		if classes[0] != 4 && classes[0] != 3 { // ten texts of class a, each twice
			t.Errorf("part %d: %v", k, classes)
		}
		all = append(all, p...)
	}
	slices.Sort(all)
	if !slices.Equal(all, rows) {
		t.Errorf("together %d", all)
	}
	if again := texts.Folds(c, rows, texts.Inspect(c).Same(), 5, 1); !cmp.Equal(parts, again) {
		t.Errorf("the same seed: %d", again)
	}
	if other := texts.Folds(c, rows, report.Units(), 5, 2); cmp.Equal(parts, other) {
		t.Error("another seed: the same parts")
	}
}
