package weights

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Card says what a model is, where it comes from and how well it does. Texts
// may be Markdown.
type Card struct {
	Name        string `json:"name"`           // such as "lstm-imdb"
	Task        string `json:"task"`           // such as "binary sentiment classification"
	Description string `json:"description"`    // what it does and for whom
	Data        string `json:"data"`           // what it was trained on, and the terms of that
	Licence     string `json:"licence"`        // of the weights, as an SPDX identifier
	Date        string `json:"date,omitempty"` // of the training, YYYY-MM-DD; empty: not said

	Recipe  Recipe             `json:"recipe"`
	Metrics map[string]float64 `json:"metrics,omitempty"` // finite numbers, by name
	Tables  []Table            `json:"tables,omitempty"`  // results that take more than a number
	Limits  []string           `json:"limits,omitempty"`  // what it should not be used for, known weaknesses

	// Parameters is the number of values in the weights (bytes of tensors of
	// type U8 are none), and Files the length
	// and checksum of every file that a prediction depends on. Save fills in
	// both, OpenArtefact checks them.
	Parameters int64               `json:"parameters"`
	Files      map[string]FileInfo `json:"files"`
}

// Recipe is what repeats a training.
type Recipe struct {
	Command string            `json:"command"`
	Seed    uint64            `json:"seed"`
	Options map[string]string `json:"options,omitempty"`
}

// Table is a table of results.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// FileInfo is the length and checksum of a file.
type FileInfo struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // in lower-case hexadecimal
}

// cardFile is the content of card.json.
type cardFile struct {
	Format int `json:"format"`
	Card
}

var (
	nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)
	sumForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// CheckName reports a name that no card may have.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("name %.100q, expected lower-case letters, digits, '.', '_' and '-'", name)
	}
	return nil
}

func (c *Card) check() error {
	if err := CheckName(c.Name); err != nil {
		return err
	}
	if c.Date != "" {
		if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
			return fmt.Errorf("date %.20q, expected YYYY-MM-DD", c.Date)
		}
	}
	if c.Parameters < 0 {
		return fmt.Errorf("parameters: %d, expected zero or more", c.Parameters)
	}
	for i, t := range c.Tables {
		if len(t.Columns) == 0 {
			return fmt.Errorf("table %d (%q): no columns", i, t.Title)
		}
		for k, row := range t.Rows {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("table %d (%q): row %d has %d cells, expected %d", i, t.Title, k, len(row), len(t.Columns))
			}
		}
	}
	named := 0
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		f := c.Files[name]
		if name != WeightsFile && name != ConfigFile && name != VocabFile {
			if err := checkFileName(name); err != nil {
				return fmt.Errorf("files: %w", err)
			}
			named++
		}
		if f.Bytes < 0 || !sumForm.MatchString(f.SHA256) {
			return fmt.Errorf("files: %q: %d bytes and SHA-256 %.100q, expected a length and 64 hexadecimal digits", name, f.Bytes, f.SHA256)
		}
	}
	for _, name := range []string{WeightsFile, ConfigFile} {
		if _, ok := c.Files[name]; !ok {
			return fmt.Errorf("files: no %q", name)
		}
	}
	if named > MaxFiles {
		return fmt.Errorf("files: %d under names of their own, expected at most %d", named, MaxFiles)
	}
	return nil
}

// parseCard reads card.json.
func parseCard(data []byte) (Card, error) {
	var c cardFile
	if err := checkFormat(data); err != nil {
		return Card{}, err
	}
	if err := UnmarshalStrict(data, &c); err != nil {
		return Card{}, err
	}
	return c.Card, c.check()
}

// Markdown renders the card for readers.
func (c *Card) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", c.Name)
	if c.Description != "" {
		fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(c.Description))
	}
	rows := [][]string{}
	for _, r := range [][2]string{
		{"task", c.Task}, {"parameters", strconv.FormatInt(c.Parameters, 10)}, {"licence", c.Licence}, {"date", c.Date},
	} {
		if r[1] != "" {
			rows = append(rows, r[:])
		}
	}
	if f, ok := c.Files[WeightsFile]; ok {
		rows = append(rows, []string{"bytes", strconv.FormatInt(f.Bytes, 10)}, []string{"SHA-256", "`" + f.SHA256 + "`"})
	}
	writeTable(&b, []string{"model", c.Name}, rows)

	if len(c.Metrics) > 0 {
		b.WriteString("\n## Metrics\n\n")
		rows = rows[:0]
		for _, name := range slices.Sorted(maps.Keys(c.Metrics)) {
			rows = append(rows, []string{name, strconv.FormatFloat(c.Metrics[name], 'g', 6, 64)})
		}
		writeTable(&b, []string{"metric", "value"}, rows)
	}
	for _, t := range c.Tables {
		fmt.Fprintf(&b, "\n### %s\n\n", t.Title)
		writeTable(&b, t.Columns, t.Rows)
	}
	if c.Data != "" {
		fmt.Fprintf(&b, "\n## Data\n\n%s\n", strings.TrimSpace(c.Data))
	}
	if c.Recipe.Command != "" {
		fmt.Fprintf(&b, "\n## Recipe\n\n```\n%s\n```\n\n", strings.TrimSpace(c.Recipe.Command))
		rows = append(rows[:0], []string{"seed", strconv.FormatUint(c.Recipe.Seed, 10)})
		for _, name := range slices.Sorted(maps.Keys(c.Recipe.Options)) {
			rows = append(rows, []string{name, c.Recipe.Options[name]})
		}
		writeTable(&b, []string{"option", "value"}, rows)
	}
	if len(c.Limits) > 0 {
		b.WriteString("\n## Limits\n\n")
		for _, l := range c.Limits {
			fmt.Fprintf(&b, "- %s\n", strings.ReplaceAll(strings.TrimSpace(l), "\n", "\n  "))
		}
	}
	return b.String()
}

var cell = strings.NewReplacer("|", `\|`, "\n", " ")

func writeTable(b *strings.Builder, columns []string, rows [][]string) {
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + cell.Replace(c) + " ")
		}
		b.WriteString("|\n")
	}
	line(columns)
	b.WriteString(strings.Repeat("|---", len(columns)) + "|\n")
	for _, row := range rows {
		line(row)
	}
}
