package fit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/recipe"
)

// mostMembers is how many candidates are joined at most.
const mostMembers = 3

// means returns the means of the best two and of the best three candidates, of
// different kinds. Their answers on the parts that all members were measured on
// follow from those of the members, so that trying them costs nothing.
func (s *Search) means() ([]*try, error) {
	if _, texts := s.data.(*labelled); !texts {
		return nil, nil
	}
	best, whole := map[string]*try{}, s.whole()
	var kinds []string
	for _, t := range s.tries {
		if !t.eligible() {
			continue
		}
		if best[t.Kind] == nil {
			kinds = append(kinds, t.Kind)
		}
		if best[t.Kind] == nil || s.better(t, best[t.Kind], whole) {
			best[t.Kind] = t
		}
	}
	slices.SortStableFunc(kinds, func(a, b string) int {
		switch {
		case s.better(best[a], best[b], whole):
			return -1
		case s.better(best[b], best[a], whole):
			return 1
		}
		return 0
	})
	var out []*try
	for n := 2; n <= min(mostMembers, len(kinds)); n++ {
		var members []*try
		for _, kind := range kinds[:n] {
			members = append(members, best[kind])
		}
		// In the order in which they were tried: what is joined does not depend on
		// which of them is the better one.
		slices.SortStableFunc(members, func(a, b *try) int { return cmp.Compare(slices.Index(s.tries, a), slices.Index(s.tries, b)) })
		t := &try{members: members}
		t.Always = true
		var recipes []recipe.Recipe
		var names []string
		for _, m := range members {
			t.Seconds += m.Seconds
			t.General = t.General || m.General
			t.Always = t.Always && m.Always
			recipes, names = append(recipes, m.Recipe), append(names, m.Name)
		}
		joined, ok, err := s.zoo.Families.Join(recipes)
		if err != nil || !ok {
			return nil, err
		}
		*joined.Body.SeedPtr() = s.Seed
		t.Recipe, t.Name, t.Kind = joined, "mean of "+strings.Join(names, ", "), "mean"
		if t.key, err = key(t.Candidate); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// shared is how many parts all members of a mean were measured on.
func (t *try) shared() int {
	n := len(t.members[0].done)
	for _, m := range t.members {
		n = min(n, len(m.done))
	}
	return n
}

// mean is what a mean answers on a part.
func (s *Search) mean(t *try, part int) *measurement {
	m := s.joined(t, len(s.parts[part].rows), func(one *try) *measurement { return &one.done[part] })
	for _, one := range t.members {
		m.Bytes += one.done[part].Bytes
		m.Seconds += one.done[part].Seconds
		m.Predicting += one.done[part].Predicting
	}
	if part == 0 && s.dear() {
		m.Aside = s.joined(t, len(s.test.rows), func(one *try) *measurement { return one.done[0].Aside })
	}
	return m
}

// joined is the mean of what the members of t answer to so many rows.
func (s *Search) joined(t *try, rows int, of func(one *try) *measurement) *measurement {
	m := &measurement{}
	classes := len(s.corpus.Classes)
	p := make([]float64, classes)
	for row := range rows {
		clear(p)
		for _, one := range t.members {
			for k := range p {
				p[k] += of(one).probability(row, k, classes)
			}
		}
		for k := range p {
			p[k] /= float64(len(t.members))
		}
		m.add(int32(classify.Most(p)), p)
	}
	return m
}
