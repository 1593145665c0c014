// Package zoo is a model zoo for Go on Gorgonia: pretrained models in one
// call, training on the user's own data, and recipes that reproduce every
// published weight byte for byte.
//
// A program that imports this package carries the weights of all pretrained
// models; one that imports only models/lstm, train and datasets carries none.
package zoo

import (
	"fmt"
	"sync"

	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/pretrained"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Record is one pretrained model of the table: what it is, how well it does,
// and what proves that these bytes are it.
type Record struct {
	Name       string             `json:"name"`
	Task       string             `json:"task"`
	Parameters int64              `json:"parameters"`
	Bytes      int64              `json:"bytes"`  // of model.safetensors
	SHA256     string             `json:"sha256"` // of model.safetensors
	Metrics    map[string]float64 `json:"metrics"`

	Constructor string `json:"constructor"` // function of this package that opens it
	Recipe      string `json:"recipe"`      // name of the recipe that makes it
	Data        string `json:"data"`
	Licence     string `json:"licence"`
	Date        string `json:"date"` // of training
}

// Models returns the table of pretrained models.
func Models() []Record {
	return []Record{
		{
			Name: "mlp-line", Task: "regression",
			Parameters: 31, Bytes: 396, SHA256: "a4661efd86dd9a6982dc8770254cc8464845f3442ee2f5f0d5908332d75a05d2",
			Metrics:     map[string]float64{"mse": 6.677582344254487e-06},
			Constructor: "MLPLine", Recipe: "mlp-line",
			Data: "points of y = 3x + 2, drawn by the recipe", Licence: "Apache-2.0", Date: "2026-11-23",
		},
		{
			Name: "lstm-imdb", Task: "text classification",
			Parameters: 2867361, Bytes: 5735298, SHA256: "54fb499117f9be26214665a3497403f24fb52bc353502db27ed19aa0b69c154e",
			Metrics: map[string]float64{
				"test_accuracy":                0.90324,
				"test_accuracy_mean":           0.9045066666666667,
				"test_accuracy_std":            0.001497909654596434,
				"test_calibration_error":       0.007160624812358395,
				"test_loss":                    0.2594700548245897,
				"validation_accuracy":          0.9068,
				"validation_calibration_error": 0.008475011510355795,
				"validation_loss":              0.25788989411332763,
			},
			Constructor: "LSTMIMDB", Recipe: "lstm-imdb",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-23",
		},
		{
			Name: "lstm-imdb-vectors", Task: "text classification",
			Parameters: 2867361, Bytes: 5735298, SHA256: "2e59b70e93e4c0de5b9b05cd21c0751cc786837a49fc1f4e1679190950fc07c2",
			Metrics: map[string]float64{
				"test_accuracy":                0.89644,
				"test_accuracy_mean":           0.8993466666666666,
				"test_accuracy_std":            0.002920091322772835,
				"test_calibration_error":       0.006522171673346737,
				"test_loss":                    0.27195202698239024,
				"validation_accuracy":          0.9192,
				"validation_calibration_error": 0.011085961420342043,
				"validation_loss":              0.22905751117840278,
			},
			Constructor: "LSTMIMDBVectors", Recipe: "lstm-imdb-vectors",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-25",
		},
		{
			Name: "nbsvm-imdb", Task: "text classification",
			Parameters: 300002, Bytes: 840004, SHA256: "24adcab5834d4608db3f469452b72f10e54d975cf21b3e3a60c4d811efa706c9",
			Metrics: map[string]float64{
				"test_accuracy":                0.91956,
				"test_calibration_error":       0.011091501368179404,
				"test_loss":                    0.21596380284437236,
				"validation_accuracy":          0.9204,
				"validation_calibration_error": 0.015284352424637822,
				"validation_loss":              0.21266432757124504,
			},
			Constructor: "NBSVMIMDB", Recipe: "nbsvm-imdb",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-23",
		},
		{
			Name: "word2vec-imdb", Task: "word vectors",
			Parameters: 3600100, Bytes: 7200296, SHA256: "d3499c34a0d5dd2b34bdfe8e34e4ef5e31566fde39dba25fddc088994ae0459f",
			Metrics: map[string]float64{
				"loss":                2.3493203448707054,
				"simlex999_spearman":  0.3187388514026511,
				"wordsim353_spearman": 0.49174981283089936,
			},
			Constructor: "Word2VecIMDB", Recipe: "word2vec-imdb",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-23",
		},
	}
}

// Lookup returns the record of the given name.
func Lookup(name string) (Record, bool) {
	for _, r := range Models() {
		if r.Name == name {
			return r, true
		}
	}
	return Record{}, false
}

// Open opens the model from the embedded artefact and checks that it is the
// one of the record.
func (r Record) Open() (*Model, error) {
	dir, err := pretrained.Open(r.Name)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	a, err := weights.OpenArtefact(dir)
	if err != nil {
		return nil, fmt.Errorf("zoo: %s: %w", r.Name, err)
	}
	sum, err := a.SHA256()
	if err != nil {
		return nil, fmt.Errorf("zoo: %s: %w", r.Name, err)
	}
	if sum != r.SHA256 {
		return nil, fmt.Errorf("zoo: %s: weights %s, the record has %s: %w", r.Name, sum, r.SHA256, weights.ErrChecksum)
	}
	return newModel(a)
}

// open opens the model of a name that is in the table.
func open(name string) (*Model, error) {
	r, ok := Lookup(name)
	if !ok {
		return nil, fmt.Errorf("zoo: no model %q", name)
	}
	return r.Open()
}

var mlpLine = sync.OnceValues(func() (*Model, error) { return open("mlp-line") })

// MLPLine returns the MLP 1-10-1 that has learned y = 3x + 2. Every call
// returns the same model, which is safe for many goroutines.
func MLPLine() (*mlp.Regressor, error) {
	m, err := mlpLine()
	if err != nil {
		return nil, err
	}
	return m.Regressor, nil
}

var lstmIMDBModel = sync.OnceValues(func() (*Model, error) { return open("lstm-imdb") })

// LSTMIMDB returns the classifier of film reviews into negative and positive
// that was trained on IMDB. Every call returns the same classifier, which is
// safe for many goroutines.
func LSTMIMDB() (*lstm.Classifier, error) {
	m, err := lstmIMDBModel()
	if err != nil {
		return nil, err
	}
	return m.Classifier, nil
}

var lstmIMDBVectorsModel = sync.OnceValues(func() (*Model, error) { return open("lstm-imdb-vectors") })

// LSTMIMDBVectors returns the classifier of film reviews into negative and
// positive that began from the vectors of word2vec-imdb. It is the better start
// for fine-tuning, and LSTMIMDB the better answer on reviews of films it has not
// met. Every call returns the same classifier, which is safe for many goroutines.
func LSTMIMDBVectors() (*lstm.Classifier, error) {
	m, err := lstmIMDBVectorsModel()
	if err != nil {
		return nil, err
	}
	return m.Classifier, nil
}

var nbsvmIMDB = sync.OnceValues(func() (*Model, error) { return open("nbsvm-imdb") })

// NBSVMIMDB returns the classifier of film reviews into negative and positive
// by the presence of words, pairs and triples of words that was trained on
// IMDB. Every call returns the same classifier, which is safe for many
// goroutines.
func NBSVMIMDB() (*linear.Classifier, error) {
	m, err := nbsvmIMDB()
	if err != nil {
		return nil, err
	}
	return m.Linear, nil
}

var word2vecIMDBModel = sync.OnceValues(func() (*Model, error) { return open("word2vec-imdb") })

// Word2VecIMDB returns vectors of 36,000 words, of 100 dimensions each, that
// were learned from IMDB's 75,000 training reviews. Every call returns the same
// vectors, which are safe for many goroutines.
func Word2VecIMDB() (*word2vec.Vectors, error) {
	m, err := word2vecIMDBModel()
	if err != nil {
		return nil, err
	}
	return m.Word2Vec, nil
}
