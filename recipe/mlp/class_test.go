package mlp_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/mlp"
)

// customers are rows whose churn no line divides: who is young and pays much, or is
// old and pays little, stays; one label in twenty is wrong.
func customers(t *testing.T, rows int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 6))
	table := [][]string{{"age", "pays", "plan", "churn"}}
	for range rows {
		age, pays, plan := 20+60*rng.Float64(), 100*rng.Float64(), []string{"basic", "gold"}[rng.IntN(2)]
		churn := "stays"
		if (age < 50) != (pays > 50) {
			if churn = "leaves"; plan == "gold" && rng.IntN(2) == 0 {
				churn = "asks"
			}
		}
		if rng.IntN(20) == 0 {
			churn = []string{"stays", "leaves", "asks"}[rng.IntN(3)]
		}
		table = append(table, []string{fmt.Sprintf("%.1f", age), fmt.Sprintf("%.2f", pays), plan, churn})
	}
	return fixture.CSV(t, table)
}

func classes(t *testing.T, m *zoo.Model) *mlp.TableClassifier {
	t.Helper()
	c, ok := m.Value.(*mlp.TableClassifier)
	if !ok {
		t.Fatalf("a %T", m.Value)
	}
	return c
}

// A target of words is a class: the network finds what logistic regression cannot,
// says so on rows that it never saw, and answers the same after it was saved.
func TestTableClasses(t *testing.T) {
	ctx := context.Background()
	path := customers(t, 1500)
	r, b := smallTable(t, 40)
	b.ClassWeights = "balanced"
	var log bytes.Buffer
	m := fixture.Train(t, r, openTable(t, path, zoo.TableColumns{Target: "churn"}), zoo.Run{Log: &log})
	c := classes(t, m)
	if got := c.Classes(); !slices.Equal(got, []string{"asks", "leaves", "stays"}) || c.Target() != "churn" {
		t.Fatalf("classes %q of %q", got, c.Target())
	}
	metrics := m.Artefact.Card.Metrics
	if metrics["test_accuracy"] < 0.75 || metrics["test_accuracy"] < metrics["logistic_test_accuracy"]+0.1 || metrics["frequent_test_accuracy"] > 0.7 {
		t.Errorf("metrics %v", metrics)
	}
	for _, says := range []string{`a class of: "asks"`, "held out: this model", "held out: logistic regression", `held out: always "stays"`} {
		if !strings.Contains(log.String(), says) {
			t.Errorf("the log lacks %q:\n%s", says, log.String())
		}
	}
	again, _ := fixture.Reopened(t, m)
	rows := [][]string{{"30", "90", "basic"}, {"70", "90", "basic"}, {"70", "", "silver"}}
	want, err := c.AnswerRows(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	got, err := classes(t, again).AnswerRows(ctx, rows)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if got[i].Label != want[i].Label || !slices.Equal(got[i].Probabilities, want[i].Probabilities) || len(got[i].Probabilities) != 3 {
			t.Errorf("row %d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if want[0].Label != "stays" || want[1].Label == "stays" || !slices.Equal(want[2].Unknown, []string{"plan"}) || !slices.Equal(want[2].Missing, []string{"pays"}) {
		t.Errorf("%+v", want)
	}
	data, err := c.MeasureSource().Open(path, recipe.DataConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Measure(ctx, data)
	if err != nil || e.Examples != 1500 || *e.Accuracy < 0.75 || !strings.Contains(e.Text, "precision") {
		t.Errorf("measured %+v, %v", e, err)
	}
}

// Numbers are classes where that is said, in their order, and a table of few whole
// numbers is asked about before a model is chosen for it.
func TestTableTask(t *testing.T) {
	ctx := context.Background()
	table := [][]string{{"x", "grade"}}
	for i := range 200 {
		table = append(table, []string{fmt.Sprint(i), []string{"10", "2", "1"}[i*3/200]})
	}
	path := fixture.CSV(t, table)
	r, b := smallTable(t, 20)
	b.Columns.Task = "classification"
	c := classes(t, fixture.Train(t, r, openTable(t, path, zoo.TableColumns{}), zoo.Run{}))
	if got := c.Classes(); !slices.Equal(got, []string{"1", "2", "10"}) {
		t.Errorf("classes %q", got)
	}
	a, err := c.AnswerRows(ctx, [][]string{{"5"}, {"195"}})
	if err != nil || a[0].Label != "10" || a[1].Label != "1" {
		t.Errorf("%+v, %v", a, err)
	}
	for task, doubt := range map[string]string{"": "--task classification", "regression": "", "classification": ""} {
		loaded, err := openTable(t, path, zoo.TableColumns{Task: task}).Load(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := loaded.Doubt(); (err == nil) != (doubt == "") || err != nil && !strings.Contains(err.Error(), doubt) {
			t.Errorf("task %q: %v", task, err)
		}
	}
}

// A column that was written down after the target is told of.
func TestGiveaways(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	table := [][]string{{"x", "refund", "reason", "left"}}
	for range 300 {
		left, refund, reason := "no", "0", "none given"
		if rng.IntN(3) == 0 {
			left, refund, reason = "yes", fmt.Sprint(1+rng.IntN(90)), "moved"
		}
		table = append(table, []string{fmt.Sprint(rng.IntN(1000)), refund, reason, left})
	}
	var log bytes.Buffer
	r, _ := smallTable(t, 2)
	fixture.Train(t, r, openTable(t, fixture.CSV(t, table), zoo.TableColumns{Target: "left"}), zoo.Run{Log: &log})
	for name, want := range map[string]bool{"x": false, "refund": true, "reason": true} {
		if got := strings.Contains(log.String(), fmt.Sprintf("column %q alone", name)); got != want {
			t.Errorf("%s: %v\n%s", name, got, log.String())
		}
	}
}

// Linear regression is solved at once, and is the line that the baseline finds.
func TestTableLinear(t *testing.T) {
	r := fixture.Recipe(t, "table-linear")
	m := fixture.Train(t, r, openTable(t, houses(t, 400), zoo.TableColumns{}), zoo.Run{})
	metrics := m.Artefact.Card.Metrics
	if d := metrics["test_rmse"] - metrics["linear_test_rmse"]; d > 1e-3 || d < -1e-3 || metrics["test_r2"] < 0.5 {
		t.Errorf("metrics %v", metrics)
	}
}
