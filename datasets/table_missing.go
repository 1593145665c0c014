package datasets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// usualMarks are what pandas, R, Excel, databases and people write where there is
// no value, in lower case.
var usualMarks = newMarkSet([]string{
	"na", "n/a", "n.a.", "<na>", "#n/a", "#na", "#n/a n/a", "nan", "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan",
	"nat", "null", "(null)", "<null>", "[null]", "none", "<none>", "nil", "undefined", `\n`, "?",
	"#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#getting_data", "#spill!", "#calc!", "#field!", "#blocked!",
})

// numberMarks are what stands for no value among numbers and times, where it
// cannot be one, and may be a value elsewhere.
var numberMarks = newMarkSet([]string{"-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "*", "unknown", "missing", "tbd", "n.d.", "n/d", "nd", "k.a.", "not available", "not applicable",
	"no data", "nodata", "no value", "(blank)", "blank", "(empty)", "empty", "\u2205", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000"})

// marks are spellings of a missing value, in lower case; nil: the usual ones.
type marks map[string]bool

func newMarkSet(list []string) marks {
	m := make(marks, len(list))
	for _, s := range list {
		m[strings.ToLower(strings.TrimSpace(s))] = true
	}
	return m
}

// newMarks returns the marks of a TableConfig.
func newMarks(list []string) marks {
	if list == nil {
		return nil
	}
	return newMarkSet(list)
}

// list returns the marks in order, nil for the usual ones.
func (m marks) list() []string {
	if m == nil {
		return nil
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// has reports whether a cell stands for no value; an empty one always does.
func (m marks) has(cell string) bool {
	cell = strings.TrimSpace(cell)
	if cell == "" || cell == "\ufeff" {
		return true
	}
	if m == nil {
		m = usualMarks
	}
	if len(cell) > 40 {
		return false // no mark is as long
	}
	return m[strings.ToLower(cell)]
}

// Missing reports whether a cell stands for no value: empty, or one of the marks
// that programs write for it, such as NA, #N/A, <NA>, NaN, NaT, null, None, \N and
// ?, whatever the case.
func Missing(cell string) bool { return marks(nil).has(cell) }

// MissingNumber is Missing among numbers and times, where a dash or the word unknown
// stands for no value too. list are the marks, nil for the usual ones.
func MissingNumber(cell string, list []string) bool {
	return newMarks(list).has(cell) || numberMarks.has(strings.TrimSpace(cell))
}

// absent counts cells without a value by how they are written.
type absent map[string]int

func (a *absent) add(cell string) {
	if *a == nil {
		*a = absent{}
	}
	cell = strings.TrimSpace(cell)
	if _, ok := (*a)[cell]; ok || len(*a) < 100 {
		(*a)[strings.Clone(cell)]++
	}
}

// String lists the spellings, the most frequent first.
func (a absent) String() string {
	names := make([]string, 0, len(a))
	for name := range a {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(cmp.Compare(a[y], a[x]), cmp.Compare(x, y)) })
	parts := make([]string, len(names))
	for i, name := range names {
		if parts[i] = fmt.Sprintf("%.40q %d", name, a[name]); name == "" {
			parts[i] = fmt.Sprintf("empty %d", a[name])
		}
	}
	return strings.Join(parts[:min(len(parts), 10)], ", ")
}

// marked reports whether other than empty cells were counted.
func (a absent) marked() bool { return len(a) > 1 || len(a) == 1 && a[""] == 0 }
