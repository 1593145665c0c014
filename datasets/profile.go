package datasets

import (
	"fmt"
	"strings"
)

// tally counts the cells that a way of reading understands, and keeps the first
// that it does not.
type tally struct {
	n    int
	line int
	odd  string
}

func (t *tally) count(ok bool, cell string, line int) {
	if ok {
		t.n++
	} else if t.line == 0 {
		t.line, t.odd = line, strings.Clone(cell)
	}
}

// profile is the evidence of a column's cells for each way of reading them.
type profile struct {
	cells  int    // with a value
	doubts absent // among them those of numberMarks, which count for nothing below

	plain, point, comma, truth, dmy, mdy, clock tally

	currency     string
	currencies   bool // two different
	percents     int
	single, firm int // numbers whose mark may be either, and those that say which
	firmComma    int // of these, those that say it is the comma
	dotted       int // plain numbers whose point may stand between thousands
	padded       int // plain numbers that begin with a needless zero
	orders       int // dates that say which of day and month is first
}

// add takes in a cell with a value, without spaces around it.
func (p *profile) add(cell string, line int, typed bool) {
	p.cells++
	if numberMarks.has(cell) {
		p.doubts.add(cell)
		return
	}
	_, plain := Number(cell)
	p.plain.count(plain, cell, line)
	if plain && typed {
		for _, t := range []*tally{&p.point, &p.comma} {
			t.count(true, cell, line)
		}
		for _, t := range []*tally{&p.truth, &p.dmy, &p.mdy, &p.clock} {
			t.count(false, cell, line)
		}
		return
	}
	if plain && len(cell) > 1 && cell[0] == '0' && cell[1] != '.' {
		p.padded++
	}
	if plain && strings.IndexByte(cell, '.') < 0 && strings.IndexByte(cell, ' ') < 0 { // a whole number: most cells
		p.point.n++
		p.comma.n++
		p.truth.count(cell == "0" || cell == "1", cell, line)
		for _, t := range []*tally{&p.dmy, &p.mdy, &p.clock} {
			t.count(false, cell, line)
		}
		return
	}
	if plain { // no date, and no word: what its point is remains
		p.point.n++
		dotted := groupedByPoints(cell)
		p.comma.count(dotted, cell, line)
		switch {
		case dotted:
			p.single++
			p.dotted++
		case strings.IndexByte(cell, '.') >= 0:
			p.firm++
		}
		p.truth.count(false, cell, line)
		for _, t := range []*tally{&p.dmy, &p.mdy, &p.clock} {
			t.count(false, cell, line)
		}
		return
	}
	n, _ := parseNumeral(cell)
	p.point.count(n.byPoint, cell, line)
	p.comma.count(n.byComma, cell, line)
	if n.byPoint || n.byComma {
		if n.percent {
			p.percents++
		}
		if n.currency != "" {
			if p.currencies = p.currencies || p.currency != "" && p.currency != n.currency; p.currency == "" {
				p.currency = strings.Clone(n.currency)
			}
		}
		switch {
		case n.single:
			p.single++
		case n.byComma != n.byPoint:
			if p.firm++; n.byComma {
				p.firmComma++
			}
		}
	}
	_, truth := boolean(cell)
	p.truth.count(truth, cell, line)
	m, _ := parseMoment(cell)
	p.dmy.count(m.byDMY && !m.clock, cell, line)
	p.mdy.count(m.byMDY && !m.clock, cell, line)
	p.clock.count(m.clock, cell, line)
	if m.byDMY != m.byMDY || m.dmy == m.mdy {
		p.orders++
	}
}

// groupedByPoints reports whether the points of a plain number may stand between
// thousands.
func groupedByPoints(cell string) bool {
	whole, fraction, found := strings.Cut(strings.TrimLeft(cell, "+-"), ".")
	return found && len(fraction) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' &&
		strings.Trim(whole, "0123456789") == "" && strings.Trim(fraction, "0123456789") == ""
}

// saysComma reports whether a column of numbers has decimal commas beyond doubt.
func (p *profile) saysComma() bool {
	n := p.cells - p.doubtful()
	return n > 0 && p.comma.n == n && p.firmComma > 0 && p.plain.n < n
}

// saysPoint reports whether it has decimal points beyond doubt.
func (p *profile) saysPoint() bool {
	n := p.cells - p.doubtful()
	return n > 0 && p.point.n == n && p.firm > p.firmComma
}

func (p *profile) doubtful() int {
	n := 0
	for _, k := range p.doubts {
		n += k
	}
	return n
}

// habits are what the columns of a file have in common, or what its reader was
// told.
type habits struct {
	decimal string // "," or "."; "" for no evidence
	dates   string // "dmy", "mdy" or ""
}

// reading decides how the column is read. ok is false where it is no column of
// numbers, times or truth values; notes say what was in doubt.
func (p *profile) reading(h habits) (r Reading, kind FeatureKind, notes []string, ok bool) {
	n := p.cells - p.doubtful()
	if n <= 0 {
		return r, "", nil, false
	}
	all := func(t tally) bool { return t.n == n }
	points, commas := all(p.point), all(p.comma)
	if p.currencies || p.percents > 0 && p.percents < n {
		points, commas = false, false
	}
	switch {
	case all(p.plain) && p.dotted == 0, all(p.plain) && !(commas && p.dotted > 0 && h.decimal == ","):
		if commas && p.dotted > 2 && h.decimal == "" && p.dotted == p.single {
			notes = append(notes, "its points are taken for decimal marks, though they could stand between thousands (--decimal comma says so)")
		}
		if p.padded > 0 {
			notes = append(notes, fmt.Sprintf("%d of its cells begin with needless zeros; if they are codes and no numbers, take it as categorical (--categorical)", p.padded))
		}
		return r, Numeric, notes, true
	case points || commas:
		r = Reading{Marked: true, Currency: p.currency, Percent: p.percents > 0}
		switch {
		case !points, commas && h.decimal == ",":
			r.Decimal = ","
		case commas && p.single > 0 && p.firm == 0 && h.decimal == "":
			notes = append(notes, "its commas are taken to stand between thousands (--decimal comma takes them for decimal marks)")
			if p.single == p.dotted {
				notes[len(notes)-1] = "its points are taken for decimal marks (--decimal comma takes them to stand between thousands)"
			}
		}
		return r, Numeric, notes, true
	case all(p.truth):
		return Reading{Boolean: true}, Numeric, nil, true
	case all(p.clock):
		return Reading{Clock: true}, Numeric, nil, true
	case all(p.dmy) && all(p.mdy):
		r.Dates = "iso"
		if p.orders < n {
			if r.Dates = h.dates; r.Dates == "" {
				r.Dates = "mdy"
				notes = append(notes, "its dates are read with the month before the day (--dates dmy reads the day first)")
			}
		}
		return r, Time, notes, true
	case all(p.dmy):
		return Reading{Dates: "dmy"}, Time, nil, true
	case all(p.mdy):
		return Reading{Dates: "mdy"}, Time, nil, true
	}
	return r, "", nil, false
}

// mostly returns the way of reading that understands the most cells, if that is half
// of them, and what the other cells are.
func (p *profile) mostly() (t tally, noun string) {
	for _, way := range []struct {
		t    tally
		noun string
	}{{p.plain, "not a finite number"}, {p.point, "not a finite number"}, {p.comma, "not a finite number"}, {p.dmy, "no date"}, {p.mdy, "no date"}, {p.clock, "no time of day"}} {
		if way.t.n > t.n {
			t, noun = way.t, way.noun
		}
	}
	if 2*t.n < p.cells-p.doubtful() || t.n == 0 {
		return tally{}, ""
	}
	return t, noun
}
