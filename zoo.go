// Package zoo is a model zoo for Go on Gorgonia: pretrained models in one
// call, training on the user's own data, and recipes that reproduce every
// published weight byte for byte.
//
// # Use
//
// A pretrained model is a function, and a model of your own a directory, a file of
// [Model.Pack], or what the program embeds:
//
//	clf, err := zoo.LSTMIMDB()
//	p, err := clf.Predict(ctx, "A quiet, beautiful film.")
//
//	model, err := zoo.OpenModel("mine")
//	clf, ok := model.Value.(zoo.TextClassifier)
//
// What a model can do is an interface that its Value satisfies: [TextClassifier],
// [Explainer] and [Knower] of texts, [RowAnswerer] of rows of a table, [Regressor] of
// numbers, [Vectors] of words. All are safe for many goroutines, and a prediction
// ends where its context does. See the examples for a handler of net/http and a
// model that is replaced while it serves.
//
// # Training
//
// [ReadRecipe] returns a recipe by its name (tfidf, nbsvm, subword, lstm for texts, mlp
// for a table of numbers; [Recipes] lists all), and [FineTuning] one that goes on with
// a model; [Train] runs it on data, and [Model.Save] keeps what it made:
//
//	recipe, err := zoo.ReadRecipe("tfidf")
//	data, err := zoo.OpenTexts("tickets.csv", zoo.TextsConfig{})
//	model, _, err := zoo.Train(ctx, recipe, data, zoo.Run{Log: os.Stderr})
//	err = model.Save("mine")
//
// Data is a file ([OpenTexts], [OpenTable]), or what the program has: slices
// ([TextsOf], [RowsOf]), one by one ([TextsFrom], [RowsFrom]), a reader ([ReadTexts],
// [ReadTable]) or an fs.FS ([OpenTextsFS], [OpenTableFS]). [EvaluateText] measures a
// classifier. Package fit tries several recipes and keeps the best. Nothing is kept on
// disk but what Save writes, unless Run.Checkpoints or TextsConfig.Cache names a
// directory.
//
// # What a program carries
//
// A program carries the weights of the pretrained models that it opens by a function
// of their own, such as LSTMIMDB, and of all where it opens models by their names; one
// that imports only models/lstm, train and datasets carries none.
package zoo

import (
	"fmt"
	"io/fs"
	"sync"

	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/models/ensemble"
	"github.com/gorgonia-zoo/zoo/models/linear"
	"github.com/gorgonia-zoo/zoo/models/lstm"
	"github.com/gorgonia-zoo/zoo/models/mlp"
	"github.com/gorgonia-zoo/zoo/models/seq2seq"
	"github.com/gorgonia-zoo/zoo/models/tagger"
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

	// Files is the artefact where package pretrained has none of that name.
	Files fs.FS `json:"-"`
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
			Parameters: 2867361, Bytes: 5735298, SHA256: "7588e436133cdcfde7fc44f656b2612d1f64fd7ad4c40ef8abdc644f97d83735",
			Metrics: map[string]float64{
				"test_accuracy":                0.91348,
				"test_accuracy_mean":           0.9156000000000001,
				"test_accuracy_std":            0.0019137397942249452,
				"test_calibration_error":       0.013027811866240923,
				"test_loss":                    0.21617327070457726,
				"validation_accuracy":          0.9176,
				"validation_calibration_error": 0.009411439481105776,
				"validation_loss":              0.22185467002358875,
			},
			Constructor: "LSTMIMDB", Recipe: "lstm-imdb",
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
			Name: "imdb", Task: "text classification",
			Parameters: 2, Bytes: 80, SHA256: "4f88d82fa6b44d3d9395a1b20dc45ea09fb2370d2995110ead63868a02347832",
			Metrics: map[string]float64{
				"test_accuracy":                0.9258,
				"test_calibration_error":       0.011816095029162879,
				"test_loss":                    0.19079175573515103,
				"validation_accuracy":          0.9304,
				"validation_calibration_error": 0.01228724864989079,
				"validation_loss":              0.198402990649179,
			},
			Constructor: "IMDB", Recipe: "imdb",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-27",
		},
		{
			Name: "tagger-ewt", Task: "tagging",
			Parameters: 2843556, Bytes: 5689456, SHA256: "ea0b4087a985a9e57c725635b1a167bb57e2ebf4d70513764b3f0ce32cfd383a",
			Metrics: map[string]float64{
				"test_upos_accuracy": 0.9605483382481869,
				"test_xpos_accuracy": 0.9554076671714354,
			},
			Constructor: "TaggerEWT", Recipe: "tagger-ewt",
			Data: "Universal Dependencies English EWT, training part", Licence: "CC-BY-SA-4.0", Date: "2026-11-27",
		},
		{
			Name: "word2vec-imdb", Task: "word vectors",
			Parameters: 3600100, Bytes: 7200296, SHA256: "a8bd7a53f5ee95d0ffb7e1482ca75a49b32c42726737f63917f17f4cf764dcfe",
			Metrics: map[string]float64{
				"loss":                2.3540787024956353,
				"men_spearman":        0.5543513674196019,
				"simlex999_spearman":  0.3038225429709957,
				"wordsim353_spearman": 0.5042066403256248,
			},
			Constructor: "Word2VecIMDB", Recipe: "word2vec-imdb",
			Data: "IMDB", Licence: "Apache-2.0", Date: "2026-11-25",
		},
		{
			Name: "translate-de-en", Task: "translation",
			Parameters: 4965440, Bytes: 9932616, SHA256: "e12445933f01c556813926e7979304a6b49f7ab92492c678779549eb29f9b702",
			Metrics: map[string]float64{
				"test_bleu":       41.254316991245624,
				"test_chrf":       60.13768869440498,
				"validation_bleu": 41.14650275165942,
				"validation_chrf": 60.91027897396841,
				"validation_loss": 1.7945656327611768,
			},
			Constructor: "TranslateDeEn", Recipe: "translate-de-en",
			Data: "Multi30k", Licence: "Apache-2.0", Date: "2026-11-27",
		},
	}
}

// MiniLM returns the record of the encoder minilm, whose artefact is
// minilm.Files of package pretrained/minilm. Its 23 MB are carried by programs
// that import that package alone: append the record to a Zoo's Models.
func MiniLM(files fs.FS) Record {
	return Record{
		Name: "minilm", Task: "text embedding",
		Parameters: 22617148, Bytes: 22879792, SHA256: "9f381ba52d209d85ffcc608e2c1664d25c9c8cdb6297e38d1b3733b276aced5b",
		Metrics:     map[string]float64{"cosine_least": 0.9963249938179379, "cosine_mean": 0.9993094163858074},
		Constructor: "minilm.Open", Recipe: "minilm",
		Data: "trained by the sentence-transformers project on more than a billion pairs of English sentences", Licence: "Apache-2.0", Date: "2026-11-27",
		Files: files,
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

// artefact reads the embedded artefact and checks that it is the one of the
// record.
func (r Record) artefact() (*weights.Artefact, error) {
	if r.Files != nil {
		return r.read(r.Files)
	}
	dir, err := pretrained.Open(r.Name)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return r.read(dir)
}

// read reads the artefact in dir and checks it.
func (r Record) read(dir fs.FS) (*weights.Artefact, error) {
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
	return a, nil
}

// single is a model of the table that is built once, when it is first asked for. It
// goes by way of neither the families nor Open of package pretrained, so that a program
// that only predicts links no training, and carries the one model that it predicts with.
type single[T any] struct {
	once  sync.Once
	model T
	err   error
}

func (s *single[T]) open(name string, files func() fs.FS, build func(*weights.Artefact) (T, error)) (T, error) {
	s.once.Do(func() {
		s.err = fmt.Errorf("zoo: no model %q", name)
		if r, ok := Lookup(name); ok {
			var a *weights.Artefact
			if a, s.err = r.read(files()); s.err == nil {
				s.model, s.err = build(a)
			}
		}
	})
	return s.model, s.err
}

var (
	mlpLine       single[*mlp.Regressor]
	lstmIMDB      single[*lstm.Classifier]
	nbsvmIMDB     single[*linear.Classifier]
	taggerEWT     single[*tagger.Tagger]
	word2vecIMDB  single[*word2vec.Vectors]
	imdb          single[*ensemble.Classifier]
	translateDeEn single[*seq2seq.Translator]
)

// IMDB returns the best classifier of film reviews into negative and positive that the
// zoo has: those of LSTMIMDB and NBSVMIMDB together, whose logits it adds with weights
// fitted on reviews held out. Every call returns the same classifier, which is safe for
// many goroutines.
func IMDB() (*ensemble.Classifier, error) {
	return imdb.open("imdb", pretrained.IMDB, func(a *weights.Artefact) (*ensemble.Classifier, error) {
		return ensemble.FromArtefact(a, func(name string) (c classify.Classifier, sha256 string, err error) {
			switch name {
			case "lstm-imdb":
				c, err = LSTMIMDB()
			case "nbsvm-imdb":
				c, err = NBSVMIMDB()
			default:
				err = fmt.Errorf("zoo: no member %q", name)
			}
			r, _ := Lookup(name)
			return c, r.SHA256, err // whose weights have been compared with it
		})
	})
}

// MLPLine returns the MLP 1-10-1 that has learned y = 3x + 2. Every call
// returns the same model, which is safe for many goroutines.
func MLPLine() (*mlp.Regressor, error) {
	return mlpLine.open("mlp-line", pretrained.MLPLine, mlp.FromArtefact)
}

// LSTMIMDB returns the classifier of film reviews into negative and positive
// that was trained on IMDB. Every call returns the same classifier, which is
// safe for many goroutines.
func LSTMIMDB() (*lstm.Classifier, error) {
	return lstmIMDB.open("lstm-imdb", pretrained.LSTMIMDB, lstm.FromArtefact)
}

// NBSVMIMDB returns the classifier of film reviews into negative and positive
// by the presence of words, pairs and triples of words that was trained on
// IMDB. Every call returns the same classifier, which is safe for many
// goroutines.
func NBSVMIMDB() (*linear.Classifier, error) {
	return nbsvmIMDB.open("nbsvm-imdb", pretrained.NBSVMIMDB, linear.FromArtefact)
}

// TaggerEWT returns the tagger of English parts of speech, universal and Penn's, that was
// trained on Universal Dependencies' English Web Treebank. Every call returns the same
// tagger, which is safe for many goroutines.
func TaggerEWT() (*tagger.Tagger, error) {
	return taggerEWT.open("tagger-ewt", pretrained.TaggerEWT, tagger.FromArtefact)
}

// TranslateDeEn returns the translator from German to English that was trained on
// Multi30k, sentences that describe photographs:
//
//	t, err := zoo.TranslateDeEn()
//	got, err := t.Translate(ctx, "Ein Mann spielt Gitarre.")
//	fmt.Println(got.Text)
//
// Every call returns the same translator, which is safe for many goroutines.
func TranslateDeEn() (*seq2seq.Translator, error) {
	return translateDeEn.open("translate-de-en", pretrained.TranslateDeEn, seq2seq.FromArtefact)
}

// Word2VecIMDB returns vectors of 36,000 words, of 100 dimensions each, that
// were learned from IMDB's 75,000 training reviews. Every call returns the same
// vectors, which are safe for many goroutines.
func Word2VecIMDB() (*word2vec.Vectors, error) {
	return word2vecIMDB.open("word2vec-imdb", pretrained.Word2VecIMDB, word2vec.FromArtefact)
}
