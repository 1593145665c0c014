package encoder

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// ErrDirectory is wrapped by every error about what the files of a directory
// hold, beside those of the packages that read them.
var ErrDirectory = errors.New("not an encoder that can be read")

// Directory is an encoder as Hugging Face keeps one.
type Directory struct {
	Config    Config
	Tokenizer tokenize.Subword
	Files     tokenize.SubwordFiles // what Tokenizer was read from

	// Pooling makes one vector of a text's states: "mean" of them all, "cls",
	// which is the first, or "max", the greatest of each column. Normalize
	// then scales it to length 1. Without sentence-transformers' files: the
	// mean, as it is.
	Pooling   string
	Normalize bool

	// MaxTokens is how many tokens of a text are read, special ones included.
	MaxTokens int

	// Tensors are the weights in the order and by the names of
	// Config.Shapes. Every value is finite.
	Tensors []weights.Tensor
	// Skipped are the tensors of the file that are no part of the encoder,
	// such as the heads of its pretraining, by their names there.
	Skipped []string

	// Head is the linear layer over the vectors where sentence-transformers'
	// modules end with a Dense for the classes of config.json, else nil: its
	// weight [C, F] and bias [C]. Classes are their names, and Temperature what
	// the logits are divided by.
	Head        []weights.Tensor
	Classes     []string
	Temperature float64
}

// OpenDirectory reads the encoder in the root of fsys, such as
// os.DirFS("all-MiniLM-L6-v2"): the shape from config.json; the weights from
// model.safetensors, or from the shards that model.safetensors.index.json
// names; the tokenizer from tokenizer.json or vocab.txt, vocab.json and
// merges.txt, with tokenizer_config.json, special_tokens_map.json and
// added_tokens.json; what becomes of the states from sentence-transformers'
// modules.json, the pooling's config.json and sentence_bert_config.json.
// A Dense behind it is read as a classifier's linear layer; see Directory.Head.
// The length of texts is what the first of these states:
// sentence_bert_config.json, tokenizer_config.json, tokenizer.json; the
// position table bounds it.
//
// Whatever would make other vectors than the reference's is refused, and the
// error says what was found: other architectures and activations, relative
// positions, tensors too many or too few, weights that Python must unpickle.
func OpenDirectory(fsys fs.FS) (*Directory, error) {
	d, err := openDirectory(fsys)
	if err != nil {
		return nil, fmt.Errorf("encoder: %w", err)
	}
	return d, nil
}

func openDirectory(fsys fs.FS) (*Directory, error) {
	d := new(Directory)
	s, err := readSentence(fsys)
	if err != nil {
		return nil, err
	}
	d.Pooling, d.Normalize = s.pooling, s.normalize
	whole := fsys
	if s.transformer != "" {
		if fsys, err = fs.Sub(fsys, s.transformer); err != nil {
			return nil, err
		}
	}
	data, err := readFile(fsys, "config.json", maxJSON)
	if err != nil {
		return nil, err
	}
	if d.Config, err = parseHuggingFace(data); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	if s.dimension != 0 && s.dimension != d.Config.Hidden {
		return nil, fmt.Errorf("%w: pooling of vectors of %d columns, config.json has %d", ErrDirectory, s.dimension, d.Config.Hidden)
	}
	if err := d.readTokenizer(fsys); err != nil {
		return nil, err
	}
	if d.MaxTokens, err = maxTokens(fsys, d); err != nil {
		return nil, err
	}
	if err := d.readWeights(fsys); err != nil || s.dense == "" {
		return d, err
	}
	if d.Classes, d.Temperature, err = parseClasses(data); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	return d, d.readHead(whole, s.dense)
}

// tokenizerFile is a file of a tokenizer and where its bytes are.
type tokenizerFile struct {
	name string
	data *[]byte
}

// tokenizerFiles are the files of a tokenizer under their names in a directory.
func tokenizerFiles(f *tokenize.SubwordFiles) []tokenizerFile {
	return []tokenizerFile{
		{"tokenizer.json", &f.Tokenizer}, {"vocab.txt", &f.Vocab}, {"vocab.json", &f.VocabJSON}, {"merges.txt", &f.Merges},
		{"tokenizer_config.json", &f.Config}, {"special_tokens_map.json", &f.Special}, {"added_tokens.json", &f.Added},
	}
}

// readTokenizer reads the tokenizer and checks that it fits the network.
func (d *Directory) readTokenizer(fsys fs.FS) error {
	for _, f := range tokenizerFiles(&d.Files) {
		data, err := readFile(fsys, f.name, maxTokenizer)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		*f.data = data
	}
	var err error
	if d.Tokenizer, err = tokenize.ReadSubword(d.Files); err != nil {
		return err
	}
	_, wordPiece := d.Tokenizer.(*tokenize.WordPiece)
	switch c := d.Config; {
	case wordPiece == (c.Architecture == "roberta"):
		return fmt.Errorf("%w: the tokenizer of a %s is a %T", ErrDirectory, c.Architecture, d.Tokenizer)
	case d.Tokenizer.Len() > c.Vocab:
		return fmt.Errorf("%w: the tokenizer has %d tokens, config.json a vocab_size of %d", ErrDirectory, d.Tokenizer.Len(), c.Vocab)
	}
	return nil
}
