package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// takes states the arguments of a command: these and no more. A last name in
// brackets stands for any number of arguments.
func takes(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		for i, name := range names {
			if strings.HasPrefix(name, "[") {
				return nil
			}
			if i >= len(args) {
				return usage(c, "%s is missing", name)
			}
		}
		if len(args) == len(names) {
			return nil
		}
		if more := args[len(names)]; c.HasSubCommands() {
			text := fmt.Sprintf("there is no command %q", more)
			if near := c.SuggestionsFor(more); len(near) > 0 {
				text += "; did you mean " + strings.Join(near, " or ") + "?"
			}
			return usage(c, "%s", text)
		}
		more, hint := args[len(names)], ""
		if info, err := os.Stat(more); err == nil && info.Mode().IsRegular() && c.Flags().Lookup("data") != nil && !c.Flags().Changed("data") {
			hint = fmt.Sprintf("; did you mean --data %s?", more)
		}
		return usage(c, "unexpected argument %q%s", more, hint)
	}
}

// unwanted refuses flags that a model or recipe has no use for.
func unwanted(c *cobra.Command, why string, names ...string) error {
	for _, name := range names {
		if c.Flags().Changed(name) {
			return usage(c, "--%s does not apply: %s", name, why)
		}
	}
	return nil
}

// goNoise is what package strconv says around its reason.
var goNoise = regexp.MustCompile(`strconv\.\w+: parsing "[^"]*": `)

// flagError words an error of the flag parser: what was expected, or which flag
// was meant.
func flagError(c *cobra.Command, err error) error {
	text := goNoise.ReplaceAllString(err.Error(), "")
	var value *pflag.InvalidValueError
	var absent *pflag.NotExistError
	switch {
	case errors.As(err, &value):
		switch value.GetFlag().Value.Type() {
		case "int":
			text += "; want a whole number"
		case "uint64":
			text += "; want a whole number, 0 or more"
		case "float64":
			text += "; want a number"
		case "duration":
			text += "; want a duration, such as 30s or 5m"
		}
	case errors.As(err, &absent) && absent.GetSpecifiedShortnames() == "":
		flags := &cobra.Command{SuggestionsMinimumDistance: 2} // it has the flags as commands, to be likened
		c.Flags().VisitAll(func(f *pflag.Flag) {
			flags.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		})
		if near := flags.SuggestionsFor(absent.GetSpecifiedName()); len(near) > 0 {
			text += "; did you mean --" + strings.Join(near, " or --") + "?"
		}
	}
	return usage(c, "%s", text)
}

// negatives returns a command line on which negative numbers are arguments of
// predict and not flags, which no flag of it looks like: such an argument is
// led by a space, which numbers and texts may have.
func negatives(args []string) []string {
	if len(args) == 0 || args[0] != "predict" {
		return args
	}
	out := append([]string(nil), args...)
	for i, a := range args {
		switch before := args[max(0, i-1)]; {
		case a == "--":
			return out
		case before == "-f" || before == "--file":
		case negative(a):
			out[i] = " " + a
		}
	}
	return out
}

// negative tells whether an argument begins with a number below zero.
func negative(arg string) bool {
	if !strings.HasPrefix(arg, "-") {
		return false
	}
	first, _, _ := strings.Cut(arg, ",")
	_, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// modelNames completes a MODEL: the pretrained ones, beside the files that the
// shell finds.
func modelNames(z *zoo.Zoo) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, r := range z.Models {
			if len(args) == 0 {
				names = append(names, r.Name)
			}
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}

// recipeNames completes a RECIPE.
func recipeNames(z *zoo.Zoo) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, r := range z.Families.Named() {
			if len(args) == 0 {
				names = append(names, r.Name+"\t"+r.About)
			}
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}
