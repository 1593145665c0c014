package pairs

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Report is what one should know of pairs before a model is trained on them. Lengths
// are in words, as blanks part them.
type Report struct {
	Pairs      int     `json:"pairs"`      // of two texts
	Empty      int     `json:"empty"`      // of which a side is empty: passed over
	Equal      int     `json:"equal"`      // whose sides are one text
	Duplicates int     `json:"duplicates"` // that occur earlier
	Uneven     int     `json:"uneven"`     // of which one side has over four times the words of the other and ten more
	Source     Lengths `json:"source"`
	Target     Lengths `json:"target"`
	// Examples are some of the uneven pairs.
	Examples []Pair `json:"-"`
}

// Lengths are those of texts, in words.
type Lengths struct {
	Words  int `json:"words"`
	Median int `json:"median"`
	P95    int `json:"p95"` // 95 of 100 texts are no longer
	Max    int `json:"max"`
}

// inspect reports on pairs.
func inspect(all []Pair) *Report {
	r := &Report{}
	seen := make(map[Pair]bool, len(all))
	var source, target []int
	for _, p := range all {
		if p.Source == "" || p.Target == "" {
			r.Empty++
			continue
		}
		r.Pairs++
		if p.Source == p.Target {
			r.Equal++
		}
		if seen[p] {
			r.Duplicates++
		}
		seen[p] = true
		a, b := len(strings.Fields(p.Source)), len(strings.Fields(p.Target))
		source, target = append(source, a), append(target, b)
		if max(a, b) > 4*min(a, b)+10 {
			if r.Uneven++; len(r.Examples) < 3 {
				r.Examples = append(r.Examples, p)
			}
		}
	}
	r.Source, r.Target = lengths(source), lengths(target)
	return r
}

func lengths(of []int) (l Lengths) {
	if len(of) == 0 {
		return l
	}
	slices.Sort(of)
	for _, n := range of {
		l.Words += n
	}
	n := len(of)
	l.Median, l.P95, l.Max = of[(n-1)/2], of[(n-1)*95/100], of[n-1]
	return l
}

// WriteTo implements recipe.DataReport.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pairs: %d words of source (median %d, longest %d), %d of target (median %d, longest %d)\n",
		r.Pairs, r.Source.Words, r.Source.Median, r.Source.Max, r.Target.Words, r.Target.Median, r.Target.Max)
	for _, odd := range []struct {
		n    int
		what string
	}{
		{r.Empty, "with an empty side, passed over"},
		{r.Duplicates, "that occur earlier in the data"},
		{r.Equal, "whose sides are the same text: are they translated?"},
		{r.Uneven, "of which one side is several times as long as the other: are the lines shifted?"},
	} {
		if odd.n > 0 {
			fmt.Fprintf(&b, "%d pairs %s\n", odd.n, odd.what)
		}
	}
	for _, p := range r.Examples {
		fmt.Fprintf(&b, "  %.60q with %.60q\n", p.Source, p.Target)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
