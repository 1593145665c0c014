package encoder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

const (
	weightsFile = "model.safetensors"
	indexFile   = "model.safetensors.index.json"
	maxShards   = 1 << 10
)

// shardName is what an index may name: a file beside it.
var shardName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.safetensors$`)

// shard is an open file of weights.
type shard struct {
	name string
	file *weights.File
}

// openShards opens the files of weights. The caller calls done when it has
// read them, whatever the error.
func openShards(fsys fs.FS) (shards []shard, done func(), err error) {
	var closers []io.Closer
	done = func() {
		for _, c := range closers {
			c.Close()
		}
	}
	names, index, err := shardNames(fsys)
	if err != nil {
		return nil, done, err
	}
	for _, name := range names {
		f, size, err := openFile(fsys, name, weights.MaxWeights)
		if err != nil {
			return nil, done, err
		}
		closers = append(closers, f)
		s := shard{name: name}
		if r, ok := f.(io.ReaderAt); ok {
			s.file, err = weights.Open(r, size)
		} else {
			var data []byte
			if data, err = readAll(f, name, weights.MaxWeights); err == nil {
				s.file, err = weights.Read(data)
			}
		}
		if err != nil {
			return nil, done, fmt.Errorf("%s: %w", name, err)
		}
		shards = append(shards, s)
	}
	if index != nil {
		err = checkIndex(index, shards)
	}
	return shards, done, err
}

// shardNames returns the files of weights, and what the index says about
// their tensors if there is one.
func shardNames(fsys fs.FS) (names []string, index map[string]string, err error) {
	_, err = fs.Stat(fsys, weightsFile)
	if err == nil {
		return []string{weightsFile}, nil, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	data, err := readFile(fsys, indexFile, maxTokenizer)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, noWeights(fsys)
	}
	if err != nil {
		return nil, nil, err
	}
	if index, err = parseIndex(data); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", indexFile, err)
	}
	return slices.Compact(slices.Sorted(maps.Values(index))), index, nil
}

// parseIndex reads which shard each tensor lies in.
func parseIndex(data []byte) (map[string]string, error) {
	o, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	index := map[string]string{}
	if err := o.want("weight_map", &index); err != nil {
		return nil, err
	}
	shards := map[string]bool{}
	for _, tensor := range slices.Sorted(maps.Keys(index)) {
		name := index[tensor]
		if shards[name] = true; !shardName.MatchString(name) || strings.Contains(name, "..") {
			return nil, fmt.Errorf("%w: tensor %.200q lies in %.200q, want the name of a .safetensors file", ErrDirectory, tensor, name)
		}
	}
	if len(shards) == 0 || len(shards) > maxShards {
		return nil, fmt.Errorf("%w: %d files, want 1 to %d", ErrDirectory, len(shards), maxShards)
	}
	return index, nil
}

// checkIndex demands that each tensor lies in the shard that the index names,
// and in no other.
func checkIndex(index map[string]string, shards []shard) error {
	held := map[string]bool{}
	for _, s := range shards {
		for _, info := range s.file.Tensors() {
			if index[info.Name] != s.name {
				return fmt.Errorf("%s: %w %.200q, which lies in %q by the index", s.name, weights.ErrExtra, info.Name, index[info.Name])
			}
			held[info.Name] = true
		}
	}
	var missing []string
	for _, tensor := range slices.Sorted(maps.Keys(index)) {
		if !held[tensor] {
			missing = append(missing, tensor)
		}
	}
	if missing != nil {
		return fmt.Errorf("%s: %w %s", indexFile, weights.ErrMissing, quoted(missing))
	}
	return nil
}

// noWeights says what a directory without safetensors has instead.
func noWeights(fsys fs.FS) error {
	for _, pickle := range []string{"pytorch_model.bin", "pytorch_model.bin.index.json"} {
		if _, err := fs.Stat(fsys, pickle); err == nil {
			return fmt.Errorf(`%w: its weights are %s, which only Python can read; this line writes %s beside it: python -c "from transformers import AutoModel; AutoModel.from_pretrained('.').save_pretrained('.')"`,
				ErrDirectory, pickle, weightsFile)
		}
	}
	return fmt.Errorf("%w: neither %s nor %s: %w", ErrDirectory, weightsFile, indexFile, fs.ErrNotExist)
}
