package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// OpenTable opens a .csv, .tsv, .jsonl (.ndjson) or .parquet file, the first
// three packed or not, or a directory of parts in Parquet. It reads the header and the
// first rows; what is wrong further on is found by Scan and by the readers.
func OpenTable(name string, cfg TableConfig) (*Table, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("datasets: table: %w", err)
	}
	if info.IsDir() {
		return openTable(name, os.DirFS(name), ".", cfg)
	}
	return openTable(name, os.DirFS(filepath.Dir(name)), filepath.Base(name), cfg)
}

// OpenTableFS is OpenTable in a file system.
func OpenTableFS(fsys fs.FS, name string, cfg TableConfig) (*Table, error) {
	return openTable(name, fsys, name, cfg)
}

func openTable(name string, fsys fs.FS, path string, cfg TableConfig) (*Table, error) {
	t := &Table{name: name, fsys: fsys, path: path, cfg: cfg}
	if t.cfg.MaxClasses <= 0 {
		t.cfg.MaxClasses = 1000
	}
	if err := cfg.check(); err != nil {
		return nil, t.fail(0, sort{err, ErrConfig})
	}
	if info, err := fs.Stat(fsys, path); err == nil && info.IsDir() {
		if t.parts, t.partKeys, err = findParts(fsys, path); err != nil {
			return nil, t.fail(0, err)
		}
		if len(t.parts) == 0 {
			return nil, t.fail(0, errNoParts)
		}
		t.cfg.Format = Parquet
	}
	r, err := t.open(nil)
	t.guessed = cfg.Comma == 0 && (t.cfg.Format == CSV && t.cfg.Comma != ',' || t.cfg.Format == TSV && t.cfg.Comma != '\t')
	if err != nil {
		return nil, t.fail(0, err)
	}
	if (t.cfg.Format == CSV || t.cfg.Format == TSV) && cfg.Format == "" && !named(path) {
		t.doubts = append(t.doubts, fmt.Sprintf("is read as %s, by its first lines, since its name does not tell", strings.ToUpper(string(t.cfg.Format))))
	}
	if cfg.Encoding == "" && t.cfg.Encoding != "" {
		t.doubts = append(t.doubts, fmt.Sprintf("the text is in %s, by its first bytes (--encoding names another)", strings.ToUpper(t.cfg.Encoding)))
	}
	if c, ok := r.(*csvRows); ok && c.doubt {
		t.guessed = true
	}
	if cfg.Quotes == "" && t.cfg.Quotes == QuotesBackslash {
		t.doubts = append(t.doubts, "a backslash escapes quotes within quotes, by the first rows (--quotes strict says that it does not)")
	}
	defer r.Close()
	sample, err := t.sample(r)
	if err != nil {
		return nil, err
	}
	if p := inParquet(r); p != nil {
		t.problems = p.problems
	}
	if r, ok := r.(*jsonRows); ok {
		t.problems = make([]string, len(t.columns))
		for i, nested := range r.nested {
			if nested && i < len(t.problems) {
				t.problems[i] = "holds lists or objects"
			}
		}
	}
	if wrapped := t.wrapped(); wrapped != "" {
		return nil, t.fail(0, sort{errors.New(wrapped), ErrHeader})
	}
	err = t.choose(sample)
	if j, ok := r.(*jsonRows); ok && t.lacks(err) {
		known := len(t.columns)
		if more := j.rest(); more != nil {
			return nil, t.fail(j.row.Line, more)
		}
		if len(j.names) > known {
			t.columns, t.guesses = slices.Clone(j.names), nil
			for i, name := range t.columns[known:] {
				t.doubts = append(t.doubts, fmt.Sprintf("the key %.60q is seen first on line %d", name, j.firsts[known+i]))
			}
			t.text, t.label, t.target = role{}, role{}, role{}
			err = t.choose(sample)
		}
	}
	if err != nil {
		return nil, t.fail(0, err)
	}
	if p := inParquet(r); p != nil && t.label.err == nil && t.label.column < len(p.names) {
		if names := p.classes(t.columns[t.label.column]); len(names) > 1 && t.cfg.Score == "" {
			if t.described = names; t.cfg.Classes == nil {
				t.cfg.Classes = names
			}
			t.guesses = append(t.guesses, "the classes are named "+quoteAll(names)+", by the file's own description of the numbers from 0 on")
		}
	}
	return t, nil
}

// lacks reports whether a column that is wanted was not found among the keys of the
// first rows.
func (t *Table) lacks(err error) bool {
	if err != nil {
		return errors.Is(err, ErrNoColumn)
	}
	if t.text.err == nil {
		return t.label.err != nil && !t.cfg.Unlabelled
	}
	return t.target.err != nil
}

// check refuses settings that mean nothing.
func (c *TableConfig) check() error {
	if err := checkMulti(c.Multi); err != nil {
		return err
	}
	switch {
	case c.Score != "" && (c.Multi != "" || c.Label != "" || c.Classes != nil):
		return fmt.Errorf("texts have labels or a number, not both: column %q is of numbers", c.Score)
	case c.Pair != "" && (c.Pair == c.Text || c.Pair == c.Label || c.Pair == c.Score):
		return fmt.Errorf("column %q cannot be both that of the second texts and another", c.Pair)
	case c.Comma == utf8.RuneError || c.Comma == '"' || c.Comma == '\r' || c.Comma == '\n' || c.Comma < 0 || c.Comma > utf8.MaxRune:
		return errors.New("the delimiter must be one character, and neither a quote nor a line end")
	case c.Decimal != "" && c.Decimal != "point" && c.Decimal != "comma":
		return fmt.Errorf("the decimal mark cannot be %.20q, only point or comma", c.Decimal)
	case c.Dates != "" && c.Dates != "dmy" && c.Dates != "mdy" && c.Dates != "ymd":
		return fmt.Errorf("the order of dates cannot be %.20q, only dmy, mdy or ymd", c.Dates)
	}
	return nil
}

// remark adds what a reader noticed in a complete pass.
func (t *Table) remark(notes ...string) {
	t.passed.Lock()
	defer t.passed.Unlock()
	for _, n := range notes {
		if !slices.Contains(t.remarks, n) {
			t.remarks = append(t.remarks, n)
		}
	}
}

// Remarks says in sentences what readers noticed in complete passes over the rows.
func (t *Table) Remarks() []string { return t.notes() }

// notes returns what readers noticed.
func (t *Table) notes() []string {
	t.passed.Lock()
	defer t.passed.Unlock()
	return slices.Clone(t.remarks)
}
