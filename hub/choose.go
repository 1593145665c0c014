package hub

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// What is fetched, and how large it may be.
const (
	maxSettings  = 1 << 20  // bytes of a file of settings, a licence, a README
	maxTokenizer = 64 << 20 // bytes of a file of a tokenizer, or of an index of weights
	maxWeights   = 8 << 30  // bytes of all weights
	maxShards    = 1 << 10
	maxNotes     = 16 // licences and notices

	configFile  = "config.json"
	modulesFile = "modules.json"
	weightsFile = "model.safetensors"
	indexFile   = "model.safetensors.index.json"
)

// encoderFiles are those beside config.json and the weights, and their bounds.
var encoderFiles = []struct {
	name  string
	limit int64
}{
	{"vocab.txt", maxTokenizer}, {"vocab.json", maxTokenizer}, {"merges.txt", maxTokenizer}, {"tokenizer.json", maxTokenizer},
	{"tokenizer_config.json", maxTokenizer}, {"special_tokens_map.json", maxTokenizer}, {"added_tokens.json", maxTokenizer},
	{"sentence_bert_config.json", maxSettings},
}

// wanted is a file that is to be fetched.
type wanted struct {
	path string
	remote
	limit int64
}

// choice collects what is to be fetched of a listing.
type choice struct {
	listing
	files []*wanted
}

// want adds a file, which must be listed and within its bound.
func (c *choice) want(name string, limit int64) error {
	if err := checkFile(name); err != nil {
		return err
	}
	f, ok := c.listing.files[name]
	if !ok {
		return fmt.Errorf("%w: %s: %w", ErrNoEncoder, name, errNotListed)
	}
	if f.size > limit {
		return fmt.Errorf("%w: %s has %d bytes by the hub, want at most %d", ErrNoEncoder, name, f.size, limit)
	}
	for _, w := range c.files {
		if w.path == name {
			return nil
		}
		if strings.EqualFold(w.path, name) {
			return fmt.Errorf("%w: %s and %s are one file on some systems", ErrNoEncoder, w.path, name)
		}
	}
	c.files = append(c.files, &wanted{name, f, limit})
	return nil
}

// has tells whether a file is listed.
func (c *choice) has(name string) bool { _, ok := c.listing.files[name]; return ok }

// find returns a file that was wanted.
func (c *choice) find(name string) *wanted {
	return c.files[slices.IndexFunc(c.files, func(w *wanted) bool { return w.path == name })]
}

// encoder adds what an encoder needs. read fetches a file that is wanted and
// returns what it holds: folders and shards are listed in files.
func (c *choice) encoder(repo, revision string, read func(name string) ([]byte, error)) error {
	var in folders
	if c.has(modulesFile) {
		if err := c.want(modulesFile, maxSettings); err != nil {
			return err
		}
		data, err := read(modulesFile)
		if err != nil {
			return err
		}
		if in, err = parseModules(data); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrNoEncoder, modulesFile, err)
		}
	}
	at := func(name string) string { return path.Join(in.encoder, name) }
	if err := c.want(at(configFile), maxSettings); err != nil {
		return err
	}
	if err := c.tokenizer(in); err != nil {
		return err
	}
	for _, folder := range in.others { // a Normalize has no settings, and a Dense alone weights
		for _, f := range []struct {
			name  string
			limit int64
		}{{configFile, maxSettings}, {weightsFile, maxWeights}} {
			if name := path.Join(folder, f.name); c.has(name) {
				if err := c.want(name, f.limit); err != nil {
					return err
				}
			}
		}
	}
	if err := c.notes(); err != nil {
		return err
	}
	switch {
	case c.has(at(weightsFile)):
		return c.want(at(weightsFile), maxWeights)
	case c.has(at(indexFile)):
		return c.shards(in, read)
	}
	return c.noWeights(repo, revision, in)
}

// shards adds an index of weights, and the files that it names.
func (c *choice) shards(in folders, read func(name string) ([]byte, error)) error {
	index := path.Join(in.encoder, indexFile)
	if err := c.want(index, maxTokenizer); err != nil {
		return err
	}
	data, err := read(index)
	if err != nil {
		return err
	}
	names, err := parseShards(data)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrNoEncoder, index, err)
	}
	for _, name := range names {
		if err := c.want(path.Join(in.encoder, name), maxWeights); err != nil {
			return err
		}
	}
	return nil
}

// tokenizer adds the files of a tokenizer.
func (c *choice) tokenizer(in folders) error {
	at := func(name string) string { return path.Join(in.encoder, name) }
	if !c.has(at("tokenizer.json")) && !c.has(at("vocab.txt")) && !(c.has(at("vocab.json")) && c.has(at("merges.txt"))) {
		return fmt.Errorf("%w: no tokenizer.json, no vocab.txt, and not both vocab.json and merges.txt", ErrNoEncoder)
	}
	for _, f := range encoderFiles {
		for _, name := range slices.Compact([]string{f.name, at(f.name)}) { // sentence-transformers keeps its own in the root
			if c.has(name) {
				if err := c.want(name, f.limit); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// notes adds the settings of sentence-transformers, and the licences and the
// README where they are not too large: nobody needs those to compute.
func (c *choice) notes() error {
	const settings = "config_sentence_transformers.json"
	if c.has(settings) {
		if err := c.want(settings, maxSettings); err != nil {
			return err
		}
	}
	n := 0
	for _, name := range slices.Sorted(maps.Keys(c.listing.files)) {
		upper := strings.ToUpper(name)
		note := name == "README.md" || strings.HasPrefix(upper, "LICENSE") || strings.HasPrefix(upper, "LICENCE") || strings.HasPrefix(upper, "NOTICE")
		if !note || strings.Contains(name, "/") || checkFile(name) != nil || c.listing.files[name].size > maxSettings {
			continue
		}
		if n++; n > maxNotes {
			break
		}
		if slices.ContainsFunc(c.files, func(w *wanted) bool { return strings.EqualFold(w.path, name) }) {
			continue
		}
		if err := c.want(name, maxSettings); err != nil {
			return err
		}
	}
	return nil
}

// noWeights says what a repository without safetensors has instead.
func (c *choice) noWeights(repo, revision string, in folders) error {
	for _, pickle := range []string{"pytorch_model.bin", "pytorch_model.bin.index.json"} {
		if !c.has(path.Join(in.encoder, pickle)) {
			continue
		}
		dir := path.Base(repo)
		line := fmt.Sprintf(`from transformers import AutoModel, AutoTokenizer as T; a = dict(pretrained_model_name_or_path='%s', revision='%s'); AutoModel.from_pretrained(**a).save_pretrained('%s'); T.from_pretrained(**a).save_pretrained('%[3]s')`, repo, revision, dir)
		if c.has(modulesFile) {
			line = fmt.Sprintf(`from sentence_transformers import SentenceTransformer as S; S('%s', revision='%s').save('%s')`, repo, revision, dir)
		}
		return fmt.Errorf(`%w: its weights are %s, a pickle, which only Python can read and nobody should from a stranger; this line writes the directory %s with %s in it: python -c "%s"`,
			ErrNoEncoder, pickle, dir, weightsFile, line)
	}
	return fmt.Errorf("%w: neither %s nor %s: %w", ErrNoEncoder, weightsFile, indexFile, errNotListed)
}

// bytes is the sum of the sizes that are stated, of all files and of weights.
// Sizes are within bounds already, so that the sums do not overflow.
func (c *choice) bytes() (all, weights int64) {
	for _, f := range c.files {
		n := max(f.size, 0)
		all += n
		if strings.HasSuffix(f.path, ".safetensors") {
			weights += n
		}
	}
	return all, weights
}
