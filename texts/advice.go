package texts

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
)

// NothingHeldOut is the advice about data of which nothing is held out.
const NothingHeldOut = "no text is held out: nothing tells how good the model is, and training goes on to the last epoch"

// say adds a sentence to the advice.
func (r *Report) say(format string, args ...any) {
	r.Advice = append(r.Advice, fmt.Sprintf(format, args...))
}

// AdviseClasses says what to do about the classes. balanced tells whether rare
// ones count as much as frequent ones already, own whether the data brings its
// own classes and not those of a model.
func (r *Report) AdviseClasses(balanced, own bool) {
	least, most := r.extremes()
	switch {
	case least.Rows == 0:
		r.say("no row has the class %q: the model will hardly ever answer it; add texts of it, or give the data classes of its own", least.Name)
	case least.Rows < 10:
		r.say("the class %q has %d texts: too few to learn or to measure by; add texts, or join it with another class", least.Name, least.Rows)
	}
	if most.Rows > 4*least.Rows && !balanced {
		r.say("the classes are unbalanced (%q has %d texts, %q %d): with class weights balanced rare ones count as much, and the accuracy of always answering %q is %.1f %%",
			most.Name, most.Rows, least.Name, least.Rows, most.Name, 100*float64(most.Rows)/float64(r.Rows))
	}
	if own {
		r.adviseSeveral()
	}
	folded := map[string]string{}
	for _, c := range r.Classes {
		if datasets.Missing(c.Name) && own {
			r.say("%q is taken for a class, with %d texts: where it stands for no label, empty these cells and have empty rows skipped", c.Name, c.Rows)
		}
		low := strings.ToLower(c.Name)
		if other, ok := folded[low]; ok {
			r.say("the classes %q and %q differ in case alone; write them alike if they are one", other, c.Name)
		}
		folded[low] = c.Name
	}
}

// extremes returns the classes of the fewest and of the most texts.
func (r *Report) extremes() (least, most ClassCount) {
	least, most = r.Classes[0], r.Classes[0]
	for _, c := range r.Classes {
		if c.Rows < least.Rows {
			least = c
		}
		if c.Rows > most.Rows {
			most = c
		}
	}
	return least, most
}

// AdviseAll says what there is to say to training without settings for what is
// said, of data that brings its own classes.
func (r *Report) AdviseAll(c *Corpus) {
	if c.Kind() == corpus.Several {
		r.AdviseLabels()
		r.AdviseScript(c)
		r.AdviseRows()
		return
	}
	r.AdviseClasses(true, true)
	if least, most := r.extremes(); most.Rows > 4*least.Rows {
		r.say("the classes are unbalanced (%q has %d texts, %q %d): the accuracy of always answering %q is %.1f %%",
			most.Name, most.Rows, least.Name, least.Rows, most.Name, 100*float64(most.Rows)/float64(r.Rows))
	}
	r.AdviseScript(c)
	r.AdviseRows()
}

// unspaced are scripts that put no spaces between words.
var unspaced = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Chinese", unicode.Han}, {"Japanese", unicode.Hiragana}, {"Japanese", unicode.Katakana}, {"Thai", unicode.Thai},
	{"Lao", unicode.Lao}, {"Khmer", unicode.Khmer}, {"Burmese", unicode.Myanmar}, {"Tibetan", unicode.Tibetan},
}

// AdviseScript says where tokens are whole phrases, since the texts have no spaces
// between words and the tokenizer cuts at them.
func (r *Report) AdviseScript(c *Corpus) {
	counts := make([]int, len(c.Words))
	for _, t := range c.Texts {
		for _, w := range t {
			counts[w]++
		}
	}
	var letters, phrases, tokens int
	by := make([]int, len(unspaced))
	for i, word := range c.Words {
		n, in := 0, 0
		for _, x := range word {
			n++
			for k, s := range unspaced {
				if unicode.Is(s.table, x) {
					by[k] += counts[i]
					in++
					break
				}
			}
		}
		letters += n * counts[i]
		if 2*in > n {
			phrases, tokens = phrases+n*counts[i], tokens+counts[i]
		}
	}
	if tokens == 0 || 5*phrases < letters || phrases <= 5*tokens {
		return
	}
	most := 0
	for k := range by {
		if by[k] > by[most] {
			most = k
		}
	}
	r.say("%d %% of the letters are of a script without spaces between words (%s): a token has %.0f letters on the average, so that hardly one occurs twice; cut the texts into words first, or take an encoder of this language",
		100*phrases/letters, unspaced[most].name, float64(phrases)/float64(tokens))
}

// AdviseRows says what to do about the rows and how they are split.
func (r *Report) AdviseRows() {
	if r.Conflicts > 0 {
		r.say("%d rows have a text that also stands with another label: no model can answer both; look at them and correct the labels", r.Conflicts)
	}
	if r.Duplicates*20 > r.Rows {
		r.say("%d rows repeat an earlier text: they count that much more; delete them if that is not meant", r.Duplicates)
	}
	if r.Blank > 0 {
		r.say("%d texts have no words: they count as one unknown word", r.Blank)
	}
	if r.Validation > 0 && r.Validation < 100 && r.Numbers == nil {
		r.say("%d texts for validation say the accuracy to within %.0f points only; more data, or a larger share for validation, says more", r.Validation, 196*0.4/math.Sqrt(float64(r.Validation)))
	}
	if r.Validation == 0 {
		r.say(NothingHeldOut)
	}
}
