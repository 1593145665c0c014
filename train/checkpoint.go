package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gorgonia-zoo/zoo/ops"
	"github.com/gorgonia-zoo/zoo/weights"
)

// CheckpointFile is the name of the checkpoint in Config.Dir: one safetensors
// file with the tensors parameter/NAME, optimizer/SLOT/NAME, best/NAME,
// average/NAME and state, and metadata with the rest of the state, the settings it was
// trained with and a checksum. It is replaced by renaming, so that a kill at
// any moment leaves either the old file or the new one.
const CheckpointFile = "checkpoint.safetensors"

// lockFile is locked while a run goes on, and removed at its end. The kernel
// unlocks it when the process ends, however it ends.
const lockFile = ".train.lock"

const checkpointFormat = "zoo checkpoint 1"

// open takes the directory and loads the checkpoint that is to be resumed.
func (r *run) open(ctx context.Context) error {
	dir := r.cfg.Dir
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	var err error
	if r.unlock, err = Lock(ctx, filepath.Join(dir, lockFile)); err != nil {
		return fmt.Errorf("train: %s: %w", dir, err)
	}
	path := r.path()
	if err := weights.RemoveTemporary(path); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("train: %w", err)
	case !r.cfg.Resume:
		return fmt.Errorf("train: %s: %w; resume it or choose another directory", dir, ErrExists)
	}
	if err := r.load(data); err != nil {
		return fmt.Errorf("train: %s: %w", path, err)
	}
	return nil
}

func (r *run) path() string { return filepath.Join(r.cfg.Dir, CheckpointFile) }

// close gives the directory back.
func (r *run) close() {
	if r.unlock != nil {
		r.unlock()
	}
}

// checkpointDue reports whether a checkpoint is to be written in the middle of
// an epoch. The clock decides only when one is written, never what happens
// next.
func (r *run) checkpointDue() bool {
	return r.cfg.CheckpointEvery > 0 && r.unsaved(r.cfg.CheckpointEvery)
}

// epochCheckpointDue is checkpointDue at the end of an epoch. Flushing a file to
// disk takes longer than the epochs of a small model.
func (r *run) epochCheckpointDue() bool {
	return r.checkpointDue() || r.unsaved(time.Second)
}

// unsaved reports whether there has been no checkpoint for so long.
func (r *run) unsaved(d time.Duration) bool {
	return r.cfg.Dir != "" && r.cfg.clock().Sub(r.saved) >= d
}

// save writes the checkpoint.
func (r *run) save() error {
	if r.cfg.Dir == "" {
		return nil
	}
	r.catchUp()
	if name := r.firstNotFinite(); name != "" {
		return r.at(fmt.Errorf("no checkpoint written: weights of %s are %w; a lower learning rate or ClipNorm may help", name, ErrNotFinite))
	}
	tensors, metadata, err := r.snapshot()
	if err == nil {
		err = weights.WriteFileAtomic(r.path(), func(w io.Writer) error {
			return weights.Write(w, tensors, metadata)
		})
	}
	if err != nil {
		return fmt.Errorf("train: checkpoint after step %d: %w", r.Step, err)
	}
	r.saved = r.cfg.clock()
	return nil
}

// tensors lists what a checkpoint holds; the values are the run's own memory, that
// of a parameter as Param.Data gives it to be read or Param.Write to be changed.
func (r *run) tensors(memory func(*ops.Param) []float32) []weights.Tensor {
	var list []weights.Tensor
	for i, t := range r.targets {
		name, shape := t.param.Name, []int(t.param.Shape())
		add := func(prefix string, data []float32) {
			if data != nil {
				list = append(list, weights.Tensor{Name: prefix + "/" + name, Shape: shape, Data: data})
			}
		}
		add("parameter", memory(t.param))
		for k, slot := range r.rule.names() {
			add("optimizer/"+slot, t.state[k])
		}
		if r.cfg.KeepBest && r.Best != nil {
			add("best", r.best[i])
		}
		if r.Averages > 0 {
			add("average", r.mean[i])
		}
	}
	if s := r.cfg.State; s != nil {
		list = append(list, weights.Tensor{Name: "state", Shape: []int{len(s)}, Data: s})
	}
	return list
}

// snapshot returns what a checkpoint holds, with its checksum.
func (r *run) snapshot() ([]weights.Tensor, map[string]string, error) {
	state, err := json.Marshal(&r.state)
	if err != nil {
		return nil, nil, err
	}
	settings, err := json.Marshal(r.settings())
	if err != nil {
		return nil, nil, err
	}
	tensors := r.tensors((*ops.Param).Data)
	metadata := map[string]string{"format": checkpointFormat, "state": string(state), "settings": string(settings)}
	sum, err := checksum(tensors, metadata)
	metadata["sha256"] = sum
	return tensors, metadata, err
}

// checksum returns the SHA-256 of the file without its checksum.
func checksum(tensors []weights.Tensor, metadata map[string]string) (string, error) {
	h := sha256.New()
	err := weights.Write(h, tensors, metadata)
	return hex.EncodeToString(h.Sum(nil)), err
}

// settings are what a run cannot be resumed without.
func (r *run) settings() map[string]string {
	var groups strings.Builder
	for _, t := range r.targets {
		if t.scale != 1 {
			fmt.Fprintf(&groups, "%s=%v ", t.param.Name, t.scale)
		}
		if t.first > 0 {
			fmt.Fprintf(&groups, "%s from step %d ", t.param.Name, t.first)
		}
	}
	c := &r.cfg
	return map[string]string{
		"optimizer": c.Optimizer.String(),
		"schedule":  describe(c.Schedule),
		"clip_norm": fmt.Sprint(c.ClipNorm),
		"groups":    groups.String(),
		"average":   fmt.Sprintf("%+v", c.Average),
		"monitor":   fmt.Sprintf("%+v", c.Monitor),
		"keep_best": fmt.Sprint(c.KeepBest),
		"seed":      fmt.Sprint(c.Seed),
		"recipe":    c.Recipe,
	}
}

// load takes over the checkpoint in data. It changes nothing before all is
// checked.
func (r *run) load(data []byte) error {
	f, s, settings, err := parseCheckpoint(data)
	if err != nil {
		return err
	}
	now := r.settings()
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if settings[key] != now[key] {
			return fmt.Errorf("%w: %s was %q, is %q", ErrMismatch, key, settings[key], now[key])
		}
	}
	before := r.state
	r.state = s
	tensors := r.tensors((*ops.Param).Data)
	var names []string
	for _, t := range tensors {
		names = append(names, t.Name)
	}
	values := make([]weights.Tensor, len(tensors))
	err = f.CheckNames(names)
	for i := 0; i < len(tensors) && err == nil; i++ {
		values[i], err = f.Tensor(tensors[i].Name)
		if err == nil && !slices.Equal(values[i].Shape, tensors[i].Shape) {
			err = fmt.Errorf("%s is %v, the model's is %v", tensors[i].Name, values[i].Shape, tensors[i].Shape)
		}
		if err == nil && !strings.HasPrefix(tensors[i].Name, "optimizer/") {
			err = weights.CheckFinite(values[i : i+1])
		}
	}
	if err != nil {
		r.state = before
		return fmt.Errorf("%w: %w", ErrMismatch, err)
	}
	for i, t := range r.tensors((*ops.Param).Write) {
		copy(t.Data, values[i].Data)
	}
	r.updater.step = s.Step
	return nil
}
