package main

import (
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/spf13/cobra"
)

// wordsLong is what the commands about words have in common.
const wordsLong = `MODEL is a model of word vectors, or a file in word2vec's text or binary format
or GloVe's, compressed by gzip or not. Words are looked up as they are given,
then in lower case; "New York" finds new_york in a model that learned phrases.`

// wordsAnswer is a line of nearest --json and analogy --json.
type wordsAnswer struct {
	Words   []string           `json:"words"`
	Nearest []recipe.Neighbour `json:"nearest"`
}

// similarAnswer is what similarity --json prints.
type similarAnswer struct {
	Words      []string `json:"words"`
	Similarity float64  `json:"similarity"`
}

func newNearest(z *zoo.Zoo) *cobra.Command {
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use:               "nearest MODEL WORD ...",
		Short:             "List the words nearest to a word",
		Long:              "List the words whose vectors point most nearly the same way as a word's, with the cosine.\n\n" + wordsLong,
		Example:           "  zoo nearest word2vec-imdb excellent director\n  zoo nearest words \"special effects\"\n  zoo nearest glove.6B.100d.txt film -n 5 --json",
		Args:              takes("MODEL", "WORD", "[WORD ...]"),
		ValidArgsFunction: modelNames,
		RunE: func(c *cobra.Command, args []string) error {
			v, words, err := openWords(c, z, n, args)
			if err != nil {
				return err
			}
			for _, w := range words {
				near, err := v.Nearest(w, n)
				if err != nil {
					return err
				}
				if err := printWords(c, []string{w}, w, near, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().IntVarP(&n, "number", "n", 10, "words to list")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each word")
	return c
}

func newAnalogy(z *zoo.Zoo) *cobra.Command {
	var n int
	var asJSON bool
	c := &cobra.Command{
		Use:               "analogy MODEL A B C",
		Short:             "Answer: A is to B as C is to what?",
		Long:              "List the words nearest to B - A + C: A is to B as C is to them.\n\n" + wordsLong,
		Example:           "  zoo analogy word2vec-imdb actor actress he",
		Args:              takes("MODEL", "A", "B", "C"),
		ValidArgsFunction: modelNames,
		RunE: func(c *cobra.Command, args []string) error {
			v, words, err := openWords(c, z, n, args)
			if err != nil {
				return err
			}
			near, err := v.Analogy(words[0], words[1], words[2], n)
			if err != nil {
				return err
			}
			return printWords(c, words, fmt.Sprintf("%s : %s = %s", words[0], words[1], words[2]), near, asJSON)
		},
	}
	c.Flags().IntVarP(&n, "number", "n", 5, "words to list")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func newSimilarity(z *zoo.Zoo) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "similarity MODEL A B",
		Short:             "Print how similar two words are",
		Long:              "Print the cosine of the angle between two words' vectors, 1 for the same direction.\n\n" + wordsLong,
		Example:           "  zoo similarity word2vec-imdb film movie",
		Args:              takes("MODEL", "A", "B"),
		ValidArgsFunction: modelNames,
		RunE: func(c *cobra.Command, args []string) error {
			v, words, err := openWords(c, z, 1, args)
			if err != nil {
				return err
			}
			s, err := v.Similarity(words[0], words[1])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), similarAnswer{words, s})
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%.4f\n", s)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// openWords opens the vectors and finds the words in them.
func openWords(c *cobra.Command, z *zoo.Zoo, n int, args []string) (recipe.Vectors, []string, error) {
	if n < 1 {
		return nil, nil, usage(c, "--number %d, want 1 or more", n)
	}
	v, _, err := z.Env(zoo.Run{}).Vectors(args[0])
	if err != nil {
		return nil, nil, err
	}
	var words []string
	for _, w := range args[1:] {
		found, ok := v.Find(w)
		if !ok {
			return nil, nil, fmt.Errorf("zoo: %s: %q is not among the %d words", args[0], w, v.Len())
		}
		words = append(words, found)
	}
	return v, words, nil
}

// printWords prints words under a title.
func printWords(c *cobra.Command, words []string, title string, near []recipe.Neighbour, asJSON bool) error {
	if asJSON {
		return printJSON(c.OutOrStdout(), wordsAnswer{words, near})
	}
	var b strings.Builder // written at once, so that an error of writing is seen
	fmt.Fprintln(&b, title)
	for _, w := range near {
		fmt.Fprintf(&b, "  %.4f  %s\n", w.Similarity, w.Word)
	}
	_, err := fmt.Fprint(c.OutOrStdout(), b.String())
	return err
}
