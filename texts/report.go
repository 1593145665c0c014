package texts

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// Report is what one should know of labelled texts before a model is
// trained on them. Texts are compared by their tokens.
type Report struct {
	Rows    int          `json:"rows"`              // texts with a label
	Skipped int          `json:"skipped,omitempty"` // rows passed over because text or label is missing
	Classes []ClassCount `json:"classes"`
	Tokens  int          `json:"tokens"`
	Lengths Lengths      `json:"lengths"`
	Blank   int          `json:"blank"` // texts without any token

	// Of texts that may have several labels: the mean number of them, and the texts
	// that have none; of texts that are given numbers, those.
	PerText    float64 `json:"labels_per_text,omitempty"`
	Unlabelled int     `json:"without_label,omitempty"`
	Numbers    *Spread `json:"numbers,omitempty"`

	UnknownRate  float64 `json:"unknown_rate"`  // share of tokens that the model's vocabulary lacks
	UnknownWords int     `json:"unknown_words"` // distinct words among them
	NewWords     int     `json:"new_words"`     // of these, those added to the vocabulary
	UnknownAfter float64 `json:"unknown_after"` // share of tokens that are unknown then

	counted bool // whether unknown words were

	Duplicates int `json:"duplicates"` // rows whose text occurs earlier
	Conflicts  int `json:"conflicts"`  // rows whose text occurs with another label too

	Wordings int `json:"wordings,omitempty"` // different ones, where they were looked for
	Copies   int `json:"copies,omitempty"`   // texts that are worded as an earlier one

	Train      int `json:"train"`
	Validation int `json:"validation"`
	Overlap    int `json:"overlap"` // rows for validation whose text is trained on: none where rows of one text stay together

	Advice []string `json:"advice,omitempty"` // what to do about it, in sentences

	groups []int32 // of each text: equal for equal texts
	units  []int32 // of each text: what Units returns; nil where it is groups
}

// ClassCount is a class and its texts.
type ClassCount struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// Lengths are those of texts, in tokens.
type Lengths struct {
	Min    int `json:"min"`
	Median int `json:"median"`
	P95    int `json:"p95"` // 95 of 100 texts are no longer
	Max    int `json:"max"`
}

// Inspect reports on labelled texts.
func Inspect(c *Corpus) *Report {
	r := &Report{Rows: len(c.Texts), Tokens: c.Tokens(), groups: make([]int32, len(c.Texts))}
	for _, name := range c.Classes {
		r.Classes = append(r.Classes, ClassCount{Name: name})
	}
	lengths := make([]int, len(c.Texts))
	order := make([]int32, len(c.Texts))
	for i, t := range c.Texts {
		r.count(c, i)
		lengths[i], order[i] = len(t), int32(i)
		if len(t) == 0 {
			r.Blank++
		}
	}
	slices.Sort(lengths)
	if n := len(lengths); n > 0 {
		r.Lengths = Lengths{lengths[0], lengths[(n-1)/2], lengths[(n-1)*95/100], lengths[n-1]}
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(slices.Compare(c.Texts[a], c.Texts[b]), cmp.Compare(a, b)) })
	for from := 0; from < len(order); {
		to, mixed := from+1, false
		for ; to < len(order) && slices.Equal(c.Texts[order[to]], c.Texts[order[from]]); to++ {
			mixed = mixed || !alike(c, int(order[to]), int(order[from]))
		}
		for _, i := range order[from:to] {
			r.groups[i] = order[from]
		}
		r.Duplicates += to - from - 1
		if mixed {
			r.Conflicts += to - from
		}
		from = to
	}
	r.spread(c)
	return r
}

// Split holds out a share of the distinct texts of each class for validation:
// all rows of one text are in one part.
func (r *Report) Split(c *Corpus, share float64, seed uint64) (train, validation []int) {
	texts := r.distinct()
	labels := r.strata(c, texts)
	_, chosen := datasets.SplitStratified(labels, share, seed)
	return r.hold(texts, chosen)
}

// SplitAny is Split whatever the classes: of texts that all differ it is
// datasets.Split.
func (r *Report) SplitAny(share float64, seed uint64) (train, validation []int) {
	texts := r.distinct()
	_, chosen := datasets.Split(len(texts), share, seed)
	return r.hold(texts, chosen)
}

// distinct returns of each distinct text its first row.
func (r *Report) distinct() []int {
	var texts []int
	for i, g := range r.groups {
		if int(g) == i {
			texts = append(texts, i)
		}
	}
	return texts
}

// hold returns the rows of the chosen texts and those of all others.
func (r *Report) hold(texts, chosen []int) (train, validation []int) {
	held := make([]bool, len(r.groups))
	for _, i := range chosen {
		held[texts[i]] = true
	}
	for i, g := range r.groups {
		if held[g] {
			validation = append(validation, i)
		} else {
			train = append(train, i)
		}
	}
	r.CountSplit(train, validation)
	return train, validation
}

// CountSplit reports on a split that was made elsewhere.
func (r *Report) CountSplit(train, validation []int) {
	r.Train, r.Validation, r.Overlap = len(train), len(validation), 0
	trained := make([]bool, len(r.groups))
	for _, i := range train {
		trained[r.groups[i]] = true
	}
	for _, i := range validation {
		if trained[r.groups[i]] {
			r.Overlap++
		}
	}
}

// CountUnknown counts the tokens that a vocabulary lacks, without and with the
// words added.
func (r *Report) CountUnknown(c *Corpus, v *tokenize.Vocab, added []string) {
	r.counted = true
	gained := make(map[string]bool, len(added))
	for _, w := range added {
		gained[w] = true
	}
	state := make([]int8, len(c.Words)) // 0 known, 1 added, 2 unknown
	for i, w := range c.Words {
		if _, ok := v.ID(w); ok {
			continue
		}
		r.UnknownWords++
		if state[i] = 2; gained[w] {
			state[i] = 1
			r.NewWords++
		}
	}
	var counts [3]int
	for _, t := range c.Texts {
		for _, w := range t {
			counts[state[w]]++
		}
	}
	if r.Tokens > 0 {
		r.UnknownRate = float64(counts[1]+counts[2]) / float64(r.Tokens)
		r.UnknownAfter = float64(counts[2]) / float64(r.Tokens)
	}
}

// WriteTo prints the report.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "  %-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	b.WriteString("data report\n")
	skipped := ""
	if r.Skipped > 0 {
		skipped = fmt.Sprintf(" and %d skipped because text or label is missing", r.Skipped)
	}
	line("rows", "%d%s", r.Rows, skipped)
	var classes []string
	for _, c := range r.Classes[:min(len(r.Classes), 20)] {
		classes = append(classes, fmt.Sprintf("%q %d", c.Name, c.Rows))
	}
	if n := len(r.Classes) - 20; n > 0 {
		classes = append(classes, fmt.Sprintf("and %d more", n))
	}
	r.given(line, classes)
	line("lengths", "%d tokens at least, %d in the middle, %d for 95 %%, %d at most; %d in all", r.Lengths.Min, r.Lengths.Median, r.Lengths.P95, r.Lengths.Max, r.Tokens)
	if r.counted || r.UnknownWords > 0 {
		line("unknown", "%.2f %% of the words (%d different); %d are added to the vocabulary, which leaves %.2f %%", 100*r.UnknownRate, r.UnknownWords, r.NewWords, 100*r.UnknownAfter)
	}
	line("duplicates", "%d rows repeat an earlier text, %d have a text that stands with different labels", r.Duplicates, r.Conflicts)
	if r.Copies > 0 {
		line("wordings", "%d; %d texts are near copies of another, with other names, numbers or greetings", r.Wordings, r.Copies)
	}
	together := ""
	if r.Overlap == 0 {
		together = " (rows of one text stay together)"
	}
	line("split", "%d rows to train on, %d for validation, %d of them with a text that is trained on%s", r.Train, r.Validation, r.Overlap, together)
	for _, a := range r.Advice {
		fmt.Fprintf(&b, "  note: %s\n", a)
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}
