package datasets

import (
	"fmt"
	"math"
	"math/bits"
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

	plain, point, comma, truth, dmy, mdy, ymd, clock tally
	compact                                          tally // whole numbers such as 20240131
	unitPoint, unitComma                             tally // numbers with a unit

	unit         string
	units        bool      // two different
	zoned, naive int       // times that name a zone, and that name none
	digits       int       // cells with a digit in them
	low, high    float64   // of plain numbers
	huge         int       // whole numbers of which a float64 does not tell neighbours apart
	years, days  [2]uint64 // of dates of three numbers of two digits, what stands first and last

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
	x, plain := Number(cell)
	if p.plain.count(plain, cell, line); plain {
		p.extent(x, cell)
		_, compact := compactDate(x)
		p.compact.count(compact, cell, line)
		p.digits++
		for _, t := range []*tally{&p.dmy, &p.mdy, &p.ymd, &p.clock, &p.unitPoint, &p.unitComma} {
			t.count(false, cell, line)
		}
	}
	if plain && typed {
		p.point.n++
		p.comma.n++
		p.truth.count(false, cell, line)
		return
	}
	if plain && len(cell) > 1 && cell[0] == '0' && cell[1] != '.' {
		p.padded++
	}
	if plain && strings.IndexByte(cell, '.') < 0 && strings.IndexByte(cell, ' ') < 0 { // a whole number: most cells
		p.point.n++
		p.comma.n++
		p.truth.count(cell == "0" || cell == "1", cell, line)
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
		return
	}
	p.compact.count(false, cell, line)
	if strings.ContainsAny(cell, "0123456789") {
		p.digits++
	}
	n, _ := parseNumeral(cell)
	bare := n.unit == ""
	p.point.count(n.byPoint && bare, cell, line)
	p.comma.count(n.byComma && bare, cell, line)
	p.unitPoint.count(n.byPoint && !bare, cell, line)
	p.unitComma.count(n.byComma && !bare, cell, line)
	if !bare {
		if p.units = p.units || p.unit != "" && p.unit != n.unit; p.unit == "" {
			p.unit = strings.Clone(n.unit)
		}
	}
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
	p.ymd.count(m.byYMD && !m.clock, cell, line)
	p.clock.count(m.clock, cell, line)
	if m.timed && !m.clock && m.zone {
		p.zoned++
	} else if m.timed && !m.clock {
		p.naive++
	}
	if m.byYMD && m.short {
		p.years[m.first/64%2] |= 1 << (m.first % 64)
		p.days[m.last/64%2] |= 1 << (m.last % 64)
	}
	if m.byDMY != m.byMDY || m.dmy == m.mdy {
		p.orders++
	}
}

// extent takes in a plain number.
func (p *profile) extent(x float64, cell string) {
	if p.plain.n == 1 {
		p.low, p.high = x, x
	}
	p.low, p.high = min(p.low, x), max(p.high, x)
	if math.Abs(x) >= 1<<53 && !strings.ContainsAny(cell, ".eE") {
		p.huge++
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
	case n >= 5 && all(p.compact) && p.low < p.high:
		return Reading{Dates: "compact"}, Time, nil, true
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
	case !p.units && (all(p.unitPoint) || all(p.unitComma)):
		r = Reading{Marked: true, Unit: p.unit, Currency: p.currency}
		if !all(p.unitPoint) || all(p.unitComma) && h.decimal == "," {
			r.Decimal = ","
		} else if all(p.unitComma) && p.single > 0 && p.firm == 0 && h.decimal == "" {
			notes = append(notes, "its commas and points are taken as in 1,234.5 (--decimal comma takes them as in 1.234,5)")
		}
		return r, Numeric, notes, !p.currencies
	}
	return p.dates(h, n)
}

// dates decides how a column of n dates is read.
func (p *profile) dates(h habits, n int) (r Reading, kind FeatureKind, notes []string, ok bool) {
	all := func(t tally) bool { return t.n == n }
	if p.zoned > 0 && p.naive > 0 {
		notes = append(notes, fmt.Sprintf("%d of its %d times name no zone and are taken as UTC", p.naive, p.zoned+p.naive))
	}
	count := func(b [2]uint64) int { return bits.OnesCount64(b[0]) + bits.OnesCount64(b[1]) }
	yearFirst := h.dates == "ymd" || h.dates == "" && count(p.years) < count(p.days)
	switch {
	case all(p.ymd) && count(p.days) > 0 && (!all(p.dmy) && !all(p.mdy) || yearFirst):
		if h.dates == "" && (all(p.dmy) || all(p.mdy)) {
			notes = append(notes, "its dates are read with the year first (--dates dmy and mdy read it last)")
		}
		return Reading{Dates: "ymd"}, Time, notes, true
	case all(p.dmy) && all(p.mdy):
		r.Dates = "iso"
		if p.orders < n {
			if r.Dates = h.dates; r.Dates == "" || r.Dates == "ymd" {
				r.Dates = "mdy"
				notes = append(notes, "its dates are read with the month before the day (--dates dmy reads the day first)")
			}
		}
		return r, Time, notes, true
	case all(p.dmy):
		return Reading{Dates: "dmy"}, Time, notes, true
	case all(p.mdy):
		return Reading{Dates: "mdy"}, Time, notes, true
	}
	return r, "", nil, false
}

// mostly returns the way of reading that understands the most cells, if that is half
// of them, and what the other cells are.
func (p *profile) mostly() (t tally, noun string) {
	for _, way := range []struct {
		t    tally
		noun string
	}{{p.plain, "not a finite number"}, {p.point, "not a finite number"}, {p.comma, "not a finite number"}, {p.dmy, "no date"}, {p.mdy, "no date"}, {p.ymd, "no date"}, {p.compact, "no date"}, {p.clock, "no time of day"}} {
		if way.t.n > t.n {
			t, noun = way.t, way.noun
		}
	}
	if !p.units && p.unitPoint.n > t.n {
		t, noun = p.unitPoint, fmt.Sprintf("no number with the unit %q", p.unit)
	}
	if 2*t.n < p.cells-p.doubtful() || t.n == 0 {
		return tally{}, ""
	}
	return t, noun
}
