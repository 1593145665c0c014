package main

import (
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
	"github.com/spf13/cobra"
)

// newRoot returns the command tree.
func newRoot(z *zoo.Zoo) *cobra.Command {
	root := &cobra.Command{
		Use:   "zoo",
		Short: "Pretrained models for Go: predict, measure, train, reproduce",
		Long: `zoo runs and trains the models of the Gorgonia zoo on an ordinary CPU.

A MODEL is a name that "zoo list" prints, a directory that train wrote, a file
that "zoo pack" made of one, or the ORG/NAME of an encoder that "zoo pull"
fetched from the Hugging Face Hub.
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
	root.AddCommand(newList(z), newCard(z), newPredict(z), newEval(z), newTrain(z), newFinetune(z), newFit(z), newReproduce(z),
		newNearest(z), newAnalogy(z), newSimilarity(z), newEmbed(z), newTranslate(z), newPull(), newCache(), newVersion(), newPack(z), newExport(z), newBench(z), newServe(z), newPage(z))
	root.PersistentPreRun = slowly
	root.SetFlagErrorFunc(flagError)
	completeFlags(root)
	return root
}

// addBuiltins adds the commands help and completion, which take what they know
// alone and show examples as all others do. The root must know where to print.
func addBuiltins(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Example = "  zoo help train"
			c.Args = func(_ *cobra.Command, args []string) error {
				if found, _, err := root.Find(args); err != nil || found == root {
					return takes()(root, args)
				}
				return nil
			}
		case "completion":
			c.Example = "  zoo completion bash > ~/.local/share/bash-completion/completions/zoo"
			c.Args = takes()
			c.RunE = func(c *cobra.Command, _ []string) error {
				return usage(c, "SHELL is missing: bash, fish, powershell or zsh")
			}
			for _, shell := range c.Commands() {
				shell.Example = "  zoo completion " + shell.Name() + " > FILE"
			}
		}
	}
}

// withoutVectors is what slowly says.
const withoutVectors = "this processor or build has no vector units that are used: LSTMs, encoders and other networks are many times slower; linear models (recipes tfidf, nbsvm, subword) are not"

// slowly says once, before a network is trained or many texts are read, that the
// processor's vector units are not used.
func slowly(c *cobra.Command, _ []string) {
	if kernel.Current() == kernel.Portable && slices.Contains([]string{"train", "finetune", "fit", "reproduce", "embed", "serve"}, c.Name()) {
		fmt.Fprintln(c.ErrOrStderr(), withoutVectors)
	}
}

// newVersion prints what --version does.
func newVersion() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Example: "  zoo version", Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "zoo version %s, %s, %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}}
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
