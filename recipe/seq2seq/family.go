package seq2seq

import (
	"github.com/gorgonia-zoo/zoo/models/seq2seq"
	"github.com/gorgonia-zoo/zoo/pairs"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Family returns the family of translators.
func Family() *recipe.Family {
	return &recipe.Family{
		Key:      "seq2seq",
		New:      func() recipe.Body { return new(Recipe) },
		Named:    func() []recipe.Recipe { return []recipe.Recipe{plain(), deEn()} },
		Settings: settings(),
		Source:   func(b recipe.Body) *recipe.Source { return source(b.(*Recipe).Columns) },
		Train:    run,
		Holds:    func(a *weights.Artefact) bool { return a.Model == seq2seq.Kind },
		Open: func(a *weights.Artefact) (any, error) {
			t, err := seq2seq.FromArtefact(a)
			if err != nil {
				return nil, err
			}
			return &Translator{t, columnsOf(a.Card)}, nil
		},
	}
}

// source says how pairs are read: from the two files of columns, or from --data.
func source(columns pairs.Config) *recipe.Source {
	if columns.Files() {
		return &recipe.Source{Refuse: func(subject, _ string) string {
			return subject + " reads the two files of --source-file and --target-file"
		}}
	}
	return &recipe.Source{
		Open: func(path string, c recipe.DataConfig) (recipe.Data, error) {
			s, err := pairs.Open(path, columns, c.Table())
			if err == nil && c.Part != "" {
				err = s.Choose(c.Part)
			}
			if err != nil {
				return nil, err
			}
			return s, nil
		},
		Refuse: func(subject, flag string) string {
			switch flag {
			case "text", "label", "mirror", "cache", "rows", "decimal", "dates", "strict", "skip-empty", "missing":
				return subject + " reads pairs of texts, whose columns --source and --target name"
			}
			return ""
		},
		Missing: func(subject string) string {
			return "--data is missing: " + subject + " reads pairs of texts from a table or a directory, or from --source-file and --target-file"
		},
	}
}

// settings are what flags change.
func settings() []recipe.Setting {
	const without = "translates nothing"
	text := func(flag, usage string, of func(*Recipe) *string) recipe.Setting {
		return recipe.Setting{Flag: flag, Usage: usage, Type: recipe.TextType, Else: without, Free: true, Of: recipe.Text(of, "")}
	}
	share := func(x float64) bool { return x >= 0 && x < 1 }
	return []recipe.Setting{
		text("source", "of a translator: column of the source, or its language where --data is a directory", func(r *Recipe) *string { return &r.Columns.Source }),
		text("target", "of a translator: column of the target, or its language", func(r *Recipe) *string { return &r.Columns.Target }),
		text("source-file", "of a translator: file of source texts, one a line, in place of --data", func(r *Recipe) *string { return &r.Columns.SourceFile }),
		text("target-file", "of a translator: file of their translations, line by line", func(r *Recipe) *string { return &r.Columns.TargetFile }),
		{
			Flag: "lowercase", Usage: "of a translator: read and write lower case", Type: recipe.BoolType, Else: without,
			Of: recipe.Bool(func(r *Recipe) *bool { return &r.Lowercase }),
		},
		{
			Flag: "source-vocab", Usage: "of a translator: subwords of the source (default: the recipe's)", Type: recipe.IntType, Else: without,
			Of: recipe.Int(func(r *Recipe) *int { return &r.Source.Size }, 258),
		},
		{
			Flag: "target-vocab", Usage: "of a translator: subwords of the target (default: the recipe's)", Type: recipe.IntType, Else: without,
			Of: recipe.Int(func(r *Recipe) *int { return &r.Target.Size }, 258),
		},
		{
			Flag: "joint-vocab", Usage: "of a translator: one vocabulary and one table of embeddings for both sides, of --source-vocab subwords", Type: recipe.BoolType, Else: without,
			Of: recipe.Bool(func(r *Recipe) *bool { return &r.Model.Joint }),
		},
		{
			Flag: "smoothing", Usage: "of a translator: share of the loss that all words have alike (default: the recipe's)", Type: recipe.NumberType, Else: without,
			Of: recipe.Number(func(r *Recipe) *float64 { return &r.Smoothing }, "a number from 0 to below 1", share),
		},
	}
}
