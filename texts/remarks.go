package texts

import (
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// remarkAbsent says which classes a part of the data has no example of: a
// split at random may leave a rare one out, and then figures of that part say
// nothing about it.
func remarkAbsent(r recipe.Run, c *Corpus, part []int, consequence string) {
	there := make([]bool, len(c.Classes))
	for _, at := range part {
		if c.Sets != nil {
			for _, l := range c.Sets[at] {
				there[l] = true
			}
		} else if l := c.Labels[at]; l >= 0 && int(l) < len(c.Classes) {
			there[l] = true
		}
	}
	var absent []string
	for i, name := range c.Classes {
		if !there[i] {
			absent = append(absent, fmt.Sprintf("%q", name))
		}
	}
	if len(absent) > 0 && len(part) > 0 {
		r.Logf("no example of %s among the %d %s; more data, another seed or another share for validation may help",
			strings.Join(absent, ", "), len(part), consequence)
	}
}

// RemarkSplit does so for both parts of a split of texts of one label each.
func RemarkSplit(r recipe.Run, labels []int32, classes []string, train, validation []int) {
	RemarkParts(r, &Corpus{Labels: labels, Classes: classes}, train, validation)
}

// RemarkParts does so for texts that may have several.
func RemarkParts(r recipe.Run, c *Corpus, train, validation []int) {
	remarkAbsent(r, c, train, "texts to train on: the model will not learn it")
	remarkAbsent(r, c, validation, "texts for validation: its figures say nothing about it")
}
