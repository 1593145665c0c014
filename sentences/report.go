package sentences

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tagging"
)

// Report is what one should know of sentences before a tagger is trained on them.
type Report struct {
	File       string   `json:"file"`
	Format     Format   `json:"format"`
	Sentences  int      `json:"sentences"`
	Words      int      `json:"words"`
	Longest    int      `json:"longest"`    // words of the longest sentence
	Duplicates int      `json:"duplicates"` // sentences whose words are those of an earlier one
	Columns    []Column `json:"columns"`

	Train      int     `json:"train"`
	Validation int     `json:"validation"`
	Unknown    float64 `json:"unknown"` // share of the words held out that the others do not have

	set   *Set
	first []int // the first sentence of the same words
}

// Column is what one should know of a column of tags.
type Column struct {
	Name   string         `json:"name"`
	Scheme tagging.Scheme `json:"scheme,omitempty"`
	Tags   []Count        `json:"tags"`             // the most frequent first
	Differ []string       `json:"differ,omitempty"` // words that are spans of several kinds, as in "Paris: location 5, person 2"
}

// Count is how often a tag, or a span of a kind, occurs.
type Count struct {
	Tag   string `json:"tag"`
	Times int    `json:"times"`
}

// Inspect looks at sentences.
func Inspect(s *Set) *Report {
	r := &Report{File: s.path, Format: s.format, Sentences: len(s.sentences), Words: s.Words(), set: s, first: make([]int, len(s.sentences))}
	seen := map[string]int{}
	for i, of := range s.sentences {
		r.Longest = max(r.Longest, len(of.Words))
		key := strings.Join(of.Words, "\x00")
		at, ok := seen[key]
		if !ok {
			at = i
			seen[key] = i
		} else {
			r.Duplicates++
		}
		r.first[i] = at
	}
	for c, column := range s.columns {
		out := Column{Name: column.Name, Scheme: s.schemes[c]}
		counts := map[string]int{}
		kinds := map[string]map[string]int{} // of the words of a span
		for _, of := range s.sentences {
			if !column.Spans {
				for _, tag := range of.Tags[c] {
					counts[tag]++
				}
				continue
			}
			for _, run := range tagging.Runs(of.Tags[c]) {
				counts[run.Kind]++
				words := strings.Join(of.Words[run.First:run.Last+1], " ")
				if kinds[words] == nil {
					kinds[words] = map[string]int{}
				}
				kinds[words][run.Kind]++
			}
		}
		out.Tags = ranked(counts)
		for words, of := range kinds {
			if len(of) > 1 {
				var parts []string
				for _, k := range ranked(of) {
					parts = append(parts, fmt.Sprintf("%s %d", k.Tag, k.Times))
				}
				out.Differ = append(out.Differ, words+": "+strings.Join(parts, ", "))
			}
		}
		slices.Sort(out.Differ)
		r.Columns = append(r.Columns, out)
	}
	return r
}

// ranked lists counts, the largest first.
func ranked(counts map[string]int) (all []Count) {
	for tag, n := range counts {
		all = append(all, Count{tag, n})
	}
	slices.SortFunc(all, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Tag, b.Tag)) })
	return all
}

// Split holds a share of the sentences out. Sentences of the same words stay together.
func (r *Report) Split(fraction float64, seed uint64) (train, validation []int) {
	var distinct []int
	for i, at := range r.first {
		if at == i {
			distinct = append(distinct, i)
		}
	}
	held := make([]bool, len(r.first))
	if fraction > 0 {
		_, chosen := datasets.Split(len(distinct), fraction, seed)
		for _, i := range chosen {
			held[distinct[i]] = true
		}
	}
	words := map[string]bool{}
	for i, at := range r.first {
		if held[at] {
			validation = append(validation, i)
			continue
		}
		train = append(train, i)
		for _, w := range r.set.sentences[i].Words {
			words[strings.ToLower(w)] = true
		}
	}
	r.Train, r.Validation = len(train), len(validation)
	unknown, all := 0, 0
	for _, i := range validation {
		for _, w := range r.set.sentences[i].Words {
			if all++; !words[strings.ToLower(w)] {
				unknown++
			}
		}
	}
	if all > 0 {
		r.Unknown = float64(unknown) / float64(all)
	}
	return train, validation
}

// WriteTo prints the report for people.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d sentences of %d words, the longest has %d\n", r.File, r.Format, r.Sentences, r.Words, r.Longest)
	for _, c := range r.Columns {
		what := "tags"
		if c.Scheme != tagging.NoScheme {
			what = "kinds of spans"
		}
		fmt.Fprintf(&b, "%s: %d %s:", c.Name, len(c.Tags), what)
		for i, t := range c.Tags[:min(12, len(c.Tags))] {
			fmt.Fprintf(&b, "%s %s %d", comma(i), t.Tag, t.Times)
		}
		if n := len(c.Tags) - 12; n > 0 {
			fmt.Fprintf(&b, ", and %d more", n)
		}
		b.WriteString("\n")
		if n := len(c.Differ); n > 0 {
			fmt.Fprintf(&b, "%s: the same words are spans of several kinds in %d cases, such as %s\n", c.Name, n, strings.Join(c.Differ[:min(3, n)], "; "))
		}
		rare := 0
		for _, t := range c.Tags {
			if t.Times == 1 {
				rare++
			}
		}
		if rare > 0 {
			fmt.Fprintf(&b, "%s: %d of them occur once and will hardly be learned\n", c.Name, rare)
		}
	}
	if r.Duplicates > 0 {
		fmt.Fprintf(&b, "%d sentences repeat an earlier one: they are all trained on or all held out\n", r.Duplicates)
	}
	if r.Validation > 0 {
		fmt.Fprintf(&b, "%d sentences are held out; %.1f %% of their words are in none of the others\n", r.Validation, 100*r.Unknown)
	}
	for _, note := range r.set.notes {
		fmt.Fprintln(&b, note)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// MarshalJSON implements json.Marshaler.
func (r *Report) MarshalJSON() ([]byte, error) {
	type plain Report
	return json.Marshal((*plain)(r))
}

// comma stands before all but the first of a list.
func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
