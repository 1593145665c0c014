package tokenize

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// runeTable holds sixteen flags for each code point, in pages of 256 of which
// equal ones are stored once.
type runeTable struct {
	page  [(utf8.MaxRune + 1) >> 8]uint16
	flags [][256]uint16
}

// of returns the flags of r, which must not be negative.
func (t *runeTable) of(r rune) uint16 { return t.flags[t.page[r>>8]][r&255] }

// newRuneTable sets flag 1<<i for the code points of sets[i], which are ranges
// such as "41-5a c0" in hexadecimal.
func newRuneTable(sets ...string) *runeTable {
	all := make([]uint16, utf8.MaxRune+1)
	for i, set := range sets {
		for field := range strings.FieldsSeq(set) {
			from, to, isRange := strings.Cut(field, "-")
			if !isRange {
				to = from
			}
			for r, last := parseRune(from), parseRune(to); r <= last; r++ {
				all[r] |= 1 << i
			}
		}
	}
	t := new(runeTable)
	seen := map[[256]uint16]uint16{}
	for p := range t.page {
		page := [256]uint16(all[p<<8:])
		at, ok := seen[page]
		if !ok {
			at = uint16(len(t.flags))
			seen[page] = at
			t.flags = append(t.flags, page)
		}
		t.page[p] = at
	}
	return t
}

// parseRune reads a code point of the generated tables, which are part of the
// program: an error there is a programmer's.
func parseRune(s string) rune {
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || n > utf8.MaxRune {
		panic(fmt.Sprintf("tokenize: %q in a table of code points", s))
	}
	return rune(n)
}
