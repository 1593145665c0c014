package datasets

import (
	"fmt"
	"strings"
)

// Reading says how the cells of a column become numbers. The zero value reads plain
// numbers, as in 1234.5; those are understood beside any other but percentages.
type Reading struct {
	// Decimal is the decimal mark, "," or "" for the point: then the other and
	// spaces stand between thousands.
	Decimal string `json:"decimal,omitempty"`
	// Marked allows marks between thousands, and a currency where there is one.
	Marked   bool   `json:"marked,omitempty"`
	Currency string `json:"currency,omitempty"`
	// Percent reads 12.5 % as 12.5, and nothing without the sign.
	Percent bool `json:"percent,omitempty"`
	// Unit is what stands behind each number, as in 12 kg; nothing is read without it.
	Unit string `json:"unit,omitempty"`
	// Boolean reads true, yes, t, y and 1 as 1, and false, no, f, n and 0 as 0.
	Boolean bool `json:"boolean,omitempty"`
	// Dates reads dates. It is the order of day and month where both are numbers
	// before the year, "dmy" or "mdy", "ymd" where a year of two digits is first, or
	// "iso" where no cell leaves it open; "compact" reads numbers such as 20240131 and
	// 20240131101500 too. Clock reads times of day and durations, in hours.
	Dates string `json:"dates,omitempty"`
	Clock bool   `json:"clock,omitempty"`
}

// Check reports a reading that no column of numbers has.
func (r Reading) Check() error { return r.check(Numeric) }

// Number reads a cell that is not missing.
func (r Reading) Number(cell string) (float64, error) { return r.number(cell, false) }

// check reports a reading that no column has.
func (r Reading) check(kind FeatureKind) error {
	switch r.Dates {
	case "", "iso", "dmy", "mdy", "ymd", "compact":
		if (r.Decimal == "" || r.Decimal == ",") && (r.Dates != "") == (kind == Time) {
			return nil
		}
	}
	return fmt.Errorf("decimal mark %.20q and dates %.20q, want \"\" or \",\", and iso, dmy, mdy, ymd or compact for times alone", r.Decimal, r.Dates)
}

// number reads a cell that is not missing. typed tells a number that the file's
// format writes plainly, whatever its author's habits.
func (r Reading) number(cell string, typed bool) (float64, error) {
	cell = strings.TrimSpace(cell)
	plain, isPlain := Number(cell)
	fail := func(want string) (float64, error) {
		return 0, fmt.Errorf("%.40q is %s", cell, want)
	}
	switch {
	case r.Dates != "" || r.Clock:
		if days, ok := compactDate(plain); isPlain && ok && r.Dates == "compact" {
			return days, nil
		}
		m, ok := parseMoment(cell)
		what := "no date or time, as the column's others are"
		if r.Clock {
			what = "no time of day, as the column's others are"
		}
		if isPlain {
			what += ": a bare number tells no unit"
		}
		switch {
		case !ok || m.clock != r.Clock:
			return fail(what)
		case r.Clock, r.Dates == "dmy" && m.byDMY:
			return m.dmy, nil
		case r.Dates == "mdy" && m.byMDY:
			return m.mdy, nil
		case r.Dates == "ymd" && m.byYMD:
			return m.ymd, nil
		case r.Dates == "iso" || r.Dates == "compact" || r.Dates == "ymd":
			if days, sure := m.sure(); sure {
				return days, nil
			}
			return fail("a date whose day and month may be either: write it as 2024-01-31")
		}
		return fail("no date with the " + r.order())
	case r.Boolean:
		if x, ok := boolean(cell); ok {
			return x, nil
		}
		if isPlain && (plain == 0 || plain == 1) {
			return plain, nil
		}
		return fail("neither true nor false, yes nor no")
	case isPlain && !r.Percent && r.Unit == "" && (typed || strings.ContainsAny(cell, "eE")), isPlain && !r.Marked:
		return plain, nil
	case !r.Marked:
		return fail("not a finite number" + hint(cell))
	}
	n, ok := parseNumeral(cell)
	switch {
	case !ok:
		return fail("not a finite number")
	case n.unit != r.Unit:
		if r.Unit == "" {
			return fail("not a finite number")
		}
		return fail(fmt.Sprintf("no number with the unit %q, as the column's others have", r.Unit))
	case n.percent != r.Percent:
		return fail("not a finite number " + map[bool]string{true: "with", false: "without"}[r.Percent] + " a percent sign, as the column's others are")
	case n.currency != "" && n.currency != r.Currency:
		return fail(fmt.Sprintf("in another currency than the column's others (%s)", r.Currency))
	case r.Decimal == "," && n.byComma:
		return n.comma, nil
	case r.Decimal == "" && n.byPoint:
		return n.point, nil
	}
	return fail("no number with the " + r.decimal() + " as the decimal mark, as the column's others are")
}

func (r Reading) decimal() string {
	if r.Decimal == "," {
		return "comma"
	}
	return "point"
}

func (r Reading) order() string {
	if r.Dates == "mdy" {
		return "month before the day"
	}
	return "day before the month"
}

// hint says how numbers are written, of a cell that holds one otherwise.
func hint(cell string) string {
	if _, ok := parseNumeral(cell); ok {
		return " (numbers are written like 1234.5 here: with a point, and without separators of thousands)"
	}
	return ""
}

// String says how cells are read, "" where they are plain numbers.
func (r Reading) String() string {
	switch {
	case r.Dates != "":
		return "times, in days since 1970-01-01 UTC"
	case r.Clock:
		return "times of day or durations, in hours"
	case r.Boolean:
		return "truth values, 1 for true or yes and 0 for false or no"
	case !r.Marked:
		return ""
	}
	text := "numbers with the decimal " + r.decimal()
	switch {
	case r.Percent:
		text += " and a percent sign"
	case r.Unit != "" && r.Currency != "":
		text += fmt.Sprintf(", the currency %q and the unit %q", r.Currency, r.Unit)
	case r.Unit != "":
		text += fmt.Sprintf(" and the unit %q", r.Unit)
	case r.Currency != "":
		text += fmt.Sprintf(" and the currency %q", r.Currency)
	}
	return text
}
