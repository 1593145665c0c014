package zoo

import (
	"context"

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

	Texts       = texts.Set
	TextsConfig = texts.Config
	Rows        = mlp.Rows

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
