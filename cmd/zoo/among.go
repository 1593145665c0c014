package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/spf13/cobra"
)

// amongFlags say which texts nearest looks among.
type amongFlags struct {
	file  string
	cache cacheFlag
	table tableFlags
}

func (f *amongFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "among", "", "with an encoder: rank the texts of this file, one a line or a column of a table, and not words")
	f.cache.add(c, "the vectors of --among")
	f.table.add(c)
}

// foundText is a text and the cosine of its vector with another's.
type foundText struct {
	Line       int     `json:"line"` // of the file, or row of the table, counted from 1
	Text       string  `json:"text"`
	Similarity float64 `json:"similarity"`
}

// amongAnswer is a line of nearest --among --json.
type amongAnswer struct {
	Text    string      `json:"text"`
	Nearest []foundText `json:"nearest"`
}

// rank lists the texts of a file nearest to each of queries.
func (f *amongFlags) rank(c *cobra.Command, z *zoo.Zoo, model string, queries []string, n int, asJSON bool) error {
	e, m, err := openEmbedder(c, z, model, false)
	if err != nil {
		return err
	}
	if _, err := os.Stat(f.file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("zoo: nearest: no file %s: %w", f.file, zoo.ErrUsage)
	}
	lines, err := textLines(c, &f.table, nil, f.file)
	if err != nil {
		return err
	}
	var all []string
	for chunk, err := range lines {
		if err != nil {
			return err
		}
		all = append(all, chunk...)
	}
	if len(all) == 0 {
		return fmt.Errorf("zoo: nearest: %s holds no text", f.file)
	}
	sum, err := m.SHA256()
	if err != nil {
		return err
	}
	vectors, hit, err := texts.CachedVectors(f.cache.use(), []string{sum, strings.Join(all, "\n")}, len(all), e.Dim(), func() ([]float32, error) {
		return vectorsOf(c, e, all)
	})
	if err != nil {
		return fmt.Errorf("zoo: nearest: %w", err)
	}
	if hit {
		fmt.Fprintf(c.ErrOrStderr(), "the vectors of %d texts are from the cache\n", len(all))
	}
	asked, err := e.EmbedTexts(c.Context(), queries)
	if err != nil {
		return err
	}
	for i, q := range asked {
		found := make([]foundText, len(all))
		for j, text := range all {
			found[j] = foundText{j + 1, text, cosine(q.Vector, vectors[j*e.Dim():][:e.Dim()])}
		}
		slices.SortStableFunc(found, func(a, b foundText) int { return cmp.Compare(b.Similarity, a.Similarity) })
		if err := printFound(c, queries[i], found[:min(n, len(found))], asJSON); err != nil {
			return err
		}
	}
	return nil
}

// vectorsOf reads texts in blocks and says how far it is.
func vectorsOf(c *cobra.Command, e recipe.Embedder, all []string) ([]float32, error) {
	fmt.Fprintf(c.ErrOrStderr(), "reading %d texts once\n", len(all))
	var vectors []float32
	for block := range slices.Chunk(all, 1<<11) {
		read, err := e.EmbedTexts(c.Context(), block)
		if err != nil {
			return nil, err
		}
		for _, v := range read {
			vectors = append(vectors, v.Vector...)
		}
	}
	return vectors, nil
}

func printFound(c *cobra.Command, query string, found []foundText, asJSON bool) error {
	if asJSON {
		return printJSON(c.OutOrStdout(), amongAnswer{query, found})
	}
	var b strings.Builder // written at once, so that an error of writing is seen
	fmt.Fprintln(&b, shorten(query))
	for _, t := range found {
		fmt.Fprintf(&b, "  %.4f  %6d  %s\n", t.Similarity, t.Line, shorten(t.Text))
	}
	_, err := fmt.Fprint(c.OutOrStdout(), b.String())
	return err
}
