package main

import (
	"strings"
	"testing"
)

// What the shell is told to offer. The last line says what of its own it may
// add: 4 no files, 8 files of these endings, 16 directories.
func TestCompleteFlags(t *testing.T) {
	for args, want := range map[string][]string{
		"eval mine --split ":            {"train\n", "test\n", ":4\n"},
		"train lstm-imdb --data ":       {"csv\n", "parquet\n", "gz\n", ":8\n"},
		"train lstm-imdb --out ":        {":16\n"},
		"train lstm-imdb --seed ":       {":4\n"},
		"train mlp --target ":           {":4\n"},
		"export lstm-imdb --out ":       {":0\n"},
		"predict lstm-imdb --file ":     {":0\n"},
		"predict lstm-imdb --exp":       {"--explain"},
		"predict ls":                    {"lstm-imdb\n", ":0\n"},
		"train m":                       {"mlp\t", "mlp-line\t", ":0\n"},
		"tra":                           {"train\t"},
		"pull acme/encoder --revision ": {":4\n"},
		"pull ":                         {":4\n"},
	} {
		words := strings.Split(args, " ")
		o := runZoo(append([]string{"__complete"}, words...)...)
		for _, w := range want {
			if !strings.Contains(o.stdout, w) {
				t.Errorf("zoo %s: %q lacks %q", args, o.stdout, w)
			}
		}
	}
}
