package classify

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// several is what testdata/several.py wrote.
type several struct {
	Several []struct {
		Name                   string
		Truth                  [][]int32
		Probabilities          [][]float64
		Thresholds             []float64
		Subset, Hamming, Loss  float64
		Micro, Macro, Weighted [3]float64
		Precision, Recall, F1  []float64
		Examples               []int
	}
	Numbers []struct {
		Name                             string
		Truth, Answers                   []float64
		RMSE, MAE, R2, Pearson, Spearman float64
		Mean                             float64 `json:"mean_rmse"`
	}
}

func readSeveral(t *testing.T) (g several) {
	t.Helper()
	text, err := os.ReadFile("testdata/several.json")
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// close holds figures to those of scikit-learn.
func close(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func closeScore(t *testing.T, what string, got Score, want [3]float64) {
	t.Helper()
	close(t, what+" precision", got.Precision, want[0])
	close(t, what+" recall", got.Recall, want[1])
	close(t, what+" f1", got.F1, want[2])
}

func TestEvaluateLabelsAsScikitLearn(t *testing.T) {
	for _, g := range readSeveral(t).Several {
		t.Run(g.Name, func(t *testing.T) {
			names := []string{"a", "b", "c", "d", "e"}[:len(g.Thresholds)]
			e, err := EvaluateLabels(Marks{Labels: g.Truth, Probabilities: func(i int, _ float64) []float64 { return g.Probabilities[i] }}, names, g.Thresholds, 1)
			if err != nil {
				t.Fatal(err)
			}
			close(t, "subset accuracy", e.Subset, g.Subset)
			close(t, "hamming loss", e.Hamming, g.Hamming)
			close(t, "loss", e.Loss, g.Loss)
			closeScore(t, "micro", e.Micro, g.Micro)
			closeScore(t, "macro", e.Macro, g.Macro)
			closeScore(t, "weighted", e.Weighted, g.Weighted)
			for k, l := range e.Labels {
				closeScore(t, l.Name, l.Score, [3]float64{g.Precision[k], g.Recall[k], g.F1[k]})
				if l.Examples != g.Examples[k] || l.Threshold != g.Thresholds[k] {
					t.Errorf("label %s: %+v", l.Name, l)
				}
			}
		})
	}
}

func TestEvaluateNumbersAsScikitLearn(t *testing.T) {
	for _, g := range readSeveral(t).Numbers {
		e, err := EvaluateNumbers(g.Truth, g.Answers)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []struct {
			name      string
			got, want float64
		}{{"rmse", e.RMSE, g.RMSE}, {"mae", e.MAE, g.MAE}, {"r2", e.R2, g.R2}, {"pearson", e.Pearson, g.Pearson}, {"spearman", e.Spearman, g.Spearman}, {"mean", e.Mean, g.Mean}} {
			close(t, g.Name+": "+f.name, f.got, f.want)
		}
		if worst := e.Worst(1); math.Abs(g.Truth[worst[0]]-g.Answers[worst[0]]) < e.MAE {
			t.Errorf("%s: the worst answer is %d", g.Name, worst[0])
		}
	}
	if _, err := EvaluateNumbers([]float64{1}, nil); err == nil {
		t.Error("a text without an answer is measured")
	}
	if e, err := EvaluateNumbers([]float64{2, 2}, []float64{1, 3}); err != nil || e.R2 != 0 || e.Pearson != 0 || e.Spearman != 0 || e.RMSE != 1 || e.Mean != 0 {
		t.Errorf("numbers that do not vary: %+v, %v", e, err)
	}
}

func TestGiven(t *testing.T) {
	for _, c := range []struct {
		p, thresholds []float64
		want          []int
	}{
		{[]float64{0.2, 0.9, 0.6}, []float64{0.5, 0.5, 0.5}, []int{1, 2}},
		{[]float64{0.5, 0.5, 0.7}, []float64{0.5, 0.5, 0.8}, []int{0, 1}},
		{[]float64{0.1}, []float64{0.5}, nil},
	} {
		if got := Given(c.p, c.thresholds); !slices.Equal(got, c.want) {
			t.Errorf("of %v from %v: %v, want %v", c.p, c.thresholds, got, c.want)
		}
	}
}

// A label of many texts has the threshold of its best F1; one of few takes that of
// all together.
func TestFitThresholds(t *testing.T) {
	var m Marks
	var p [][]float64
	for i := range 100 {
		var truth []int32
		row := []float64{0.1, 0.05}
		if i < 30 { // found from 0.2 on
			truth, row[0] = append(truth, 0), 0.3
		}
		if i >= 95 { // five texts: too few to tell
			truth, row[1] = append(truth, 1), 0.06
		}
		m.Labels, p = append(m.Labels, truth), append(p, row)
	}
	m.Probabilities = func(i int, _ float64) []float64 { return p[i] }
	got, err := m.FitThresholds(2, 1)
	if err != nil || got[0] != 0.2 || got[1] != 0.2 {
		t.Errorf("thresholds %v (%v), want 0.2 of its own and 0.2 of all", got, err)
	}
	e, err := EvaluateLabels(m, []string{"a", "b"}, got, 1)
	if err != nil || e.Labels[0].F1 != 1 || e.Labels[1].F1 != 0 || e.Subset != 0.95 {
		t.Errorf("%+v, %v", e, err)
	}
	if worst := e.Worst(10); len(worst) != 5 || worst[0].Text != 95 {
		t.Errorf("worst %v", worst)
	}
	if _, err := (Marks{}).FitThresholds(2, 1); err == nil {
		t.Error("thresholds of no texts")
	}
}

// No text is measured by a threshold that it has chosen: of labels drawn at random
// the thresholds of all texts fit these, and the figures do not show it.
func TestHeldOutIsCrossed(t *testing.T) {
	m := Marks{Labels: make([][]int32, 4)}
	p := []float64{0.9, 0.1, 0.2, 0.8} // true of the first and, by chance, of the third
	m.Labels[0], m.Labels[2] = []int32{0}, []int32{0}
	m.Probabilities = func(i int, _ float64) []float64 { return []float64{p[i]} }
	e, thresholds, err := m.HeldOut([]string{"a"}, 1)
	if err != nil || len(thresholds) != 1 {
		t.Fatal(err)
	}
	// The even texts are judged by the odd ones, of which none has the label: from
	// 1/2 on, the default. The odd ones by the even ones: from 0.1 on.
	if e.Micro.Recall != 0.5 || e.Examples != 4 || len(e.Given(2)) != 0 {
		t.Errorf("%+v", e)
	}
	if _, _, err := (Marks{Labels: m.Labels[:1], Probabilities: m.Probabilities}).HeldOut([]string{"a"}, 1); err == nil {
		t.Error("one text chooses and measures")
	}
}

func TestFitTemperatureOfLabels(t *testing.T) {
	// Logits of 4 of which three of four are right: sigmoid(4/T) = 3/4.
	m := Marks{Labels: [][]int32{{0}, {0}, {0}, nil}, Probabilities: func(_ int, temperature float64) []float64 {
		return []float64{1 / (1 + math.Exp(-4/temperature))}
	}}
	if got, want := m.FitTemperature(), 4/math.Log(3); math.Abs(got-want) > 1e-4 {
		t.Errorf("temperature %v, want %v", got, want)
	}
}
