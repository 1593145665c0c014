package texts

import (
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// remarkAbsent says which classes a part of the data has no example of: a
// split at random may leave a rare one out, and then figures of that part say
// nothing about it.
func remarkAbsent(r recipe.Run, labels []int32, classes []string, part []int, consequence string) {
	there := make([]bool, len(classes))
	for _, at := range part {
		if l := labels[at]; l >= 0 && int(l) < len(classes) {
			there[l] = true
		}
	}
	var absent []string
	for i, name := range classes {
		if !there[i] {
			absent = append(absent, fmt.Sprintf("%q", name))
		}
	}
	if len(absent) > 0 && len(part) > 0 {
		r.Logf("no example of %s among the %d %s; more data, another seed or another share for validation may help",
			strings.Join(absent, ", "), len(part), consequence)
	}
}

// RemarkSplit does so for both parts of a split.
func RemarkSplit(r recipe.Run, labels []int32, classes []string, train, validation []int) {
	remarkAbsent(r, labels, classes, train, "texts to train on: the model will not learn it")
	remarkAbsent(r, labels, classes, validation, "texts for validation: its figures say nothing about it")
}
