package sentences

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo/internal/lines"
	"github.com/gorgonia-zoo/zoo/tagging"
)

// conlluFields are the columns of CoNLL-U (universaldependencies.org/format.html) that
// can serve as tags.
var conlluFields = map[string]int{"lemma": 2, "upos": 3, "xpos": 4, "feats": 5, "deprel": 7}

// columnReader reads files with a word a line.
type columnReader struct {
	set    *Set
	tabs   bool // cells are separated by tabs, else by white space
	conllu bool
	width  int   // cells of a line
	want   []int // columns of tags
	names  []string

	begin int // line of the sentence's first word
	words []string
	tags  [][]string
	next  int // CoNLL-U: the number of the next word
}

// readColumns reads CoNLL-U and other files with a word a line.
func (s *Set) readColumns(data []byte, c Config) error {
	r := &columnReader{set: s}
	scan := bufio.NewScanner(bytes.NewReader(data))
	scan.Buffer(nil, 1<<20)
	scan.Split(lines.Split())
	n := 0
	for scan.Scan() {
		n++
		if err := r.line(n, scan.Text(), c); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(scan.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: more than %d bytes", n+1, 1<<20)
	}
	if scan.Err() != nil {
		return scan.Err()
	}
	return r.end()
}

// line takes a line.
func (r *columnReader) line(n int, text string, c Config) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8: convert the file, for example by iconv -t UTF-8")
	}
	if strings.TrimSpace(text) == "" {
		return r.end()
	}
	if strings.HasPrefix(text, "-DOCSTART-") || r.width == 0 && strings.HasPrefix(text, "# ") && len(strings.Fields(text)) > 2 ||
		r.conllu && strings.HasPrefix(text, "#") {
		return nil
	}
	if r.width == 0 {
		if err := r.recognise(text, c); err != nil {
			return err
		}
	}
	cells := r.cells(text)
	if len(cells) != r.width {
		return fmt.Errorf("%d cells, the first word of the file has %d", len(cells), r.width)
	}
	word := cells[0]
	if r.conllu {
		id := cells[0]
		if strings.ContainsAny(id, "-.") { // a token of several words, or a word that is not written
			return nil
		}
		if at, err := strconv.Atoi(id); err != nil || at != r.next+1 {
			return fmt.Errorf("word number %q, want %d", id, r.next+1)
		}
		r.next++
		word = cells[1]
	}
	if word = strings.TrimSpace(word); word == "" {
		return errors.New("a word without a letter")
	}
	if len(word) > maxWord {
		return fmt.Errorf("a word of %d bytes, want at most %d", len(word), maxWord)
	}
	if len(r.words) == 0 {
		r.begin, r.tags = n, make([][]string, len(r.want))
	}
	r.words = append(r.words, word)
	for i, at := range r.want {
		tag := strings.TrimSpace(cells[at])
		if tag == "" {
			return fmt.Errorf("word %q has no tag in column %s", word, r.names[i])
		}
		r.tags[i] = append(r.tags[i], tag)
	}
	return nil
}

// cells cuts a line.
func (r *columnReader) cells(text string) []string {
	if r.tabs {
		return strings.Split(text, "\t")
	}
	return strings.Fields(text)
}

// recognise decides by the first word of the file how it is read.
func (r *columnReader) recognise(text string, c Config) error {
	r.tabs = strings.Contains(text, "\t")
	cells := r.cells(text)
	r.width = len(cells)
	if r.conllu = r.tabs && r.width == 10 && (cells[0] == "1" || strings.HasPrefix(cells[0], "1-")); r.conllu {
		r.set.format = CoNLLU
	} else {
		r.set.format = Columns
	}
	if r.width < 2 {
		return fmt.Errorf("%q has one cell, want a word and its tags, separated by tabs or blanks", shorten(text))
	}
	want := c.Columns
	if len(want) == 0 {
		want = []string{"last"}
		if r.conllu {
			want = []string{"upos"}
		}
	}
	for _, name := range want {
		at, err := r.column(&name)
		if err != nil {
			return err
		}
		if slices.Contains(r.want, at) {
			return fmt.Errorf("column %s is asked for twice", name)
		}
		r.want, r.names = append(r.want, at), append(r.names, name)
		r.set.columns = append(r.set.columns, tagging.Column{Name: name})
	}
	if len(c.Columns) == 0 {
		r.set.guesses = append(r.set.guesses, fmt.Sprintf("the tags are in column %s of %d", r.names[0], r.width))
	}
	return nil
}

// column finds a column of tags, and says what it is called.
func (r *columnReader) column(name *string) (int, error) {
	if r.conllu {
		at, ok := conlluFields[strings.ToLower(*name)]
		if !ok {
			return 0, fmt.Errorf("%q, want upos, xpos, feats, deprel or lemma: %w", *name, ErrColumn)
		}
		*name = strings.ToLower(*name)
		return at, nil
	}
	if *name == "last" {
		return r.width - 1, nil
	}
	at, err := strconv.Atoi(*name)
	if err != nil || at < 2 || at > r.width {
		return 0, fmt.Errorf("%q, want a number from 2 to %d, or last: %w", *name, r.width, ErrColumn)
	}
	return at - 1, nil
}

// end ends a sentence.
func (r *columnReader) end() error {
	err := r.set.add(r.begin, r.words, r.tags)
	r.words, r.tags, r.next = nil, nil, 0
	return err
}

// shorten makes one short line of a text.
func shorten(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}
