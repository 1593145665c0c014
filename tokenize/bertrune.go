package tokenize

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// What BERT's normaliser and word breaker ask about a code point.
const (
	runeDropped uint16 = 1 << iota
	runeBlank
	runeIdeograph
	runeMark
	runeComposed
	runeReordered
	runeSpace
	runePunctuation
	runeUpper
	runeHangul // a syllable, whose decomposition is computed
)

// bertData is made of the generated tables when the first tokenizer is.
type bertData struct {
	*runeTable
	lower      map[rune]rune
	decomposed map[rune][]rune // but for Hangul syllables
	class      map[rune]uint8  // combining classes of the marks that stay
}

// What U+0130 becomes in lower case, the only letter that becomes two.
const dottedI, dottedILower = 'İ', "i̇"

var bertRunes = sync.OnceValue(func() *bertData {
	d := &bertData{lower: map[rune]rune{}, decomposed: map[rune][]rune{}, class: map[rune]uint8{}}
	var uppers strings.Builder
	for field := range strings.FieldsSeq(bertLower) {
		var from, to, step, distance rune
		if n, err := fmt.Sscanf(field, "%x-%x/%d%d", &from, &to, &step, &distance); n != 4 || err != nil {
			panic("tokenize: " + field + " in the table of lower case")
		}
		for r := from; r <= to; r += step {
			d.lower[r] = r + distance
			fmt.Fprintf(&uppers, "%x ", r)
		}
	}
	fmt.Fprintf(&uppers, "%x", dottedI)
	for field := range strings.FieldsSeq(bertClasses) {
		var r rune
		var class uint8
		if n, err := fmt.Sscanf(field, "%x:%d", &r, &class); n != 2 || err != nil {
			panic("tokenize: " + field + " in the table of combining classes")
		}
		d.class[r] = class
	}
	d.runeTable = newRuneTable(bertDropped, bertBlank, bertIdeographs, bertMarks, bertComposed,
		bertReordered, bertSpace, bertPunctuation, uppers.String(), "ac00-d7a3")
	// What a character decomposes into never changes once Unicode has it, so
	// any version of x/text that knows those of bertComposed will do.
	for field := range strings.FieldsSeq(bertComposed) {
		from, to, _ := strings.Cut(field, "-")
		if to == "" {
			to = from
		}
		for r, last := parseRune(from), parseRune(to); r <= last; r++ {
			if d.of(r)&runeHangul == 0 {
				d.decomposed[r] = []rune(norm.NFD.String(string(r)))
			}
		}
	}
	return d
})

// decompose appends the canonical decomposition of r, which has one, to dst.
func (d *bertData) decompose(dst []rune, r rune) []rune {
	if d.of(r)&runeHangul == 0 {
		return append(dst, d.decomposed[r]...)
	}
	// The Unicode Standard, section 3.12.
	s := r - 0xac00
	dst = append(dst, 0x1100+s/(21*28), 0x1161+s%(21*28)/28)
	if t := s % 28; t != 0 {
		dst = append(dst, 0x11a7+t)
	}
	return dst
}

// mark is a combining mark that waits for its place among its neighbours.
type mark struct {
	r          rune
	class      uint8
	begin, end int
}

// sortMarks puts marks in canonical order: by class, equal ones as they came.
// The places in the text where they come from stay in order.
func sortMarks(marks []mark) {
	sorted := slices.Clone(marks)
	slices.SortStableFunc(sorted, func(a, b mark) int { return int(a.class) - int(b.class) })
	for i, m := range sorted {
		marks[i].r = m.r
	}
}
