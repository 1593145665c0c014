// Package pretrained holds the artefacts of the zoo's models. A program that
// imports it carries all of them; package weights specifies their form.
package pretrained

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed word2vec-imdb lstm-imdb mlp-line nbsvm-imdb
var files embed.FS

// Open returns the directory of the model of the given name.
func Open(name string) (fs.FS, error) {
	if _, err := fs.Stat(files, name); err != nil {
		return nil, fmt.Errorf("pretrained: no model %q", name)
	}
	return fs.Sub(files, name)
}
