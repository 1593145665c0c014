package fit

import (
	"math"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
)

// The ends of Wilson's interval are the shares from which the measured one is
// as many of their standard errors away as the level says.
func TestWilson(t *testing.T) {
	for _, c := range []struct{ right, n int }{{8, 10}, {0, 20}, {20, 20}, {1, 1}, {431, 500}, {3, 4000}} {
		var rows sample
		for k := range c.n {
			x := 0.0
			if k < c.right {
				x = 1
			}
			rows.add(int32(k), x, 1)
		}
		i := rows.interval()
		p, n := float64(c.right)/float64(c.n), float64(c.n)
		for _, end := range []float64{i.Low, i.High} {
			if away := math.Abs(p-end) - quantile*math.Sqrt(end*(1-end)/n); end != 0 && end != 1 && math.Abs(away) > 1e-12 {
				t.Errorf("%d of %d: %v is off by %v", c.right, c.n, end, away)
			}
		}
		if i.Accuracy != p || i.Rows != c.n || !(i.Low <= p && p <= i.High) || i.Low == i.High {
			t.Errorf("%d of %d: %+v", c.right, c.n, i)
		}
	}
}

// made is a search over n rows of class 1 in two parts, and candidates that are
// right on the rows that right says.
func made(n int) (*Search, func(name string, seconds float64, parts int, right func(row int) bool) *try) {
	s := &Search{corpus: &texts.Corpus{Classes: []string{"a", "b"}}}
	s.parts = make([]part, 2)
	for i := range n {
		s.corpus.Labels = append(s.corpus.Labels, 1)
		s.learn = append(s.learn, i)
		s.units = append(s.units, int32(i))
		p := &s.parts[i%2]
		p.rows, p.weight = append(p.rows, i), append(p.weight, 1)
	}
	return s, func(name string, seconds float64, parts int, right func(int) bool) *try {
		t := &try{Candidate: recipe.Candidate{Name: name, Seconds: seconds}, whole: parts == 2}
		t.Family = &recipe.Family{}
		for _, p := range s.parts[:parts] {
			m := measurement{}
			for _, row := range p.rows {
				if right(row) {
					m.add(1, []float64{0.1, 0.9})
				} else {
					m.add(0, []float64{0.6, 0.4})
				}
			}
			t.done = append(t.done, m)
		}
		s.tries = append(s.tries, t)
		return t
	}
}

// below is right on rows whose last two digits are below k.
func below(k int) func(int) bool { return func(row int) bool { return row%100 < k } }

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		name, want, says string
		add              func(add func(string, float64, int, func(int) bool) *try)
	}{
		{"the dearer one is much better", "dear", "dear is the best", func(add func(string, float64, int, func(int) bool) *try) {
			add("cheap", 1, 2, below(70))
			add("dear", 100, 2, below(80))
		}},
		{"the dearer one is better by a row of 1,000", "cheap", "within the noise", func(add func(string, float64, int, func(int) bool) *try) {
			add("cheap", 1, 2, func(row int) bool { return row%100 < 70 && row != 3 })
			add("dear", 100, 2, below(70))
		}},
		{"as dear: the better one by a row", "second", "second is the best", func(add func(string, float64, int, func(int) bool) *try) {
			add("first", 1, 2, func(row int) bool { return row%100 < 70 && row != 3 })
			add("second", 1.5, 2, below(70))
		}},
		{"among the cheap that are near, the best", "second", "within the noise", func(add func(string, float64, int, func(int) bool) *try) {
			add("first", 1, 2, func(row int) bool { return row%100 < 70 && row != 3 })
			add("second", 1.5, 2, below(70))
			add("dear", 100, 2, func(row int) bool { return row%100 < 70 || row == 99 })
		}},
		{"measured on half of the rows and much better", "dear", "dear is the best", func(add func(string, float64, int, func(int) bool) *try) {
			add("cheap", 1, 2, below(70))
			add("dear", 100, 1, below(80))
		}},
		{"measured on half of the rows, which are easy", "cheap", "cheap is the best", func(add func(string, float64, int, func(int) bool) *try) {
			add("cheap", 1, 2, func(row int) bool { return row%2 == 0 || row%100 < 50 })
			add("dear", 100, 1, func(row int) bool { return row%2 == 0 && row != 4 })
		}},
		{"given up", "cheap", "cheap is the best", func(add func(string, float64, int, func(int) bool) *try) {
			add("cheap", 1, 2, below(70))
			add("dear", 100, 1, below(90)).lost = true
		}},
	} {
		s, add := made(1000)
		c.add(add)
		best, why := s.choose()
		if best == nil || best.Name != c.want || !strings.Contains(why, c.says) {
			t.Errorf("%s: %v (%s), want %s", c.name, best, why, c.want)
		}
	}
	s, _ := made(10)
	if best, _ := s.choose(); best != nil {
		t.Errorf("of none: %v", best)
	}
}

func TestHopeless(t *testing.T) {
	s, add := made(1000)
	add("best", 1, 2, below(80))
	for name, c := range map[string]struct {
		right func(int) bool
		want  bool
	}{
		"much worse":     {below(60), true},
		"a little worse": {func(row int) bool { return row%100 < 80 && row%250 != 0 }, false},
		"better":         {below(90), false},
	} {
		if got := s.hopeless(add(name, 1, 1, c.right)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		s.tries = s.tries[:1]
	}
	few, add := made(40)
	add("best", 1, 2, below(100))
	if few.hopeless(add("worse", 1, 1, below(0))) {
		t.Error("20 rows tell")
	}
}

// The difference of two candidates has the mean and the standard error of the
// differences of each row.
func TestDifference(t *testing.T) {
	s, add := made(200)
	a, b := add("a", 1, 2, below(60)), add("b", 1, 2, func(row int) bool { return row%100 < 50 || row%100 >= 97 })
	mean, err, n := s.difference(a, b)
	sum, squares := 0.0, 0.0
	for row := range 200 {
		d := 0.0
		if row%100 >= 50 && row%100 < 60 {
			d = 1
		} else if row%100 >= 97 {
			d = -1
		}
		sum += d
		squares += d * d
	}
	want := math.Sqrt((squares/200 - sum/200*sum/200) / 199)
	if n != 200 || math.Abs(mean-sum/200) > 1e-15 || math.Abs(err-want) > 1e-12 {
		t.Errorf("%v ± %v of %d rows, want %v ± %v", mean, err, n, sum/200, want)
	}
}
