package fit

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// header is that of the table that grows, whose lines row prints.
func (s *Search) header() string {
	return fmt.Sprintf("%-36s %-9s %s", "candidate", s.figure(), "90 % interval    training  each      size")
}

// told is what a search asks for.
func (s *Search) told() string {
	if _, texts := s.data.(*labelled); texts {
		return "the label to be told from the text"
	}
	return "the target to be told from these columns"
}

// row is a line of the table.
func row(o Outcome) string {
	if o.Rows == 0 {
		if o.Wants != "" {
			return fmt.Sprintf("%-36s %s, --time %s would do", o.Name, o.Note, o.Wants)
		}
		return fmt.Sprintf("%-36s %s", o.Name, o.Note)
	}
	text := fmt.Sprintf("%-36s %6.2f %%  %5.1f to %5.1f", o.Name, 100*o.Accuracy, 100*o.Low, 100*o.High)
	if o.RMSE > 0 {
		text = fmt.Sprintf("%-36s %8.5g  %.4g to %.4g", o.Name, o.RMSE, o.Low, o.High)
	}
	if o.Bytes > 0 {
		text += fmt.Sprintf("  %8s  %6.2f ms  %s", seconds(o.Seconds), o.Milliseconds, size(o.Bytes))
	}
	if o.Note != "" {
		text += "  (" + o.Note + ")"
	}
	return text
}

// seconds is a time for people.
func seconds(s float64) string {
	switch {
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 600:
		return fmt.Sprintf("%.0f s", s)
	}
	return fmt.Sprintf("%.0f min", s/60)
}

// size is a number of bytes for people.
func size(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// measured is how many rows candidates are measured on.
func (s *Search) measured() (n int) {
	for _, p := range s.parts {
		n += len(p.rows)
	}
	return n
}

// scheme says how the rows are parted.
func (s *Search) scheme() string {
	how := fmt.Sprintf("candidates are compared by cross-validation in %d parts of %d rows", len(s.parts), len(s.learn))
	if n := s.measured(); n < len(s.learn) {
		how = fmt.Sprintf("candidates are compared on %d rows of %d, in %d parts that each is trained without", n, len(s.learn), len(s.parts))
	}
	if s.copies > 0 {
		how += fmt.Sprintf("; %d rows are near copies of others: each part has whole wordings, and some rows of others, so that a half of the figures is about texts that are worded anew", s.copies)
	}
	if len(s.test.rows) == 0 {
		return how + fmt.Sprintf("; %d rows are too few to set some aside for the expected %s", len(s.corpus.Labels), s.figure())
	}
	return how + fmt.Sprintf("; %d rows are set aside, choose nothing, and say what %s to expect", len(s.test.rows), s.figure())
}

// WritePlan prints what would be tried, in order, and how long it is thought to
// take.
func (s *Search) WritePlan(w io.Writer) error {
	var b strings.Builder
	if err := s.data.report(&b); err != nil {
		return err
	}
	fmt.Fprintf(&b, "%s\n%-36s %s\n", s.scheme(), "candidate", "about so long for each of its trainings")
	left := s.Time.Seconds()
	for _, t := range s.tries {
		need := float64(float64(len(s.parts)) * t.Seconds)
		note := ""
		if left -= need; left < float64(2*t.Seconds) && !t.Always {
			note = fmt.Sprintf("  (not all of it, or none, in the %v that there are)", s.Time)
		}
		fmt.Fprintf(&b, "%-36s %s%s\n", t.Name, seconds(t.Seconds), note)
	}
	b.WriteString("the best is trained on all rows\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// tell prints a candidate that is done.
func (s *Search) tell(t *try) error {
	o := s.outcome(t)
	s.logf("%s", row(o))
	if s.Tell == nil {
		return nil
	}
	return s.Tell(o)
}

// outcome is what there is to say of a candidate.
func (s *Search) outcome(t *try) Outcome {
	o := Outcome{Name: t.Name, Recipe: t.Recipe, Note: t.note, Wants: t.wants}
	if len(t.done) == 0 {
		return o
	}
	i := s.interval(s.gains(t))
	n := i.Rows
	o.Accuracy, o.RMSE, o.Low, o.High, o.Rows = i.Accuracy, i.RMSE, i.Low, i.High, n
	for _, m := range t.done {
		o.Seconds += m.Seconds
		o.Milliseconds += 1000 * m.Predicting / float64(max(1, n))
		o.Bytes = max(o.Bytes, m.Bytes)
	}
	return o
}

// outcomes are all candidates, the best first and those that were not measured
// last.
func (s *Search) outcomes(best *try) []Outcome {
	list := slices.Clone(s.tries)
	whole := s.whole()
	slices.SortStableFunc(list, func(a, b *try) int {
		switch {
		case a == b:
			return 0
		case a == best || b == best:
			return before(a == best)
		case (len(a.done) > 0) != (len(b.done) > 0):
			return before(len(a.done) > 0)
		case s.score(a, whole) != s.score(b, whole):
			return before(s.score(a, whole) > s.score(b, whole))
		}
		return 0
	})
	var out []Outcome
	for _, t := range list {
		out = append(out, s.outcome(t))
	}
	return out
}

func before(yes bool) int {
	if yes {
		return -1
	}
	return 1
}
