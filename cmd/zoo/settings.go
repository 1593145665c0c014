package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// settingFlags are the flags of the settings that recipes of some families
// have.
type settingFlags struct {
	families recipe.Families
}

// add declares the flag of each setting once: families may share one.
func (f settingFlags) add(c *cobra.Command) {
	values := map[string][]string{}
	for _, family := range f.families {
		for _, s := range family.Settings {
			for _, v := range s.Values {
				if !slices.Contains(values[s.Flag], v) {
					values[s.Flag] = append(values[s.Flag], v)
				}
			}
		}
	}
	for _, family := range f.families {
		for _, s := range family.Settings {
			if c.Flags().Lookup(s.Flag) != nil {
				continue
			}
			switch s.Type {
			case recipe.BoolType:
				c.Flags().Bool(s.Flag, false, s.Usage)
			case recipe.IntType:
				c.Flags().Int(s.Flag, 0, s.Usage)
			case recipe.NumberType:
				c.Flags().Float64(s.Flag, 0, s.Usage)
			case recipe.ListType:
				c.Flags().StringSlice(s.Flag, nil, s.Usage)
			default:
				first := ""
				if len(s.Values) > 1 && !strings.Contains(s.Usage, "(default") {
					first = s.Values[0] // what an empty one stands for
				}
				c.Flags().String(s.Flag, first, s.Usage)
			}
			if err := c.RegisterFlagCompletionFunc(s.Flag, cobra.FixedCompletions(values[s.Flag], cobra.ShellCompDirectiveNoFileComp)); err != nil {
				panic(err) // the flag was declared just now
			}
		}
	}
}

// apply puts what the flags say into a recipe, and refuses those of settings
// that it does not have.
func (f settingFlags) apply(c *cobra.Command, r recipe.Recipe) error {
	has := map[string]bool{}
	for _, s := range r.Family.Settings {
		has[s.Flag] = true
	}
	for _, family := range f.families {
		for _, s := range family.Settings {
			if c.Flags().Changed(s.Flag) && !has[s.Flag] {
				return usage(c, "--%s does not apply: recipe %s %s", s.Flag, r.Name, s.Else)
			}
		}
	}
	for _, s := range r.Family.Settings {
		if flag := c.Flags().Lookup(s.Flag); flag == nil || !flag.Changed {
			continue
		}
		text, err := given(c, s)
		if err == nil {
			err = s.Of(r.Body).Set(text)
		}
		if err != nil {
			return usage(c, "--%s %v", s.Flag, err)
		}
	}
	for _, s := range r.Family.Settings {
		if s.Check != nil {
			if err := s.Check(r.Body); err != nil {
				return usage(c, "--%s %v", s.Flag, err)
			}
		}
	}
	return nil
}

// given is what a flag says, as its setting takes it.
func given(c *cobra.Command, s recipe.Setting) (string, error) {
	switch s.Type {
	case recipe.BoolType:
		on, err := c.Flags().GetBool(s.Flag)
		return strconv.FormatBool(on), err
	case recipe.ListType:
		list, err := c.Flags().GetStringSlice(s.Flag)
		return recipe.JoinList(list), err
	}
	return c.Flags().Lookup(s.Flag).Value.String(), nil
}

// begins are the families whose recipes begin from nothing, and tunes those that
// train other models further.
func begins(all recipe.Families) settingFlags { return of(all, false) }
func tunes(all recipe.Families) settingFlags  { return of(all, true) }

func of(all recipe.Families, tuning bool) settingFlags {
	var f settingFlags
	for _, family := range all {
		if tuning == (family.Tuning != nil) {
			f.families = append(f.families, family)
		}
	}
	return f
}
