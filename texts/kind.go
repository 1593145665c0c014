package texts

import (
	"fmt"
	"iter"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/corpus"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Kind returns what the texts are given: a class, several labels or a number.
func (t *Set) Kind() classify.Kind {
	switch {
	case t.columns.Multi != "":
		return classify.Several
	case t.columns.Score != "":
		return classify.Number
	}
	return classify.OneClass
}

// Pairs tells that texts are read together with a second one.
func (t *Set) Pairs() bool { return t.columns.Pair != "" }

// corpusKind is Kind as package corpus has it.
func (t *Set) corpusKind() corpus.Kind {
	return map[classify.Kind]corpus.Kind{classify.Several: corpus.Several, classify.Number: corpus.Number}[t.Kind()]
}

// oneClass refuses data of another kind, in a sentence for whoever gave it to what
// learns classes alone.
func (t *Set) oneClass() error {
	what := ""
	switch {
	case t.Pairs():
		what = fmt.Sprintf("the texts of %s are read in pairs, with column %q", t.path, t.columns.Pair)
	case t.Kind() == classify.Several:
		what = fmt.Sprintf("the texts of %s have several labels", t.path)
	case t.Kind() == classify.Number:
		what = fmt.Sprintf("the texts of %s are given the number in column %q", t.path, t.columns.Score)
	default:
		return nil
	}
	return fmt.Errorf("zoo: data: %s, and one class of each text is learned here: %w", what, recipe.ErrUsage)
}

// marked is examples that have no more than a label.
func marked(examples iter.Seq2[datasets.Example, error]) iter.Seq2[datasets.Marked, error] {
	return func(yield func(datasets.Marked, error) bool) {
		for e, err := range examples {
			if !yield(datasets.Marked{Example: e}, err) {
				return
			}
		}
	}
}

// What a card calls the tasks of texts.
const (
	ClassTask  = "text classification"
	LabelTask  = "multi-label text classification"
	NumberTask = "text regression"
)

// Task is what a card calls what is learned of the data.
func (t *Set) Task() string {
	task := map[classify.Kind]string{classify.Several: LabelTask, classify.Number: NumberTask, classify.OneClass: ClassTask}[t.Kind()]
	if t.Pairs() {
		task += " of pairs"
	}
	return task
}
