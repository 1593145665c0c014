package texts

import (
	"context"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// Measured is how an Answerer does: one of its fields, by the kind of its task.
type Measured struct {
	Classes *classify.Evaluation
	Labels  *classify.LabelEvaluation
	Numbers *classify.NumberEvaluation
}

// EvaluateAnswers measures a model on one part of data that is given what the model
// answers: several labels, numbers, or classes of pairs.
func EvaluateAnswers(ctx context.Context, m classify.Answerer, data *Set, part datasets.Part) (out Measured, err error) {
	task := m.Task()
	if data.Kind() != task.Kind || data.Pairs() != task.Pairs {
		return out, fmt.Errorf("zoo: eval: the model answers %s, and the data is read for %s: %w", about(task.Kind, task.Pairs), about(data.Kind(), data.Pairs()), recipe.ErrUsage)
	}
	examples, classes, err := data.Marked(ctx, part)
	if err != nil {
		return out, fmt.Errorf("zoo: data: %w", err)
	}
	var inputs []classify.Input
	var marks []datasets.Marked
	for e, err := range examples {
		if err != nil {
			return out, fmt.Errorf("zoo: data: %w", err)
		}
		inputs = append(inputs, classify.Input{Text: e.Text, Pair: e.Pair})
		e.Text, e.Pair = "", ""
		marks = append(marks, e)
	}
	if len(inputs) == 0 {
		return out, fmt.Errorf("zoo: data: %s has no examples", data.path)
	}
	answers, err := m.AnswerAll(ctx, inputs)
	if err != nil {
		return out, err
	}
	if len(answers) != len(inputs) {
		return out, fmt.Errorf("zoo: eval: the model has %d answers to %d texts", len(answers), len(inputs))
	}
	switch task.Kind {
	case classify.Number:
		truth, said := make([]float64, len(marks)), make([]float64, len(marks))
		for i := range marks {
			truth[i], said[i] = marks[i].Value, answers[i].Number
		}
		out.Numbers, err = classify.EvaluateNumbers(truth, said)
		return out, err
	case classify.Several:
		sets, err := relabelAll(marks, classes, task.Classes)
		if err != nil {
			return out, err
		}
		out.Labels, err = classify.EvaluateLabels(classify.Marks{Labels: sets, Probabilities: func(i int, _ float64) []float64 { return answers[i].Probabilities }},
			task.Classes, task.Thresholds, 1)
		return out, err
	}
	labels, lengths := make([]int32, len(marks)), make([]int, len(marks))
	for i := range marks {
		labels[i], lengths[i] = int32(marks[i].Label), answers[i].Tokens
	}
	if labels, err = Relabel(labels, classes, task.Classes); err != nil {
		return out, err
	}
	out.Classes = classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(i int, _ float64) []float64 { return answers[i].Probabilities }}, 1)
	return out, nil
}

// about says what is answered.
func about(kind classify.Kind, pairs bool) string {
	what := map[classify.Kind]string{classify.OneClass: "one class of each text", classify.Several: "several labels of a text", classify.Number: "a number for each text"}[kind]
	if pairs {
		what += " and its pair"
	}
	return what
}

// relabelAll is Relabel for several labels.
func relabelAll(marks []datasets.Marked, from, to []string) ([][]int32, error) {
	table := make([]int32, len(from))
	for i, name := range from {
		at := slices.Index(to, name)
		if at < 0 {
			return nil, fmt.Errorf("zoo: data: label %q is none of the model's %q", name, to)
		}
		table[i] = int32(at)
	}
	out := make([][]int32, len(marks))
	for i, m := range marks {
		for _, k := range m.Labels {
			out[i] = append(out[i], table[k])
		}
		slices.Sort(out[i])
	}
	return out, nil
}
