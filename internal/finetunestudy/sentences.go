package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
	"golang.org/x/text/encoding/charmap"
)

// sentence is a line of the data.
type sentence struct {
	text  string
	label int
}

// read returns the sentences in the order of the file.
func read(path string) ([]sentence, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, err := charmap.ISO8859_1.NewDecoder().Bytes(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var all []sentence
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		label, rest, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if !ok || label != "0" && label != "1" {
			return nil, fmt.Errorf("%s: line %d: %.40q, want 0 or 1, a space and a sentence", path, n, line)
		}
		all = append(all, sentence{rest, int(label[0] - '0')})
	}
	return all, nil
}

// fold divides sentences into those of one fold and the others, each label in
// the same proportion.
func fold(all []sentence, k, folds int, seed uint64) (train, test []sentence) {
	for label := range 2 {
		var list []sentence
		for _, s := range all {
			if s.label == label {
				list = append(list, s)
			}
		}
		ops.Stream(seed, "folds", uint64(label)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		from, to := k*len(list)/folds, (k+1)*len(list)/folds
		test = append(test, list[from:to]...)
		train = append(append(train, list[:from]...), list[to:]...)
	}
	return train, test
}

// some returns n of the sentences, each label in the same proportion.
func some(all []sentence, n int, seed uint64) []sentence {
	labels := make([]int, len(all))
	for i, s := range all {
		labels[i] = s.label
	}
	_, chosen := datasets.SplitStratified(labels, float64(n)/float64(len(all)), seed)
	var out []sentence
	for _, i := range chosen {
		out = append(out, all[i])
	}
	return out
}

// write writes sentences as a table.
func write(path string, list []sentence) error {
	return weights.WriteFileAtomic(path, func(w io.Writer) error {
		c := csv.NewWriter(w)
		rows := [][]string{{"text", "label"}}
		for _, s := range list {
			rows = append(rows, []string{s.text, []string{"negative", "positive"}[s.label]})
		}
		return c.WriteAll(rows)
	})
}
