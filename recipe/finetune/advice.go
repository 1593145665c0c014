package finetune

import (
	"fmt"
	"math"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/texts"
)

// advise says what to do about what was found.
func advise(r *texts.Report, settings *Recipe, base *lstm.Classifier) {
	say := func(format string, args ...any) { r.Advice = append(r.Advice, fmt.Sprintf(format, args...)) }
	least, most := r.Classes[0], r.Classes[0]
	for _, c := range r.Classes {
		if c.Rows < least.Rows {
			least = c
		}
		if c.Rows > most.Rows {
			most = c
		}
	}
	switch {
	case least.Rows == 0:
		say("no row has the class %q: the model will hardly ever answer it; add texts of it, or give the data classes of its own", least.Name)
	case least.Rows < 10:
		say("the class %q has %d texts: too few to learn or to measure by; add texts, or join it with another class", least.Name, least.Rows)
	}
	if most.Rows > 4*least.Rows && settings.ClassWeights == "" {
		say("the classes are unbalanced (%q has %d texts, %q %d): with class weights balanced rare ones count as much, and the accuracy of always answering %q is %.1f %%",
			most.Name, most.Rows, least.Name, least.Rows, most.Name, 100*float64(most.Rows)/float64(r.Rows))
	}
	folded := map[string]string{}
	for _, c := range r.Classes {
		if datasets.Missing(c.Name) && settings.Head == HeadNew {
			say("%q is taken for a class, with %d texts: where it stands for no label, empty these cells and have empty rows skipped", c.Name, c.Rows)
		}
		low := strings.ToLower(c.Name)
		if other, ok := folded[low]; ok {
			say("the classes %q and %q differ in case alone; write them alike if they are one", other, c.Name)
		}
		folded[low] = c.Name
	}
	if r.UnknownRate > 0.15 {
		say("%.0f %% of the words are unknown to %s: is this another language, or another field? What it has learned may be of little use here", 100*r.UnknownRate, settings.Base)
	}
	if r.Conflicts > 0 {
		say("%d rows have a text that also stands with another label: no model can answer both; look at them and correct the labels", r.Conflicts)
	}
	if r.Duplicates*20 > r.Rows {
		say("%d rows repeat an earlier text: they count that much more; delete them if that is not meant", r.Duplicates)
	}
	if r.Blank > 0 {
		say("%d texts have no words: they count as one unknown word", r.Blank)
	}
	if r.Validation > 0 && r.Validation < 100 {
		say("%d texts for validation say the accuracy to within %.0f points only; more data, or a larger share for validation, says more", r.Validation, 196*0.4/math.Sqrt(float64(r.Validation)))
	}
	if r.Validation == 0 {
		say("no text is held out: nothing tells how good the model is, and training goes on to the last epoch")
	}
	if limit := base.MaxTokens(); r.Lengths.Max > limit {
		say("the longest text has %d tokens, and predictions read the first %d alone", r.Lengths.Max, limit)
	}
	if n := r.Lengths.Max * settings.Batch; n > 300_000 && settings.MaxTokens == 0 {
		say("a batch of the longest texts (%d tokens each) takes much memory: cut texts at, say, %d tokens if that fails", r.Lengths.Max, max(200, 2*r.Lengths.P95))
	}
}
