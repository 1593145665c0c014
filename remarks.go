package zoo

import (
	"fmt"
	"math"
	"strings"

	"github.com/gorgonia-zoo/zoo/train"
)

// remarkAbsent says which classes a part of the data has no example of: a
// split at random may leave a rare one out, and then figures of that part say
// nothing about it.
func (r Run) remarkAbsent(labels []int32, classes []string, part []int, consequence string) {
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
		r.logf("no example of %s among the %d %s; more data, another seed or another share for validation may help",
			strings.Join(absent, ", "), len(part), consequence)
	}
}

// remarkSplit does so for both parts of a split.
func (r Run) remarkSplit(labels []int32, classes []string, train, validation []int) {
	r.remarkAbsent(labels, classes, train, "texts to train on: the model will not learn it")
	r.remarkAbsent(labels, classes, validation, "texts for validation: its figures say nothing about it")
}

// remarkLoss says where training has made a model worse than one that gives
// every class the same probability, whose loss is the logarithm of their
// number.
func (r Run) remarkLoss(result train.Result, classes int) {
	if n := len(result.History); n > 0 {
		if loss, guess := result.History[n-1].Loss, math.Log(float64(classes)); loss > 2*guess {
			r.logf("the loss of the last epoch is %.3g, that of guessing %.3g: it has not learned; a lower learning rate may help", loss, guess)
		}
	}
}
