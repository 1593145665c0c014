package datasets

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"
)

// returns reads carriage returns as line ends.
type returns struct{ r io.Reader }

func (r returns) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// lineEnds returns text whose lines end in line feeds: where the first bytes have
// none, the carriage returns end them, as on old Macintoshes.
func lineEnds(text io.Reader) (io.Reader, error) {
	buf := bufio.NewReaderSize(text, 1<<16)
	head, err := buf.Peek(1 << 16)
	if err != nil && err != io.EOF {
		return nil, damage(err)
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		return returns{buf}, nil
	}
	return buf, nil
}

// headRows cuts the first bytes of a file into rows of cells at a delimiter, outside
// quotes. The last row may be cut off and is left out, unless it is the only one.
func headRows(head []byte, comma byte, most int) (rows [][]string) {
	var row []string
	var cell []byte
	quoted, blank := false, true // blank: the cell has spaces alone so far
	end := func() { row, cell, blank = append(row, string(cell)), cell[:0], true }
	for i, b := range head {
		switch {
		case b == '"' && (quoted || blank || i > 0 && head[i-1] == '"'):
			quoted, blank = !quoted, false
			cell = append(cell, b)
		case b == comma && !quoted:
			end()
		case b == '\n' && !quoted:
			if end(); len(row) > 1 || strings.TrimSpace(row[0]) != "" {
				rows = append(rows, row)
			}
			if row = nil; len(rows) == most {
				return rows
			}
		default:
			cell = append(cell, b)
			blank = blank && (b == ' ' || b == '\r')
		}
	}
	if len(rows) < 2 && (len(row) > 0 || len(cell) > 0) { // a small file without a last line end
		end()
		rows = append(rows, row)
	}
	return rows
}

// guessComma takes the delimiter of those that the header holds by which the first
// rows agree best with it: in how many cells they have, then in brackets that are
// closed in the cell, then in how many of the cells are numbers. doubt reports that
// another would have served nearly as well. In TSV a tab is one even where others are
// more.
func guessComma(head []byte, format Format) (best rune, doubt bool) {
	best = ','
	if format == TSV {
		best = '\t'
	}
	header := headRows(head, 0, 1)
	if len(header) == 0 {
		return best, false
	}
	type score struct {
		agree, whole, numbers float64
		cells                 int
	}
	var top score
	found := 0
	for _, c := range ",;\t|" {
		rows := headRows(head, byte(c), 200)
		n := len(rows[0])
		if n < 2 {
			continue
		}
		if format == TSV && c == '\t' {
			return '\t', false
		}
		s := score{cells: n}
		body, cells := 0.0, 0.0
		for _, row := range rows[1:] {
			if body++; len(row) == n {
				s.agree++
			}
			for _, cell := range row {
				cells++
				if _, ok := parseNumeral(strings.TrimSpace(strings.Trim(cell, `"`))); ok {
					s.numbers++
				}
			}
		}
		s.agree /= max(1, body)
		s.numbers /= max(1, cells)
		for _, name := range rows[0] {
			if strings.Count(name, "(") == strings.Count(name, ")") && strings.Count(name, "[") == strings.Count(name, "]") {
				s.whole++
			}
		}
		s.whole /= float64(n)
		found++
		better := false
		switch {
		case s.agree < top.agree-0.05 || s.agree > top.agree+0.05:
			better = s.agree > top.agree
		case s.whole != top.whole:
			better, doubt = s.whole > top.whole, true
		case s.numbers < top.numbers-0.1 || s.numbers > top.numbers+0.1:
			better, doubt = s.numbers > top.numbers, true
		default:
			better, doubt = s.cells > top.cells, true
		}
		if better || found == 1 {
			if best, top = c, s; found == 1 {
				doubt = false
			}
		}
	}
	return best, doubt && found > 1
}

// rowHabits is what the rows of a file that have no quotes look like, by which lines
// are recognised that a quote swallowed.
type rowHabits struct {
	cells   int
	columns []columnHabit
}

// columnHabit is what the cells of a column have in common.
type columnHabit struct {
	numbers bool            // all are numbers or missing
	values  map[string]bool // few that recur; nil: any
}

// learnRows looks at the first lines.
func learnRows(head []byte, comma rune) (h rowHabits) {
	lines := bytes.Split(head, []byte("\n"))
	if len(lines) < 2 {
		return h
	}
	h.cells = strings.Count(string(lines[0]), string(comma)) + 1
	if bytes.IndexByte(lines[0], '"') >= 0 {
		h.cells = len(headRows(head, byte(comma), 1)[0])
	}
	if h.cells < 2 {
		return h
	}
	counts := make([]map[string]int, h.cells)
	numbers := make([]int, h.cells)
	rows := 0
	for _, line := range lines[1 : len(lines)-1] {
		if bytes.IndexByte(line, '"') >= 0 {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(string(line), "\r"), string(comma))
		if len(cells) != h.cells {
			continue
		}
		rows++
		for i, cell := range cells {
			cell = strings.TrimSpace(cell)
			if counts[i] == nil {
				counts[i] = map[string]int{}
			}
			counts[i][cell]++
			if _, ok := Number(cell); ok || Missing(cell) {
				numbers[i]++
			}
		}
	}
	h.columns = make([]columnHabit, h.cells)
	for i := range h.columns {
		c := &h.columns[i]
		switch {
		case rows < 2: // too few to tell
		case 10*numbers[i] >= 9*rows: // lines of quoted texts may be among the rows
			c.numbers = true
		case len(counts[i]) < rows && (2*len(counts[i]) <= rows || len(counts[i]) <= 3):
			c.values = map[string]bool{}
			for v, n := range counts[i] {
				if n > 1 || rows < 8 {
					c.values[v] = true
				}
			}
		}
	}
	return h
}

// swallowed returns how many lines inside the quoted cells of a row look like rows of
// their own: as many cells, those of columns with habits as these are.
func (h *rowHabits) swallowed(cells []string, comma rune) (n int) {
	known := slices.ContainsFunc(h.columns, func(c columnHabit) bool { return c.numbers || c.values != nil })
	if h.cells < 2 || !known && h.cells < 4 {
		return 0
	}
	for i, cell := range cells {
		lines := strings.Split(cell, "\n")
		for k, line := range lines[:len(lines)-1] {
			row := strings.Split(strings.TrimSuffix(line, "\r"), string(comma))
			if k == 0 {
				if len(row) == 1 { // as any text of several lines begins
					continue
				}
				row = append(slices.Clone(cells[:i]), row...)
			}
			if len(row) != h.cells {
				continue
			}
			like := true
			for j, cell := range row {
				cell = strings.TrimSpace(cell)
				_, number := Number(cell)
				if j < len(h.columns) {
					c := h.columns[j]
					like = like && (!c.numbers || number || Missing(cell)) && (c.values == nil || c.values[cell])
				}
			}
			if like {
				n++
			}
		}
	}
	return n
}
