package fit

import (
	"context"
	"fmt"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/weights"
)

// finish trains the chosen candidate on all rows, and puts on its card what was
// tried. Times are not on the card, which is the same for every machine.
func (s *Search) finish(ctx context.Context, best *try, r *Result) (*zoo.Model, error) {
	s.logf("%s is trained on all %d rows", best.Name, len(s.corpus.Labels))
	m, _, err := s.zoo.Train(ctx, best.Recipe, s.data.all(), zoo.Run{Card: s.Card})
	if err != nil {
		return nil, err
	}
	card := &m.Artefact.Card
	table := weights.Table{
		Title:   "Tried by zoo fit: " + s.scheme(),
		Columns: []string{"candidate", s.figure(), "90 % interval", "rows", "remark"},
	}
	for i, o := range r.Candidates {
		cells := []string{o.Name, "", "", "", o.Note}
		if o.Rows > 0 {
			format := "%.4f"
			if s.numbers != nil {
				format = "%.5g"
			}
			cells[1], cells[2], cells[3] = fmt.Sprintf(format, o.Value()), fmt.Sprintf(format+" to "+format, o.Low, o.High), fmt.Sprint(o.Rows)
		}
		if i == 0 {
			cells[4] = "chosen"
		}
		table.Rows = append(table.Rows, cells)
	}
	card.Tables = append(card.Tables, table)
	card.Limits = append(card.Limits, "Chosen by zoo fit: "+r.Why+".")
	card.Recipe.Options["fit"] = fmt.Sprintf("chosen by zoo fit --seed %d among %d candidates; this recipe alone makes the weights", s.Seed, len(r.Candidates)-1)
	if r.Expected == nil {
		card.Limits = append(card.Limits, "There were too few rows to set some aside: the figures of the table chose the model, and are a little too good for that.")
		return m, nil
	}
	if card.Metrics == nil {
		card.Metrics = map[string]float64{}
	}
	name := "expected_" + s.figure()
	card.Metrics[name], card.Metrics[name+"_low"], card.Metrics[name+"_high"] = r.Expected.Value(), r.Expected.Low, r.Expected.High
	if r.Known != nil {
		card.Metrics["expected_accuracy_known_wordings"], card.Metrics["expected_accuracy_new_wordings"] = r.Known.Accuracy, r.Anew.Accuracy
	}
	return m, nil
}

// figure is what candidates are compared by.
func (s *Search) figure() string {
	if s.numbers != nil {
		return "rmse"
	}
	return "accuracy"
}
