package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/bleu"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// measureTranslators measures every seed's model on the test part, once.
func measureTranslators(ctx context.Context, card *weights.Card, dirs []string, data string) error {
	options := card.Recipe.Options
	set, err := pairs.Open(data, pairs.Config{Source: options["source"], Target: options["target"]}, datasets.TableConfig{})
	if err != nil {
		return err
	}
	test, _, err := set.Read(ctx, pairs.Test)
	if err != nil {
		return err
	}
	seeds := weights.Table{Title: "Seeds", Columns: []string{"seed", "validation BLEU", "test BLEU", "test chrF", "SHA-256"}}
	for i, dir := range dirs {
		m, err := zoo.OpenModel(dir)
		if err != nil {
			return err
		}
		t, ok := m.Value.(recipe.Translator)
		if !ok {
			return fmt.Errorf("%s is no translator", dir)
		}
		texts := make([]string, len(test))
		for k, p := range test {
			texts[k] = p.Source
		}
		found, err := t.TranslateTexts(ctx, texts, recipe.TranslateOptions{})
		if err != nil {
			return err
		}
		all, err := compared(test, found, func(int) bool { return true })
		if err != nil {
			return err
		}
		made := m.Artefact.Card
		seeds.Rows = append(seeds.Rows, []string{fmt.Sprint(made.Recipe.Seed), fmt.Sprintf("%.2f", made.Metrics["validation_bleu"]),
			fmt.Sprintf("%.2f", all.BLEU), fmt.Sprintf("%.2f", all.ChrF), made.Files[weights.WeightsFile].SHA256[:12]})
		if i > 0 {
			continue
		}
		card.Metrics["test_bleu"], card.Metrics["test_chrf"] = all.BLEU, all.ChrF
		lengths := weights.Table{Title: "Test BLEU by length (" + all.Signature() + ")", Columns: []string{"words of source", "sentences", "BLEU"}}
		from := 1
		for _, to := range []int{8, 11, 14, 18, 1 << 30} {
			within := func(k int) bool {
				n := len(strings.Fields(test[k].Source))
				return n >= from && n <= to
			}
			some, err := compared(test, found, within)
			if err != nil {
				return err
			}
			n := 0
			for k := range test {
				if within(k) {
					n++
				}
			}
			span := fmt.Sprintf("%d to %d", from, to)
			if to == 1<<30 {
				span = fmt.Sprintf("%d or more", from)
			}
			lengths.Rows = append(lengths.Rows, []string{span, fmt.Sprint(n), fmt.Sprintf("%.2f", some.BLEU)})
			from = to + 1
		}
		examples := weights.Table{Title: "Examples of the test part", Columns: []string{"text", "translation", "reference"}}
		for k := 0; k < 5; k++ {
			examples.Rows = append(examples.Rows, []string{test[k].Source, found[k].Text, test[k].Target})
		}
		card.Tables = []weights.Table{lengths, examples}
	}
	card.Tables = append(card.Tables, seeds)
	return nil
}

// compared measures the translations of the pairs that are within.
func compared(test []pairs.Pair, found []recipe.Translation, within func(int) bool) (bleu.Score, error) {
	var have, want []string
	for i, p := range test {
		if within(i) {
			have, want = append(have, found[i].Text), append(want, p.Target)
		}
	}
	return bleu.Measure(have, want, bleu.Config{Lowercase: true})
}
