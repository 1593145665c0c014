package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/weights"
)

// neighbours shows vectors on the card, and measures them on files of pairs of
// words that people have scored.
func neighbours(card *weights.Card, v *word2vec.Vectors, files []string) error {
	near := weights.Table{Title: "Nearest words", Columns: []string{"word", "nearest"}}
	for _, w := range []string{"excellent", "terrible", "director", "witty"} {
		list, err := v.Nearest(w, 8)
		if err != nil {
			return err
		}
		var words []string
		for _, n := range list {
			words = append(words, n.Word)
		}
		near.Rows = append(near.Rows, []string{w, strings.Join(words, ", ")})
	}
	pairs := weights.Table{Title: "Agreement with people about pairs of words",
		Columns: []string{"pairs", "in the vocabulary", "Spearman's rank correlation"}}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		list, err := word2vec.ReadPairs(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		r, covered := v.Agreement(list)
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		card.Metrics[name+"_spearman"] = r
		pairs.Rows = append(pairs.Rows, []string{name, fmt.Sprintf("%d of %d", covered, len(list)), fmt.Sprintf("%.4f", r)})
	}
	card.Tables = append(card.Tables, near, pairs)
	return nil
}
