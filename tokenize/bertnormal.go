package tokenize

import "unicode/utf8"

// normalizer maps a text to what BERT's word breaker reads, as the reference's
// BertNormalizer does: cleaned, ideographs spaced, accents stripped, in lower
// case, each if asked for and in this order.
type normalizer struct {
	*bertData
	clean, ideographs, strip, lower bool
	ascii                           [utf8.RuneSelf]int16 // what becomes of a byte; -1: nothing
}

func newNormalizer(cfg WordPieceConfig) *normalizer {
	n := &normalizer{bertData: bertRunes(), clean: cfg.CleanText, ideographs: cfg.SpaceIdeographs, strip: cfg.stripsAccents(), lower: cfg.Lowercase}
	for c := range n.ascii {
		f := n.of(rune(c))
		n.ascii[c] = int16(c)
		switch {
		case n.clean && f&runeDropped != 0:
			n.ascii[c] = -1
		case n.clean && f&runeBlank != 0:
			n.ascii[c] = ' '
		case n.lower && f&runeUpper != 0:
			n.ascii[c] = int16(n.lowerOf(rune(c)))
		}
	}
	return n
}

func (n *normalizer) lowerOf(r rune) rune { return n.bertData.lower[r] }

// normal is a normalised text. With track it also knows where in the original
// each byte of it comes from.
type normal struct {
	text       []byte
	track      bool
	begin, end []int
	marks      []mark // wait to be sorted
	runes      []rune // of a decomposition
}

// reset empties m and keeps its memory.
func (m *normal) reset(track bool) {
	*m = normal{text: m.text[:0], track: track, begin: m.begin[:0], end: m.end[:0], marks: m.marks[:0], runes: m.runes}
}

// from appends where the bytes appended last come from.
func (m *normal) from(begin, end int) {
	for len(m.begin) < len(m.text) {
		m.begin, m.end = append(m.begin, begin), append(m.end, end)
	}
}

// append appends the normal form of s, which begins at byte base of the
// original. Bytes that are not UTF-8 are U+FFFD. It ends early where p stops.
func (n *normalizer) append(m *normal, s string, base int, p *pace) {
	if p != nil && cap(m.text) < len(s) {
		m.text = append(make([]byte, 0, len(s)+len(s)/8), m.text...) // growing copies all of it at once
	}
	for i, last := 0, 0; i < len(s); {
		if p != nil && i-last >= paceBytes {
			if p.stop(i - last) {
				return
			}
			last = i
		}
		if c := s[i]; c < utf8.RuneSelf {
			i++
			c := n.ascii[c]
			if c < 0 {
				continue
			}
			if len(m.marks) > 0 {
				n.flush(m)
			}
			m.text = append(m.text, byte(c))
			if m.track {
				m.from(base+i-1, base+i)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		n.rune(m, r, base+i, base+i+size)
		i += size
	}
	n.flush(m)
}

// rune appends the normal form of a character that is not ASCII.
func (n *normalizer) rune(m *normal, r rune, begin, end int) {
	f := n.of(r)
	if n.clean {
		if f&runeDropped != 0 {
			return
		}
		if f&runeBlank != 0 {
			r, f = ' ', n.of(' ')
		}
	}
	spaced := n.ideographs && f&runeIdeograph != 0
	if spaced {
		n.place(m, ' ', begin, end)
	}
	if n.strip && f&runeComposed != 0 {
		m.runes = n.decompose(m.runes[:0], r)
		for _, r := range m.runes {
			n.place(m, r, begin, end)
		}
	} else {
		n.place(m, r, begin, end)
	}
	if spaced {
		n.place(m, ' ', begin, end)
	}
}

// place appends r, or lets it wait where marks change places. Marks that are
// stripped change no places of others but by standing between them: those
// without a combining class do.
func (n *normalizer) place(m *normal, r rune, begin, end int) {
	f := n.of(r)
	if n.strip {
		reordered := f&runeReordered != 0
		switch {
		case reordered && f&runeMark != 0:
			return
		case reordered:
			m.marks = append(m.marks, mark{r, n.class[r], begin, end})
			return
		}
		n.flush(m)
		if f&runeMark != 0 {
			return
		}
	}
	n.emit(m, r, f, begin, end)
}

// flush appends the marks that wait.
func (n *normalizer) flush(m *normal) {
	if len(m.marks) == 0 {
		return
	}
	if len(m.marks) > 1 {
		sortMarks(m.marks)
	}
	for _, k := range m.marks {
		n.emit(m, k.r, n.of(k.r), k.begin, k.end)
	}
	m.marks = m.marks[:0]
}

func (n *normalizer) emit(m *normal, r rune, f uint16, begin, end int) {
	switch {
	case !n.lower || f&runeUpper == 0:
		m.text = utf8.AppendRune(m.text, r)
	case r == dottedI:
		m.text = append(m.text, dottedILower...)
	default:
		m.text = utf8.AppendRune(m.text, n.lowerOf(r))
	}
	if m.track {
		m.from(begin, end)
	}
}
