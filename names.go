package zoo

import (
	"context"
	"io"
	"io/fs"
	"iter"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/recipe/finetune"
	"github.com/gorgonia-zoo/zoo/recipe/linear"
	"github.com/gorgonia-zoo/zoo/recipe/lstm"
	"github.com/gorgonia-zoo/zoo/recipe/mlp"
	"github.com/gorgonia-zoo/zoo/recipe/word2vec"
	"github.com/gorgonia-zoo/zoo/texts"
)

// What a program needs to train and to use models, under the names by which it
// knows them.
type (
	Model  = recipe.Model
	Recipe = recipe.Recipe
	Run    = recipe.Run
	Data   = recipe.Data

	Texts        = texts.Set
	TextsConfig  = texts.Config
	LabelledText = texts.Labelled
	DataConfig   = recipe.DataConfig
	Rows         = mlp.Rows

	// Bodies of recipes: Recipe.Body is a pointer to one.
	TextRecipe     = lstm.Recipe
	LinearRecipe   = linear.Recipe
	Word2VecRecipe = word2vec.Recipe
	LineRecipe     = mlp.LineRecipe
	TableRecipe    = mlp.TableRecipe
	TableColumns   = mlp.Columns
	FineTuneRecipe = finetune.Recipe

	// Values of models: Model.Value is a pointer to one.
	LSTMClassifier   = lstm.Classifier
	LinearClassifier = linear.Classifier
	WordVectors      = word2vec.Vectors
	LineRegressor    = mlp.LineRegressor
	TableRegressor   = mlp.TableRegressor

	// What values of models satisfy: m.Value.(zoo.TextClassifier).
	TextClassifier = classify.Classifier
	Explainer      = classify.Explainer
	Knower         = classify.Knower
	RowAnswerer    = recipe.RowAnswerer
	Regressor      = recipe.Regressor
	Vectors        = recipe.Vectors

	Prediction  = classify.Prediction
	Explanation = classify.Explanation
	Evaluation  = classify.Evaluation
)

// Errors that a program may want to tell apart.
var (
	// ErrUsage is wrapped by errors that a different command line or argument
	// would avoid.
	ErrUsage = recipe.ErrUsage
	// ErrTooLarge is wrapped by errors about more texts than memory is meant
	// for.
	ErrTooLarge = texts.ErrTooLarge
)

// OpenTexts opens an aclImdb directory or archive, or a .csv, .tsv, .jsonl or
// .parquet table of labelled texts.
func OpenTexts(path string, c TextsConfig) (*Texts, error) { return texts.Open(path, c) }

// TextsOf, TextsFrom, ReadTexts and OpenTextsFS are OpenTexts for labelled texts that
// a program has in slices, has one by one, reads or embeds. Nothing of them is kept
// on disk.
func TextsOf(list, labels []string, c TextsConfig) (*Texts, error) { return texts.Of(list, labels, c) }

// TextsFrom reads texts once, and stops at the first error; see TextsOf.
func TextsFrom(all iter.Seq2[LabelledText, error], c TextsConfig) (*Texts, error) {
	return texts.From(all, c)
}

// ReadTexts reads a table of texts in the format that c.Format names; see TextsOf.
func ReadTexts(r io.Reader, c TextsConfig) (*Texts, error) { return texts.Read(r, c) }

// OpenTextsFS opens a table of texts in a file system; see TextsOf.
func OpenTextsFS(fsys fs.FS, name string, c TextsConfig) (*Texts, error) {
	return texts.OpenFS(fsys, name, c)
}

// EvaluateText measures a classifier on one part of the data: "train", "test"
// or, for a table, the whole.
func EvaluateText(ctx context.Context, c TextClassifier, data *Texts, part datasets.Part) (*Evaluation, error) {
	return texts.Evaluate(ctx, c, data, part)
}

// OpenTable opens a .csv, .tsv, .jsonl or .parquet file of rows, of which columns
// says what to read.
func OpenTable(path string, columns TableColumns) (*Rows, error) {
	return mlp.OpenRows(path, columns)
}

// RowsOf, RowsFrom, ReadTable and OpenTableFS are OpenTable for rows that a program
// has: maps or structs, each field a column, as encoding/json writes them, a table
// that it reads, or one that it embeds.
func RowsOf[T any](rows []T, columns TableColumns) (*Rows, error) { return mlp.RowsOf(rows, columns) }

// RowsFrom reads rows once, and stops at the first error; see RowsOf.
func RowsFrom[T any](rows iter.Seq2[T, error], columns TableColumns) (*Rows, error) {
	return mlp.RowsFrom(rows, columns)
}

// ReadTable reads a table in the format that c.Format names; see RowsOf.
func ReadTable(r io.Reader, columns TableColumns, c DataConfig) (*Rows, error) {
	return mlp.ReadRows(r, columns, c)
}

// OpenTableFS opens a table in a file system; see RowsOf.
func OpenTableFS(fsys fs.FS, name string, columns TableColumns, c DataConfig) (*Rows, error) {
	return mlp.OpenRowsFS(fsys, name, columns, c)
}
