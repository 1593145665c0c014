package main

import (
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

// newRoot returns the command tree.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "zoo",
		Short: "Pretrained models for Go: predict, measure, train, reproduce",
		Long: `zoo runs and trains the models of the Gorgonia zoo on an ordinary CPU.

A MODEL is a name that "zoo list" prints, or a directory that train wrote.
Results go to standard output, everything else to standard error. The exit
code is 1 for failures and 2 for wrong usage.`,
		Example: `  zoo predict lstm-imdb "A quiet, beautiful film."
  zoo list
  zoo train mlp-line --out line
  zoo predict line 2.5`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		Args:                       takes(),
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(newList(), newCard(), newPredict(), newEval(), newTrain(), newFinetune(), newReproduce(), newNearest(), newAnalogy(), newSimilarity(), newExport(), newBench())
	root.SetFlagErrorFunc(flagError)
	completeFlags(root)
	return root
}

// usage is an error of the command line, with where to read more.
func usage(c *cobra.Command, format string, args ...any) error {
	text := strings.TrimSpace(fmt.Sprintf(format, args...))
	return fmt.Errorf("%s: %s\nSee '%s --help'.%w", c.CommandPath(), text, c.CommandPath(), silentUsage)
}

// silentUsage marks an error as one of usage without a text of its own.
var silentUsage = &silent{zoo.ErrUsage}

type silent struct{ error }

func (*silent) Error() string   { return "" }
func (s *silent) Unwrap() error { return s.error }

// message is the text of an error without the mark that only chooses the exit
// code.
func message(err error) string {
	text := strings.TrimSuffix(err.Error(), ": "+zoo.ErrUsage.Error())
	if _, bare := err.(*fs.PathError); bare { // of writing the results
		text = "zoo: " + text
	}
	return text
}

// version is the module's version as the build recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
