package classify_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/classify"
)

// Four texts with known classes are measured: two answers are right, one is
// wrong, and one is right but hardly sure.
func Example() {
	said := [][]float64{{0.9, 0.1}, {0.2, 0.8}, {0.7, 0.3}, {0.45, 0.55}}
	e := classify.Evaluate(classify.Answers{
		Labels:        []int32{0, 1, 1, 1},
		Lengths:       []int{12, 80, 150, 300},
		Probabilities: func(text int, _ float64) []float64 { return said[text] },
	}, 1)
	fmt.Printf("%d texts: accuracy %.2f, loss %.3f, calibration error %.4f\n", e.Examples, e.Accuracy, e.Loss, e.Calibration)
	for _, bin := range e.ByLength[:3] {
		fmt.Printf("to %d tokens: %d texts, accuracy %g\n", bin.Tokens, bin.Examples, bin.Accuracy)
	}
	// Output:
	// 4 texts: accuracy 0.75, loss 0.533, calibration error 0.3625
	// to 100 tokens: 2 texts, accuracy 1
	// to 200 tokens: 1 texts, accuracy 0
	// to 400 tokens: 1 texts, accuracy 1
}

// What scikit-learn's classification_report and confusion_matrix say, and whether
// two classifiers differ by more than chance.
func ExampleEvaluation_Report() {
	labels, lengths := []int32{0, 0, 0, 1, 1, 1}, make([]int, 6)
	measure := func(second ...float64) *classify.Evaluation { // by the probabilities of the second class
		return classify.Evaluate(classify.Answers{Labels: labels, Lengths: lengths, Probabilities: func(text int, _ float64) []float64 {
			return []float64{1 - second[text], second[text]}
		}}, 1)
	}
	e := measure(0.1, 0.2, 0.7, 0.9, 0.8, 0.95)
	report, err := e.Report([]string{"negative", "positive"})
	if err != nil {
		panic(err)
	}
	for k, c := range report.Classes {
		fmt.Printf("%s: precision %.2f, recall %.2f, F1 %.3f of %d; answered as %v\n", c.Name, c.Precision, c.Recall, c.F1, c.Examples, report.Confusion[k])
	}
	at := e.AccuracyInterval()
	fmt.Printf("macro F1 %.3f, accuracy %.2f to %.2f\n", report.Macro.F1, at.Low, at.High)
	for _, m := range e.Worst(1) {
		fmt.Printf("text %d is %d, answered %d with %.2f\n", m.Text, m.Truth, m.Answer, m.Probability)
	}
	c, err := classify.Compare(e, measure(0.6, 0.7, 0.9, 0.9, 0.8, 0.7))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d against %d, p = %.2g\n", c.OnlyFirst, c.OnlySecond, c.P)
	// Output:
	// negative: precision 1.00, recall 0.67, F1 0.800 of 3; answered as [2 1]
	// positive: precision 0.75, recall 1.00, F1 0.857 of 3; answered as [0 3]
	// macro F1 0.829, accuracy 0.44 to 0.97
	// text 2 is 0, answered 1 with 0.70
	// 2 against 0, p = 0.5
}
