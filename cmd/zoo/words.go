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
	var among amongFlags
	c := &cobra.Command{
		Use:   "nearest MODEL WORD ...",
		Short: "List the words nearest to a word, or the texts nearest to a text",
		Long: "List the words whose vectors point most nearly the same way as a word's, with the cosine.\n\n" + wordsLong + `

With --among FILE, MODEL is an encoder, and the texts of the file are ranked by how
near they are in meaning to the text that is asked for. Their vectors are cached, so
that the next question is answered at once.`,
		Example: `  zoo nearest word2vec-imdb excellent director
  zoo nearest words "special effects"
  zoo nearest glove.6B.100d.txt film -n 5 --json
  zoo nearest minilm --among questions.csv "I cannot log in"`,
		Args:              takes("MODEL", "WORD", "[WORD ...]"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			if among.file != "" {
				if n < 1 {
					return usage(c, "--number %d, want 1 or more", n)
				}
				return among.rank(c, z, args[0], args[1:], n, asJSON)
			}
			if err := unwanted(c, "no file is given by --among", "cache", "text", "encoding", "quotes", "delimiter"); err != nil {
				return err
			}
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
	among.add(c)
	strictFlag(c)
	c.Flags().IntVarP(&n, "number", "n", 10, "words or texts to list")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each word or text")
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
		ValidArgsFunction: modelNames(z),
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
	strictFlag(c)
	c.Flags().IntVarP(&n, "number", "n", 5, "words to list")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func newSimilarity(z *zoo.Zoo) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "similarity MODEL A B",
		Short: "Print how similar two words or two texts are",
		Long: "Print the cosine of the angle between two words' vectors, 1 for the same direction.\n\n" + wordsLong + `

An encoder, such as minilm, compares two texts.`,
		Example:           "  zoo similarity word2vec-imdb film movie\n  zoo similarity minilm \"I cannot log in\" \"My password is refused\"",
		Args:              takes("MODEL", "A", "B"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			words, s, err := similarity(c, z, args)
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
	strictFlag(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// similarity is the cosine of two words or of two texts, as the model has vectors
// of either.
func similarity(c *cobra.Command, z *zoo.Zoo, args []string) (of []string, cosineOf float64, err error) {
	m, _, err := z.OpenFile(args[0])
	if err != nil {
		return nil, 0, err
	}
	if e, ok := m.Value.(recipe.Embedder); ok {
		v, err := e.EmbedTexts(c.Context(), args[1:])
		if err != nil {
			return nil, 0, err
		}
		return args[1:], cosine(v[0].Vector, v[1].Vector), nil
	}
	v, words, err := openWords(c, z, 1, args)
	if err != nil {
		return nil, 0, err
	}
	s, err := v.Similarity(words[0], words[1])
	return words, s, err
}

// strictFlag adds --strict to a command that opens vectors.
func strictFlag(c *cobra.Command) {
	c.Flags().Bool("strict", false, "refuse a file of vectors with words twice or without a word, or with a wrong first line; without it these are passed over and counted")
}

// strictly tells whether --strict is given.
func strictly(c *cobra.Command) bool {
	strict, err := c.Flags().GetBool("strict")
	return err == nil && strict
}

// openWords opens the vectors and finds the words in them.
func openWords(c *cobra.Command, z *zoo.Zoo, n int, args []string) (recipe.Vectors, []string, error) {
	if n < 1 {
		return nil, nil, usage(c, "--number %d, want 1 or more", n)
	}
	v, _, err := z.Env(zoo.Run{Log: c.ErrOrStderr(), Strict: strictly(c)}).Vectors(args[0])
	if err != nil {
		if m, failed := z.Open(args[0]); failed == nil {
			if _, ok := m.Value.(recipe.Embedder); ok && c.Flags().Lookup("among") != nil {
				return nil, nil, usage(c, "%s is an encoder of texts and has no words: --among FILE names the texts to rank", args[0])
			}
		}
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
