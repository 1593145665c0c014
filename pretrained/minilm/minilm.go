// Package minilm carries all-MiniLM-L6-v2, a general encoder of English sentences
// by the sentence-transformers project, with a byte for each weight. Only programs
// that import it carry its 23 MB. See NOTICE for who made it.
//
//	enc, err := minilm.Open()
//	vectors, err := enc.Embed(ctx, []string{"How do I reset my password?"})
package minilm

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/gorgonia-zoo/zoo/models/encoder"
	"github.com/gorgonia-zoo/zoo/weights"
)

//go:embed *.json *.safetensors pieces.txt card.md
var files embed.FS

// Files returns the artefact's directory.
func Files() fs.FS { return files }

// Open returns the encoder. Every call returns the same one, which is safe for
// many goroutines.
func Open() (*encoder.Encoder, error) { return open() }

var open = sync.OnceValues(Read)

// Read returns an encoder of its own each time.
func Read() (*encoder.Encoder, error) {
	a, err := weights.OpenArtefact(files)
	if err != nil {
		return nil, fmt.Errorf("minilm: %w", err)
	}
	e, _, err := encoder.FromArtefact(a)
	return e, err
}
