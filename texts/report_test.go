package texts_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// read is the tokens of a table.
func read(t testing.TB, path string) *texts.Corpus {
	t.Helper()
	p, err := open(t, path, texts.Config{}).Labelled(context.Background(), tokenize.Config{Lower: true})
	if err != nil {
		t.Fatal(err)
	}
	return p.Corpus
}

// Texts are compared by their tokens, which case does not change here.
func TestInspect(t *testing.T) {
	c := read(t, table(t,
		"the film was great,positive", "THE FILM was great,negative", // a contradiction
		"dull,negative", "dull,negative", "dull,negative", " ! ,negative", "a joy,positive"))
	got := texts.Inspect(c)
	want := &texts.Report{
		Rows: 7, Classes: []texts.ClassCount{{Name: "negative", Rows: 5}, {Name: "positive", Rows: 2}},
		Tokens: c.Tokens(), Lengths: texts.Lengths{Min: 1, Median: 1, P95: 4, Max: 4},
		Duplicates: 3, Conflicts: 2,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(texts.Report{})); diff != "" {
		t.Error(diff)
	}
	vocab, err := c.Vocab(tokenize.VocabConfig{MinCount: 2}, []int{0, 1, 2, 3, 4, 5, 6})
	if err != nil {
		t.Fatal(err)
	}
	// Unknown are "!", "a" and "joy", once each.
	got.CountUnknown(c, vocab, []string{"joy", "never said"})
	all := float64(c.Tokens())
	if got.UnknownWords != 3 || got.NewWords != 1 || got.UnknownRate != 3/all || got.UnknownAfter != 2/all {
		t.Errorf("%d unknown words (%v of the tokens), %d added (%v then)", got.UnknownWords, got.UnknownRate, got.NewWords, got.UnknownAfter)
	}
}

// Rows of one text stay together, each class gives its share, and the seed
// decides.
func TestSplit(t *testing.T) {
	var lines []string
	for i := range 120 {
		text := i % 40 // three rows each
		lines = append(lines, fmt.Sprintf("word%d,%s", text, []string{"a", "b", "b", "b"}[text%4]))
	}
	c := read(t, table(t, lines...))
	r := texts.Inspect(c)
	train, held := r.Split(c, 0.2, 1)
	if r.Train != len(train) || r.Validation != len(held) || len(train)+len(held) != 120 || len(held) != 24 || r.Overlap != 0 {
		t.Errorf("%d and %d rows, reported %d, %d and %d shared", len(train), len(held), r.Train, r.Validation, r.Overlap)
	}
	words, counts := map[int32]bool{}, map[int32]int{}
	for _, i := range train {
		words[c.Texts[i][0]] = true
	}
	for _, i := range held {
		counts[c.Labels[i]]++
		if words[c.Texts[i][0]] {
			t.Errorf("row %d is held out, and its text is trained on", i)
		}
	}
	if counts[0] != 6 || counts[1] != 18 {
		t.Errorf("held out by class: %v", counts)
	}
	if _, again := texts.Inspect(c).Split(c, 0.2, 1); !slices.Equal(again, held) {
		t.Error("not the same again")
	}
	if _, other := texts.Inspect(c).Split(c, 0.2, 2); slices.Equal(other, held) {
		t.Error("another seed holds out the same")
	}
	if train, held := texts.Inspect(c).Split(c, 0, 1); len(held) != 0 || len(train) != 120 {
		t.Errorf("a share of 0 holds out %d", len(held))
	}
}

func TestReportIsPrinted(t *testing.T) {
	r := &texts.Report{Rows: 30, Skipped: 2, Tokens: 90, Lengths: texts.Lengths{Min: 1, Median: 3, P95: 5, Max: 6},
		UnknownRate: 0.25, UnknownWords: 9, NewWords: 4, UnknownAfter: 0.125, Duplicates: 5, Conflicts: 3, Train: 24, Validation: 6, Advice: []string{"do so"}}
	for i := range 22 {
		r.Classes = append(r.Classes, texts.ClassCount{Name: fmt.Sprint("c", i), Rows: 1})
	}
	var b strings.Builder
	n, err := r.WriteTo(&b)
	if err != nil || int(n) != b.Len() {
		t.Errorf("%d bytes of %d, %v", n, b.Len(), err)
	}
	for _, says := range []string{
		"rows         30 and 2 skipped because text or label is missing\n", `classes      22: "c0" 1, `, `"c19" 1, and 2 more`,
		"1 tokens at least, 3 in the middle, 5 for 95 %, 6 at most; 90 in all\n",
		"25.00 % of the words (9 different); 4 are added to the vocabulary, which leaves 12.50 %\n",
		"5 rows repeat an earlier text, 3 have", "24 rows to train on, 6 for validation, 0 of them", "  note: do so\n",
	} {
		if !strings.Contains(b.String(), says) {
			t.Errorf("lacks %q:\n%s", says, &b)
		}
	}
}
