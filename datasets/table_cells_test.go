package datasets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRowsAndTarget(t *testing.T) {
	table, err := openText("houses.csv", "town,rooms,price\nUlm,3,1e2\n\nBonn,NA,-.5\n\"Bad\nEms\",?, 7 \n", TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if target, err := table.TargetColumn(); target != "price" {
		t.Errorf("target %q, %v", target, err)
	}
	if _, err := table.TextColumn(); err == nil {
		t.Error("a text was found among towns")
	}
	if g := strings.Join(table.Guesses(), "; "); !strings.Contains(g, `the target is in column "price", by its name`) {
		t.Errorf("guesses: %s", g)
	}
	var got []Row
	for r, err := range table.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, Row{Line: r.Line, Cells: slices.Clone(r.Cells)})
	}
	want := []Row{
		{Line: 2, Cells: []string{"Ulm", "3", "1e2"}}, {Line: 4, Cells: []string{"Bonn", "NA", "-.5"}}, {Line: 5, Cells: []string{"Bad\nEms", "?", " 7 "}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Row{})); diff != "" {
		t.Error(diff)
	}
	for _, err := range table.Select(context.Background(), "room") {
		if err == nil || !strings.Contains(err.Error(), `did you mean "rooms"`) {
			t.Error(err)
		}
	}
}

func TestNumber(t *testing.T) {
	for cell, want := range map[string]float64{"1": 1, " -2.5 ": -2.5, "+1e3": 1000, ".5": 0.5, "0": 0} {
		if x, ok := Number(cell); !ok || x != want {
			t.Errorf("Number(%q) = %g, %v", cell, x, ok)
		}
	}
	for _, cell := range []string{"", "x", "1,5", "0x10", "1_000", "Inf", "nan", "1e999", "1 2", "é", "--1", "+Inf"} {
		if x, ok := Number(cell); ok {
			t.Errorf("Number(%q) = %g", cell, x)
		}
	}
	for cell, want := range map[string]bool{"": true, " ": true, "NA": true, "n/a": true, "NaN": true, "Null": true, "None": true, "?": true, "0": false, "no": false} {
		if Missing(cell) != want {
			t.Errorf("Missing(%q) is not %v", cell, want)
		}
	}
}

func TestGuesses(t *testing.T) {
	for _, c := range []struct{ name, content, text, label string }{
		{"by name", "id,review,stars\n1,a,2\n", "review", "stars"},
		{"by name, whatever the case", "Sentiment,Text\n1,a\n", "Text", "Sentiment"},
		{"text before content", "content,text,label\na,b,c\n", "text", "label"},
		{"longest cells", "a,b,c\nx,a film of some length,1\ny,another one of these,1\nz,and a third one,2\nz,and a fourth one,2\n", "b", "c"},
		{"the only other", "q,words and more\nx,a film of some length\n", "words and more", "q"},
	} {
		table, err := openText("a.csv", c.content, TableConfig{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		text, err := table.TextColumn()
		label, err2 := table.LabelColumn()
		if text != c.text || label != c.label {
			t.Errorf("%s: text %q, label %q (%v, %v)", c.name, text, label, err, err2)
		}
		if len(table.Guesses()) != 2 {
			t.Errorf("%s: guesses %q", c.name, table.Guesses())
		}
	}
}

func TestNotes(t *testing.T) {
	table, err := openText("a.csv", "text;label\na;1\nb;0\nc;TRUE\n", TableConfig{Classes: []string{"bad", "good"}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := table.Scan(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2}, s.Counts); diff != "" {
		t.Error(diff)
	}
	all := strings.Join(append(s.Notes, table.Guesses()...), "\n")
	for _, want := range []string{`"0" was taken for the class "bad"`, `"TRUE" was taken for the class "good"`, `separated by ';'`} {
		if !strings.Contains(all, want) {
			t.Errorf("%q does not say %s", all, want)
		}
	}
	table, _ = openText("a.csv", "text,label\na,Good\nb,good\n", TableConfig{})
	if s, err := table.Scan(context.Background()); err != nil || !strings.Contains(strings.Join(s.Notes, ""), "differ in case") {
		t.Errorf("%+v, %v", s, err)
	}
}

// A program that writes rows on writes numbers as numbers.
func TestBareCells(t *testing.T) {
	table, err := openText("a.jsonl", `{"n": 1.50, "text": "7", "tags": ["a"], "none": null}`+"\n"+`{"text": true, "n": "8"}`+"\n", TableConfig{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	note := func(r Row) {
		for i, cell := range r.Cells {
			got = append(got, fmt.Sprint(cell, " ", r.Bare[i]))
		}
	}
	for r, err := range table.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		note(r)
	}
	for r, err := range table.Select(context.Background(), "text", "n") {
		if err != nil {
			t.Fatal(err)
		}
		note(r)
	}
	want := []string{"1.50 true", "7 false", `["a"] true`, " true", "8 false", "true true", " true", " true", "7 false", "1.50 true", "true true", "8 false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if table, err = openText("a.csv", "text,n\na,1\n", TableConfig{}); err != nil {
		t.Fatal(err)
	}
	for r, err := range table.Rows(context.Background()) {
		if err != nil || r.Bare != nil {
			t.Errorf("CSV: %v, %v", r, err)
		}
	}
}
