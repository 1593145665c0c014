package texts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/texts"
)

func advises(r *texts.Report, what string) bool {
	return slices.ContainsFunc(r.Advice, func(a string) bool { return strings.Contains(a, what) })
}

// Texts without spaces between words are told where tokens are phrases.
func TestAdviseScript(t *testing.T) {
	for text, want := range map[string]bool{
		"การเดินทางสนุกมากครับ":                    true,
		"这部电影非常精彩令人难忘":                             false, // the tokenizer reads letter by letter
		"とても面白い映画でしたまた見たい":                         false,
		"ខ្ញុំចូលចិត្តភាពយន្តនេះណាស់":              true,
		"การ เดินทาง สนุก มาก ครับ":                false,
		"a film of 1999 with 東京 in its name alone": false,
		"ein langer deutscher Donaudampfschiff":    false,
	} {
		var lines []string
		for i := range 20 {
			lines = append(lines, fmt.Sprintf("%s %d,%s", text, i, []string{"a", "b"}[i%2]))
		}
		c := read(t, table(t, lines...))
		r := texts.Inspect(c)
		r.AdviseScript(c)
		if advises(r, "script without spaces") != want {
			t.Errorf("%s: advice %q, want some: %t", text, r.Advice, want)
		}
	}
}

// Of texts that all differ SplitAny is what it was before texts were compared, and
// rows of one text stay together.
func TestSplitAny(t *testing.T) {
	var lines []string
	for i := range 120 {
		lines = append(lines, fmt.Sprintf("word%d,%s", i%40, []string{"a", "b"}[i%2]))
	}
	c := read(t, table(t, lines...))
	r := texts.Inspect(c)
	train, held := r.SplitAny(0.2, 1)
	if len(train)+len(held) != 120 || len(held) != 24 || r.Overlap != 0 {
		t.Errorf("%d and %d rows, %d shared", len(train), len(held), r.Overlap)
	}
	r.CountSplit([]int{0, 1, 2}, []int{40, 41, 3})
	if r.Overlap != 2 || r.Train != 3 || r.Validation != 3 {
		t.Errorf("a split made elsewhere: %d of %d overlap", r.Overlap, r.Validation)
	}
}
