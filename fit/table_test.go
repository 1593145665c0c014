package fit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/fit"
	"github.com/gorgonia-zoo/zoo/internal/fixture"
)

// numbers are rows of a table whose y is 3a - 2b with noise of deviation 1, and
// whose class says whether it is above 0.
func numbers(t *testing.T, n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	table := [][]string{{"a", "b", "class", "y"}}
	for range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		y := 3*a - 2*b + rng.NormFloat64()
		table = append(table, []string{fmt.Sprintf("%.3f", a), fmt.Sprintf("%.3f", b), map[bool]string{true: "high", false: "low"}[y > 0], fmt.Sprintf("%.3f", y)})
	}
	return fixture.CSV(t, table)
}

// Of a table a number is predicted, or a class, and the linear model wins where the
// truth is linear.
func TestRunTable(t *testing.T) {
	path := numbers(t, 400)
	for _, c := range []struct {
		columns zoo.TableColumns
		figure  string
	}{{zoo.TableColumns{Target: "y", Ignore: []string{"class"}}, "rmse"}, {zoo.TableColumns{Target: "class", Ignore: []string{"y"}}, "accuracy"}} {
		table, err := zoo.OpenTable(path, c.columns)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		r, err := fit.Run(t.Context(), plain(), table, fit.Config{Seed: 1, Log: &log})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(r.Best, "table-linear") || r.Expected == nil {
			t.Errorf("%s: the best is %s:\n%s", c.figure, r.Best, log.String())
		}
		text, err := json.Marshal(r.Candidates[0])
		if err != nil || !strings.Contains(string(text), `"`+c.figure+`":`) {
			t.Errorf("%s: %s, %v", c.figure, text, err)
		}
		if v := r.Expected.Value(); c.figure == "rmse" && (v < 0.8 || v > 1.2) || c.figure == "accuracy" && v < 0.8 {
			t.Errorf("%s: expected %v", c.figure, r.Expected)
		}
		if card := r.Model.Artefact.Card; card.Metrics["expected_"+c.figure] != r.Expected.Value() {
			t.Errorf("%s: card %v", c.figure, card.Metrics)
		}
		again, err := fit.Run(t.Context(), plain(), table, fit.Config{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if one, two := files(t, r.Model), files(t, again.Model); one["card.json"] != two["card.json"] || len(one) != len(two) {
			t.Errorf("%s: the same search has another card", c.figure)
		}
	}
}

// What was not tried has no figures.
func TestOutcomeJSON(t *testing.T) {
	text, err := json.Marshal(fit.Outcome{Name: "a", Note: "not tried"})
	if err != nil || string(text) != `{"name":"a","rows":0,"note":"not tried"}` {
		t.Errorf("%s, %v", text, err)
	}
	text, err = json.Marshal(fit.Outcome{Name: "a", Rows: 5, High: 0.4})
	if err != nil || !strings.Contains(string(text), `"accuracy":0,"low":0,"high":0.4,"rows":5`) {
		t.Errorf("%s, %v", text, err)
	}
}
