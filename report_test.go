package zoo_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gorgonia-zoo/zoo"
)

func TestDataReport(t *testing.T) {
	data := labelled(t,
		"the film was great,positive", "the film was great,positive", "THE FILM was great,negative", // a contradiction
		"dull,negative", "dull,negative", "dull,negative",
		"zyx was here,positive", "zyx and qqq,negative", `"",positive`, "a joy,positive", "the music,positive", "its plot,negative", "this ending,negative")
	texts, err := zoo.OpenTexts(data, zoo.TextsConfig{Cache: "none", SkipEmpty: true})
	if err != nil {
		t.Fatal(err)
	}
	r := tuning(t)
	var got *zoo.DataReport
	var log bytes.Buffer
	if _, _, err := zoo.Train(context.Background(), r, texts, zoo.Run{Log: &log, Report: func(d *zoo.DataReport) error { got = d; return nil }}); err != nil {
		t.Fatal(err)
	}
	want := &zoo.DataReport{
		Rows: 12, Skipped: 1, Classes: []zoo.ClassCount{{Name: "negative", Rows: 7}, {Name: "positive", Rows: 5}},
		Tokens: 29, Lengths: zoo.Lengths{Min: 1, Median: 2, P95: 4, Max: 4},
		UnknownRate: 4. / 29, UnknownWords: 3, NewWords: 1, UnknownAfter: 2. / 29,
		Duplicates: 4, Conflicts: 3,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(zoo.DataReport{}), cmpopts.IgnoreFields(zoo.DataReport{}, "Train", "Validation", "Advice")); diff != "" {
		t.Error(diff)
	}
	if got.Train+got.Validation != 12 || got.Train < 8 {
		t.Errorf("split %d + %d", got.Train, got.Validation)
	}
	for _, says := range []string{"rows         12 and 1 skipped", `2: "negative" 7, "positive" 5`, "13.79 % of the words (3 different); 1 are added", "note: 3 rows have a text that also stands with another label", "has 5 texts: too few"} {
		if !strings.Contains(log.String(), says) {
			t.Errorf("the report lacks %q:\n%s", says, log.String())
		}
	}
}

// What is trained on is never validated on.
func TestNoOverlap(t *testing.T) {
	var rows []string
	for i := range 60 {
		rows = append(rows, fmt.Sprintf("the film was number%d,%s", i%6, []string{"positive", "negative"}[i%2]))
	}
	r := tuning(t)
	r.FineTune.Epochs = 1
	var got *zoo.DataReport
	tune(t, r, labelled(t, rows...), zoo.Run{Report: func(d *zoo.DataReport) error { got = d; return nil }})
	if got.Overlap != 0 || got.Validation == 0 || got.Validation%10 != 0 || got.Train+got.Validation != 60 {
		t.Errorf("six texts of ten rows each are split into %d and %d, %d shared", got.Train, got.Validation, got.Overlap)
	}
	r = tuning(t)
	if _, _, err := zoo.Train(context.Background(), r, openTexts(t, labelled(t, "a,1", "b,2")), zoo.Run{}); err == nil || !strings.Contains(err.Error(), "each class needs two different texts") {
		t.Errorf("two rows: %v", err)
	}
}
