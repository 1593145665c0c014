package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// tags measures every seed's tagger on the test part of its data, once.
func tags(ctx context.Context, card *weights.Card, dirs []string, path string) error {
	seeds := weights.Table{Title: "Seeds, test", Columns: []string{"seed", "column", "accuracy, %", "of unknown words, %", "SHA-256"}}
	means := map[string][]float64{}
	card.Metrics = maps.Clone(card.Metrics)
	if card.Metrics == nil {
		card.Metrics = map[string]float64{}
	}
	for i, dir := range dirs {
		m, err := zoo.OpenModel(dir)
		if err != nil {
			return err
		}
		measurer, ok := m.Value.(recipe.Measurer)
		if !ok {
			return fmt.Errorf("%s cannot be measured", dir)
		}
		data, err := measurer.MeasureSource().Open(path, zoo.TextsConfig{})
		if err != nil {
			return err
		}
		e, err := measurer.Measure(ctx, data)
		if err != nil {
			return err
		}
		text, err := json.Marshal(e.Figures)
		if err != nil {
			return err
		}
		var figures struct {
			Columns []struct {
				Name            string  `json:"name"`
				Accuracy        float64 `json:"accuracy"`
				UnknownAccuracy float64 `json:"unknown_accuracy"`
				Spans           *struct {
					F1 float64 `json:"f1"`
				} `json:"spans"`
			} `json:"columns"`
		}
		if err := json.Unmarshal(text, &figures); err != nil {
			return err
		}
		made := m.Artefact.Card
		for _, c := range figures.Columns {
			key := "test_" + c.Name + "_accuracy"
			if means[key] = append(means[key], c.Accuracy); i == 0 {
				card.Metrics[key] = c.Accuracy
			}
			if c.Spans != nil {
				key := "test_" + c.Name + "_f1"
				if means[key] = append(means[key], c.Spans.F1); i == 0 {
					card.Metrics[key] = c.Spans.F1
				}
			}
			seeds.Rows = append(seeds.Rows, []string{fmt.Sprint(made.Recipe.Seed), c.Name, fmt.Sprintf("%.2f", 100*c.Accuracy),
				fmt.Sprintf("%.2f", 100*c.UnknownAccuracy), made.Files[weights.WeightsFile].SHA256[:12]})
		}
	}
	for key, all := range means {
		if n := float64(len(all)); n > 1 {
			var sum, squares float64
			for _, x := range all {
				sum += x
			}
			for _, x := range all {
				squares += float64((x - sum/n) * (x - sum/n))
			}
			card.Metrics[key+"_mean"], card.Metrics[key+"_std"] = sum/n, math.Sqrt(squares/(n-1))
		}
	}
	card.Tables = append(card.Tables, seeds)
	return nil
}
