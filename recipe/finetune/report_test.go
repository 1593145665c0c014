package finetune_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

func TestDataReport(t *testing.T) {
	data := fixture.Labelled(t,
		"the film was great,positive", "the film was great,positive", "THE FILM was great,negative", // a contradiction
		"dull,negative", "dull,negative", "dull,negative",
		"zyx was here,positive", "zyx and qqq,negative", `"",positive`, "a joy,positive", "the music,positive", "its plot,negative", "this ending,negative")
	set, err := zoo.OpenTexts(data, zoo.TextsConfig{Cache: "none"})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := tuning(t)
	var got *texts.Report
	var log bytes.Buffer
	if _, _, err := zoo.Train(context.Background(), r, set, zoo.Run{Log: &log, Report: func(d recipe.DataReport) error { got = d.(*texts.Report); return nil }}); err != nil {
		t.Fatal(err)
	}
	want := &texts.Report{
		Rows: 12, Skipped: 1, Classes: []texts.ClassCount{{Name: "negative", Rows: 7}, {Name: "positive", Rows: 5}},
		Tokens: 29, Lengths: texts.Lengths{Min: 1, Median: 2, P95: 4, Max: 4},
		UnknownRate: 4. / 29, UnknownWords: 3, NewWords: 1, UnknownAfter: 2. / 29,
		Duplicates: 4, Conflicts: 3,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(texts.Report{}), cmpopts.IgnoreFields(texts.Report{}, "Train", "Validation", "Advice")); diff != "" {
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
	r, f := tuning(t)
	f.Epochs = 1
	var got *texts.Report
	tune(t, r, fixture.Labelled(t, rows...), zoo.Run{Report: func(d recipe.DataReport) error { got = d.(*texts.Report); return nil }})
	if got.Overlap != 0 || got.Validation == 0 || got.Validation%10 != 0 || got.Train+got.Validation != 60 {
		t.Errorf("six texts of ten rows each are split into %d and %d, %d shared", got.Train, got.Validation, got.Overlap)
	}
	r, _ = tuning(t)
	if _, _, err := zoo.Train(context.Background(), r, fixture.Texts(t, fixture.Labelled(t, "a,1", "b,2")), zoo.Run{}); err == nil || !strings.Contains(err.Error(), "each class needs two different texts") {
		t.Errorf("two rows: %v", err)
	}
}
