package texts_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gorgonia-zoo/zoo/texts"
)

// phrasings are those of two classes, in which a thing and a number are filled in.
var phrasings = map[string][]string{
	"billing":  {"why was my card charged twice for the %s %d", "the total of the bill for %[2]d %[1]ss is not right", "please correct invoice %[2]d of the %[1]s", "somebody took money for a %s that costs %d"},
	"delivery": {"where is the %s that you sent under number %d", "my parcel with the %s has not come for %d days", "the courier lost the %s of order %d again", "can you bring the %s at %d in the evening"},
}

// worded are rows of those phrasings with greetings, in random order, and of each
// which phrasing it has.
func worded(n int) (lines []string, which []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		label := []string{"billing", "delivery"}[rng.IntN(2)]
		k := rng.IntN(4)
		text := fmt.Sprintf(phrasings[label][k], []string{"lamp", "chair", "radio"}[rng.IntN(3)], rng.IntN(9999))
		text = []string{"", "hello there my friends and ", "good day to all of you "}[rng.IntN(3)] + text + []string{"", " thank you very much for your help"}[rng.IntN(2)]
		lines, which = append(lines, text+","+label), append(which, fmt.Sprint(label, k))
	}
	return lines, which
}

func every(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// Rows of one phrasing are of one wording whatever is filled in and however they
// begin and end, and Folds keep them together.
func TestFindWordings(t *testing.T) {
	lines, which := worded(400)
	c := read(t, table(t, lines...))
	r := texts.Inspect(c)
	r.FindWordings(c)
	if r.Wordings != 8 || r.Copies != 400-8-r.Duplicates {
		t.Errorf("%d wordings and %d copies with %d duplicates, want 8", r.Wordings, r.Copies, r.Duplicates)
	}
	of := map[string]int{}
	for k, part := range texts.Folds(c, every(400), r.Units(), 4, 1) {
		if len(part) < 60 || len(part) > 140 {
			t.Errorf("part %d of %d rows", k, len(part))
		}
		for _, i := range part {
			if at, ok := of[which[i]]; ok && at != k {
				t.Fatalf("phrasing %s is in parts %d and %d", which[i], at, k)
			}
			of[which[i]] = k
		}
	}
}

// The rows of a class that are all worded alike are kept together by their texts
// alone: a part of the data without that wording would lack the class.
func TestWordingsFew(t *testing.T) {
	lines, which := worded(400)
	var few, of []string
	for i, w := range which {
		if w == "billing0" || w[:8] == "delivery" {
			few, of = append(few, lines[i]), append(of, w)
		}
	}
	c := read(t, table(t, few...))
	r := texts.Inspect(c)
	before := r.Units()
	r.FindWordings(c)
	kept := map[int32]bool{}
	for i, u := range r.Units() {
		if of[i] == "billing0" && u != before[i] {
			t.Errorf("row %d is kept with %d, want %d", i, u, before[i])
		}
		if of[i] != "billing0" {
			kept[u] = true
		}
	}
	if len(kept) != 4 {
		t.Errorf("%d wordings of the other class, want 4", len(kept))
	}
}

// Rows of equal texts are of one wording however short, texts that share what says
// little are not, and rows of unlike labels must be more alike.
func TestWordingsApart(t *testing.T) {
	c := read(t, table(t, "ok,a", "no,b", "ok,b", "the film was good,a", "the film was bad,b", "the film was long and dull to me,b", "is the plot of a play any good,a", "the plot of a book made me laugh,a"))
	r := texts.Inspect(c)
	r.FindWordings(c)
	if r.Wordings != 7 || r.Copies != 0 {
		t.Errorf("%d wordings and %d copies, want 7 and none", r.Wordings, r.Copies)
	}
}

// Of the same rows in another order the wordings are the same, but for who leads.
func TestWordingsOrder(t *testing.T) {
	lines, _ := worded(200)
	count := func() int {
		c := read(t, table(t, lines...))
		r := texts.Inspect(c)
		r.FindWordings(c)
		return r.Wordings
	}
	want := count()
	for seed := range uint64(5) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if got := count(); got != want {
			t.Errorf("order %d: %d wordings, want %d", seed, got, want)
		}
	}
	slices.Sort(lines)
	if got := count(); got != want {
		t.Errorf("sorted: %d wordings, want %d", got, want)
	}
}

func BenchmarkWordings(b *testing.B) {
	lines, _ := worded(20000)
	c := read(b, table(b, lines...))
	for b.Loop() {
		r := texts.Inspect(c)
		r.FindWordings(c)
	}
	b.ReportMetric(float64(20000*b.N)/b.Elapsed().Seconds(), "rows/s")
}
