package texts

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/gorgonia-zoo/zoo/internal/exact"
)

const (
	runWords     = 3    // of a run
	wordingWords = 128  // of a longer text so many count
	coveredShort = 0.5  // weight of the words in shared runs: of the lighter text at least
	coveredLong  = 0.25 // and of the heavier
	coveredBoth  = 0.65 // of either, where their labels differ
	mostLeaders  = 64   // wordings that a run is looked up in
	rareShare    = 200  // a word that fewer than one in so many rows has weighs no more
	flatRows     = 10   // a run of fewer rows may say something of the label
	flatShare    = 0.15 // of the label's entropy, of which a run that is flat says less
)

// wordings groups the texts of a corpus by their wording, and returns of each the
// least row of its group. same is that of equal texts.
//
// Rows of one wording are near copies: the same phrasing with another name,
// number or greeting, as forms, templates and forwarded messages make them. A
// model that has learned one of them has seen the others, so that parts of the
// data which divide them do not tell how it does on wordings that are new.
//
// Runs of words that two rows share tell it (shingles; Broder 1997, On the
// resemblance and containment of documents). Numbers are all alike. A run that
// stands in many rows whatever their label, such as a greeting, counts for
// nothing, and a frequent word for little. A row is compared with the first row
// of each wording so far that it shares a run with, and joins all that it is near
// to: the time is about that of sorting the runs.
func wordings(c *Corpus, same []int32) []int32 {
	w := newComparison(c)
	leaders := newForest(len(c.Texts))
	at := make([][]int32, w.runs) // the leaders that a run stands in
	shared := make([]int32, len(c.Texts))
	var met []int32
	for i := range c.Texts {
		row := int32(i)
		if same[i] != row {
			leaders.join(row, same[i])
			continue
		}
		met = met[:0]
		for _, run := range w.of[i] {
			for _, l := range at[run] {
				if shared[l] == 0 {
					met = append(met, l)
				}
				shared[l]++
			}
		}
		leads := true
		for _, l := range met {
			if w.mayBe(row, l, shared[l]) && w.near(row, l) {
				leaders.join(row, l)
				leads = false
			}
		}
		for _, l := range met {
			shared[l] = 0
		}
		if !leads {
			continue
		}
		for _, run := range w.of[i] {
			if n := len(at[run]); n < mostLeaders && (n == 0 || at[run][n-1] != row) {
				at[run] = append(at[run], row)
			}
		}
	}
	groups := make([]int32, len(c.Texts))
	for i := range groups {
		groups[i] = leaders.root(int32(i))
	}
	return groups
}

// comparison is what comparing texts needs.
type comparison struct {
	labels []int32   // of the texts
	texts  [][]int32 // of the corpus, numbers all alike and cut
	of     [][]int32 // runs of each text, ascending, that others share and that are not flat
	places [][]int32 // of a text, where those runs begin
	flat   [][]bool  // of a text, which words stand in flat runs
	weight []float64 // of a word
	most   float64   // that any word weighs
	runs   int       // different ones
	total  []float64 // weight of a text
}

// newComparison finds the runs of all texts.
func newComparison(c *Corpus) *comparison {
	n := len(c.Texts)
	w := &comparison{labels: c.Labels, texts: make([][]int32, n), of: make([][]int32, n), places: make([][]int32, n), flat: make([][]bool, n), total: make([]float64, n)}
	number := int32(len(c.Words))
	same := make([]int32, len(c.Words))
	for i, word := range c.Words {
		if same[i] = int32(i); strings.ContainsFunc(word, unicode.IsDigit) {
			same[i] = number
		}
	}
	rows, last := make([]int, number+1), make([]int32, number+1)
	type run struct {
		hash uint64
		row  int32
		at   int32
	}
	var all []run
	for i, t := range c.Texts {
		t = t[:min(len(t), wordingWords)]
		words := make([]int32, len(t))
		for k, x := range t {
			x = same[x]
			words[k] = x
			if last[x] != int32(i+1) {
				last[x] = int32(i + 1)
				rows[x]++
			}
		}
		w.texts[i] = words
		for k := 0; k+runWords <= len(words); k++ {
			all = append(all, run{hash(words[k : k+runWords]), int32(i), int32(k)})
		}
		w.flat[i] = make([]bool, len(words))
	}
	w.weight = make([]float64, number+1)
	for x, k := range rows {
		w.weight[x] = exact.Log(float64(n+1) / math.Max(float64(k), float64(n)/rareShare))
		w.most = max(w.most, w.weight[x])
	}
	slices.SortFunc(all, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row), cmp.Compare(a.at, b.at))
	})
	labels := newLabelling(c)
	for from := 0; from < len(all); {
		to := from
		for to < len(all) && all[to].hash == all[from].hash {
			to++
		}
		group := all[from:to]
		from = to
		if group[0].row == group[len(group)-1].row {
			continue
		}
		labels.reset()
		for k, r := range group {
			if k == 0 || r.row != group[k-1].row {
				labels.add(c.Labels[r.row])
			}
		}
		flat := labels.flat(n)
		for _, r := range group {
			if flat {
				for k := range runWords {
					w.flat[r.row][int(r.at)+k] = true
				}
				continue
			}
			w.of[r.row] = append(w.of[r.row], int32(w.runs))
			w.places[r.row] = append(w.places[r.row], r.at)
		}
		if !flat {
			w.runs++
		}
	}
	for i, t := range w.texts {
		for k, x := range t {
			if !w.flat[i][k] {
				w.total[i] += w.weight[x]
			}
		}
	}
	return w
}

// hash mixes the numbers of a run's words.
func hash(words []int32) uint64 {
	h := uint64(14695981039346656037)
	for _, x := range words {
		h = (h ^ uint64(uint32(x))) * 1099511628211
		h ^= h >> 29
	}
	return h
}

// mayBe tells whether so many shared runs can cover enough of two texts.
func (w *comparison) mayBe(a, b, shared int32) bool {
	return float64(shared)*runWords*w.most >= coveredShort*min(w.total[a], w.total[b])
}

// near tells whether two texts are of one wording.
func (w *comparison) near(a, b int32) bool {
	x, y := w.covered(a, b), w.covered(b, a)
	if w.total[a] > w.total[b] {
		a, b, x, y = b, a, y, x
	}
	short, long := coveredShort, coveredLong
	if w.labels[a] != w.labels[b] {
		short, long = coveredBoth, coveredBoth
	}
	return w.total[a] > 0 && x >= float64(short*w.total[a]) && y >= float64(long*w.total[b])
}

// covered is the weight of the words of text a in runs that text b has.
func (w *comparison) covered(a, b int32) (sum float64) {
	words := w.texts[a]
	var in [wordingWords]bool
	other := w.of[b] // ascending
	for k, run := range w.of[a] {
		if _, ok := slices.BinarySearch(other, run); !ok {
			continue
		}
		for d := range runWords {
			in[int(w.places[a][k])+d] = true
		}
	}
	for k, x := range words {
		if in[k] && !w.flat[a][k] {
			sum += w.weight[x]
		}
	}
	return sum
}

// labelling counts the labels of some rows.
type labelling struct {
	all     []int // rows of each class
	counts  []int
	classes []int32 // that are counted
	n       int
	entropy float64
}

func newLabelling(c *Corpus) *labelling {
	l := &labelling{all: make([]int, len(c.Classes)), counts: make([]int, len(c.Classes))}
	for _, k := range c.Labels {
		l.all[k]++
	}
	for _, m := range l.all {
		if m > 0 {
			p := float64(m) / float64(len(c.Labels))
			l.entropy -= float64(p * exact.Log(p))
		}
	}
	return l
}

func (l *labelling) reset() {
	for _, k := range l.classes {
		l.counts[k] = 0
	}
	l.classes, l.n = l.classes[:0], 0
}

func (l *labelling) add(class int32) {
	if l.counts[class] == 0 {
		l.classes = append(l.classes, class)
	}
	l.counts[class]++
	l.n++
}

// flat tells that the labels counted are much like those of all n rows.
func (l *labelling) flat(n int) bool {
	if l.n < max(flatRows, n/100) {
		return false
	}
	divergence := 0.0 // Kullback and Leibler's, in nats
	slices.Sort(l.classes)
	for _, k := range l.classes {
		p := float64(l.counts[k]) / float64(l.n)
		divergence += float64(p * exact.Log(p*float64(n)/float64(l.all[k])))
	}
	return divergence < float64(flatShare*l.entropy)
}

// forest joins rows into groups (union-find; Tarjan 1975).
type forest []int32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = int32(i)
	}
	return f
}

// root is the least row of a row's group.
func (f forest) root(i int32) int32 {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(a, b int32) {
	if a, b = f.root(a), f.root(b); a > b {
		a, b = b, a
	}
	f[b] = a
}
