// Package pretrained holds the artefacts of the zoo's models; package weights specifies
// their form. A program carries those whose functions it can reach: all of them by
// Open, one by the function of its name.
package pretrained

import (
	"embed"
	"fmt"
	"io/fs"
)

var (
	//go:embed imdb
	imdb embed.FS
	//go:embed lstm-imdb
	lstmIMDB embed.FS
	//go:embed mlp-line
	mlpLine embed.FS
	//go:embed nbsvm-imdb
	nbsvmIMDB embed.FS
	//go:embed tagger-ewt
	taggerEWT embed.FS
	//go:embed translate-de-en
	translateDeEn embed.FS
	//go:embed word2vec-imdb
	word2vecIMDB embed.FS
)

// IMDB returns the directory of imdb.
func IMDB() fs.FS { return in(imdb, "imdb") }

// LSTMIMDB returns the directory of lstm-imdb.
func LSTMIMDB() fs.FS { return in(lstmIMDB, "lstm-imdb") }

// MLPLine returns the directory of mlp-line.
func MLPLine() fs.FS { return in(mlpLine, "mlp-line") }

// NBSVMIMDB returns the directory of nbsvm-imdb.
func NBSVMIMDB() fs.FS { return in(nbsvmIMDB, "nbsvm-imdb") }

// TaggerEWT returns the directory of tagger-ewt.
func TaggerEWT() fs.FS { return in(taggerEWT, "tagger-ewt") }

// TranslateDeEn returns the directory of translate-de-en.
func TranslateDeEn() fs.FS { return in(translateDeEn, "translate-de-en") }

// Word2VecIMDB returns the directory of word2vec-imdb.
func Word2VecIMDB() fs.FS { return in(word2vecIMDB, "word2vec-imdb") }

func in(files embed.FS, name string) fs.FS {
	dir, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is no path
	}
	return dir
}

// Open returns the directory of the model of the given name.
func Open(name string) (fs.FS, error) {
	switch name {
	case "imdb":
		return IMDB(), nil
	case "lstm-imdb":
		return LSTMIMDB(), nil
	case "mlp-line":
		return MLPLine(), nil
	case "nbsvm-imdb":
		return NBSVMIMDB(), nil
	case "tagger-ewt":
		return TaggerEWT(), nil
	case "translate-de-en":
		return TranslateDeEn(), nil
	case "word2vec-imdb":
		return Word2VecIMDB(), nil
	}
	return nil, fmt.Errorf("pretrained: no model %q", name)
}
