package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// dataFlags are the flags of every command that reads labelled data.
type dataFlags struct {
	path, text, label, mirror   string
	cache                       cacheFlag
	encoding, quotes, delimiter string
	decimal, dates              string
	missing                     []string
	skipEmpty, strict           bool
	rows                        int
}

// dataFlagNames are the names of these flags.
var dataFlagNames = []string{"data", "mirror", "text", "label", "cache", "encoding", "quotes", "delimiter", "decimal", "dates", "missing", "strict", "skip-empty", "rows"}

func (f *dataFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.path, "data", "", "aclImdb directory or .tar.gz, or a .csv, .tsv, .jsonl or .parquet file; without it IMDB is downloaded")
	c.Flags().StringVar(&f.mirror, "mirror", "", "address of a copy of the IMDB archive, for the download (checked all the same)")
	c.Flags().StringVar(&f.text, "text", "", "column of the texts (guessed where it is not given)")
	c.Flags().StringVar(&f.label, "label", "", "column of the labels (guessed where it is not given)")
	c.Flags().StringVar(&f.encoding, "encoding", "", "of the table: utf-8, utf-16, windows-1252, gb18030, shift_jis or another of the Web's (default: utf-8, or utf-16 by its mark)")
	c.Flags().StringVar(&f.quotes, "quotes", "", "in CSV: strict (doubled inside quotes), backslash (escaped by one), lazy (misplaced ones are text) or none (all are text)")
	c.Flags().StringVar(&f.delimiter, "delimiter", "", "in CSV: the character between cells, or tab (default: by the first lines)")
	c.Flags().StringVar(&f.decimal, "decimal", "", "in rows of numbers: point or comma, where a number such as 1,234 may be read either way (default: as the others say)")
	c.Flags().StringVar(&f.dates, "dates", "", "in rows: dmy, mdy or ymd, where a date such as 01/02/2024 or 01-02-03 may be read either way (default: as the others say)")
	c.Flags().StringSliceVar(&f.missing, "missing", nil, "cells that stand for no value, besides empty ones (default: NA, N/A, NaN, null, None, ? and what else programs write for it)")
	c.Flags().BoolVar(&f.strict, "strict", false, "refuse what is passed over and counted otherwise: rows without a text or without a label")
	c.Flags().BoolVar(&f.skipEmpty, "skip-empty", true, "pass over rows without a text or without a label, and count them; false is --strict")
	c.Flags().IntVar(&f.rows, "rows", 0, "use so many rows of the table, drawn at random (default: all)")
	f.cache.add(c, "tokenised data and what is computed of it")
}

// open opens the data that a source reads, nil where it draws its own, and
// prints what was guessed. subject names the recipe or model that it is for, and
// classes are the names that labels may have, nil for any.
func (f *dataFlags) open(c *cobra.Command, s *recipe.Source, subject string, classes []string) (recipe.Data, error) {
	if s.Refuse != nil {
		for _, name := range append([]string{"split"}, dataFlagNames...) {
			if c.Flags().Lookup(name) == nil || !c.Flags().Changed(name) {
				continue
			}
			if why := s.Refuse(subject, name); why != "" {
				return nil, unwanted(c, why, name)
			}
		}
	}
	if s.Open == nil {
		return nil, nil
	}
	path := f.path
	if path == "" {
		if s.Missing != nil {
			return nil, usage(c, "%s", s.Missing(subject))
		}
		var err error
		if path, err = download(c, f.mirror); err != nil {
			return nil, err
		}
	}
	if info, err := os.Stat(path); err == nil && f.rows > 0 && info.Size() > 500e6 {
		fmt.Fprintf(c.ErrOrStderr(), "reading the %.1f GB of %s twice, to draw %d rows from all of it\n", float64(info.Size())/1e9, path, f.rows)
	}
	part := ""
	if split := c.Flags().Lookup("split"); split != nil && split.Changed {
		part = split.Value.String()
	}
	data, err := s.Open(path, recipe.DataConfig{Part: part, Text: f.text, Label: f.label, Classes: classes, Cache: f.cache.use(),
		Encoding: f.encoding, Quotes: datasets.Quotes(f.quotes), Strict: f.strict || !f.skipEmpty, Missing: f.marks(c), Rows: f.rows,
		Comma: comma(f.delimiter), Decimal: f.decimal, Dates: f.dates})
	if err != nil {
		return nil, advise(c, s, err)
	}
	for _, g := range data.Guesses() {
		fmt.Fprintln(c.ErrOrStderr(), g)
	}
	return data, nil
}

// marks returns what --missing lists, nil where it is not given.
func (f *dataFlags) marks(c *cobra.Command) []string {
	if !c.Flags().Changed("missing") {
		return nil
	}
	return append([]string{}, f.missing...)
}

// comma is the delimiter that a flag names, 0 for none.
func comma(name string) rune {
	if strings.EqualFold(name, "tab") || name == `\t` {
		return '\t'
	}
	r, n := utf8.DecodeRuneInString(name)
	if n != len(name) {
		return utf8.RuneError // which no table is separated by
	}
	if name == "" {
		return 0
	}
	return r
}

// tell prints what a reader of data should be told once it is read through.
func tell(c *cobra.Command, data recipe.Data) {
	if n, ok := data.(recipe.Noter); ok {
		for _, note := range n.Notes(c.Context()) {
			fmt.Fprintln(c.ErrOrStderr(), note)
		}
	}
}

// advise adds to an error about data what to do on the command line.
func advise(c *cobra.Command, s *recipe.Source, err error) error {
	if s.Rows {
		return rowsError(c, err)
	}
	return columnError(c, err)
}

// columnError adds to an error about a table of texts what to do on the command
// line.
func columnError(c *cobra.Command, err error) error {
	var encoding *datasets.EncodingError
	switch {
	case errors.Is(err, datasets.ErrHeader), errors.Is(err, datasets.ErrConfig):
		return fmt.Errorf("%w: %w", err, zoo.ErrUsage)
	case errors.Is(err, datasets.ErrNoColumn):
		advice := "--text names the column"
		switch flags := c.Flags(); {
		case flags.Lookup("target") != nil && c.Name() == "train":
			advice = "--text and --label name the columns, --target that of a regression"
		case flags.Lookup("label") != nil:
			advice = "--text and --label name the columns"
		}
		return fmt.Errorf("%w (%s): %w", err, advice, zoo.ErrUsage)
	case errors.Is(err, datasets.ErrLabel):
		return fmt.Errorf("%w (--label names the column)", err)
	case errors.Is(err, datasets.ErrEmptyCell):
		return fmt.Errorf("%w (without --strict it is passed over)", err)
	case errors.Is(err, datasets.ErrQuotes):
		return fmt.Errorf("%w (--quotes lazy or --quotes none)", err)
	case errors.As(err, &encoding) && encoding.Seems != "":
		return fmt.Errorf("%w (--encoding %s reads it)", err, encoding.Seems)
	case errors.Is(err, zoo.ErrTooLarge):
		return fmt.Errorf("%w (--rows 100000 draws so many)", err)
	}
	return err
}

// rowsError adds to an error about a table of rows what to do on the command
// line.
func rowsError(c *cobra.Command, err error) error {
	var encoding *datasets.EncodingError
	switch {
	case errors.Is(err, datasets.ErrConfig), errors.Is(err, datasets.ErrQuotes), errors.Is(err, datasets.ErrEmptyCell), errors.As(err, &encoding):
		return columnError(c, err)
	case !errors.Is(err, datasets.ErrNoColumn):
		return err
	case !errors.Is(err, datasets.ErrHeader) && c.Flags().Lookup("target") != nil:
		return fmt.Errorf("%w (--target and --features name the columns): %w", err, zoo.ErrUsage)
	}
	return fmt.Errorf("%w: %w", err, zoo.ErrUsage)
}
