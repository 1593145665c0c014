package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// columnFlags are the flags by which zoo fit is told what the columns of a table are:
// those that say what of the data is read, of the family that predicts a column.
type columnFlags struct {
	settingFlags
	plain *recipe.Recipe // nil where no family does
}

// columnSettings finds the family.
func columnSettings(z *zoo.Zoo) columnFlags {
	var f columnFlags
	for _, family := range z.Families {
		has := slices.ContainsFunc(family.Settings, func(s recipe.Setting) bool { return s.Flag == "target" && s.Free })
		if !has || family.Candidates == nil || family.Named == nil {
			continue
		}
		read := *family
		read.Settings = slices.DeleteFunc(slices.Clone(family.Settings), func(s recipe.Setting) bool { return !s.Free })
		r := family.Named()[0]
		r.Family = &read
		f.families, f.plain = recipe.Families{&read}, &r
		break
	}
	return f
}

// open opens the data as texts, or as a table of columns where a flag says so or no
// column is one of texts, and tells how it was read.
func (f columnFlags) open(c *cobra.Command, data *dataFlags, texts *recipe.Source) (recipe.Data, *recipe.Source, error) {
	asked := false
	if f.plain != nil {
		for _, s := range f.plain.Family.Settings {
			asked = asked || c.Flags().Changed(s.Flag)
		}
	}
	var first error
	if !asked {
		read, err := data.open(c, texts, "fit", nil)
		named := c.Flags().Changed("text") || c.Flags().Changed("label")
		if err == nil || f.plain == nil || named || !errors.Is(err, datasets.ErrNoColumn) {
			return read, texts, err
		}
		first = err
	}
	if err := f.apply(c, *f.plain); err != nil {
		return nil, nil, err
	}
	table := f.plain.Source()
	read, err := data.open(c, table, "a search on a table", nil)
	if err != nil {
		if first != nil {
			err = fmt.Errorf("%w; nor is it a table of which a column is predicted from the others: %w", first, err)
		}
		return nil, nil, err
	}
	if first != nil {
		fmt.Fprintln(c.ErrOrStderr(), "no column of texts with one of labels: a column is predicted from the others")
	}
	return read, table, nil
}
