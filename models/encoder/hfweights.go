package encoder

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// source is where a tensor of the encoder lies.
type source struct {
	shard shard
	info  weights.Info
}

// readWeights reads the tensors of the encoder. Nothing is allocated for them
// before all are known to be there in the shapes that config.json asks for.
func (d *Directory) readWeights(fsys fs.FS) error {
	shards, done, err := openShards(fsys)
	defer done()
	if err != nil {
		return err
	}
	sources, err := d.locate(shards)
	if err != nil {
		return err
	}
	for i, s := range d.Config.Shapes() {
		from := sources[i]
		t := weights.Tensor{Name: s.Name, Shape: s.Shape, Data: make([]float32, from.info.Len())}
		if err := from.shard.file.Into(from.info.Name, s.Shape, t.Data); err != nil {
			return fmt.Errorf("%s: %w", from.shard.name, err)
		}
		if err := weights.CheckFinite([]weights.Tensor{t}); err != nil {
			return fmt.Errorf("%s: %w", from.shard.name, err)
		}
		d.Tensors = append(d.Tensors, t)
	}
	return nil
}

// locate finds the tensors of Config.Shapes, and lists in d.Skipped those that
// are no part of the encoder.
func (d *Directory) locate(shards []shard) ([]source, error) {
	found := map[string]source{}
	wanted := map[string][]int{}
	shapes := d.Config.Shapes()
	for _, s := range shapes {
		wanted[s.Name] = s.Shape
	}
	var extra []string
	for _, s := range shards {
		for _, info := range s.file.Tensors() {
			name := canonical(d.Config.Architecture, info.Name)
			shape, ok := wanted[name]
			switch first, twice := found[name]; {
			case !ok && isBeside(name):
				d.Skipped = append(d.Skipped, info.Name)
			case !ok:
				extra = append(extra, info.Name)
			case twice:
				return nil, fmt.Errorf("%s: %w: tensors %.200q and %.200q are both %s", s.name, ErrDirectory, first.info.Name, info.Name, name)
			case !slices.Equal(info.Shape, shape):
				return nil, fmt.Errorf("%s: %w: tensor %.200q is %v, want %v by config.json", s.name, weights.ErrShape, info.Name, info.Shape, shape)
			case info.DType != weights.F32 && info.DType != weights.F16 && info.DType != weights.BF16:
				return nil, fmt.Errorf("%s: %w: tensor %.200q is %v, want F32, F16 or BF16", s.name, weights.ErrDType, info.Name, info.DType)
			default:
				found[name] = source{s, info}
			}
		}
	}
	slices.Sort(d.Skipped)
	if extra != nil {
		slices.Sort(extra)
		return nil, fmt.Errorf("%s: %w %s", weightsFile, weights.ErrExtra, quoted(extra))
	}
	sources := make([]source, len(shapes))
	var missing []string
	for i, s := range shapes {
		var ok bool
		if sources[i], ok = found[s.Name]; !ok {
			missing = append(missing, s.Name)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("%s: %w %s", weightsFile, weights.ErrMissing, quoted(missing))
	}
	return sources, nil
}

// quoted lists the first of names.
func quoted(names []string) string {
	const most = 8
	var b strings.Builder
	for i, name := range names[:min(most, len(names))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.200q", name)
	}
	if len(names) > most {
		fmt.Fprintf(&b, " and %d more", len(names)-most)
	}
	return b.String()
}
