package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/weights"
)

// CheckpointRecipe returns the Config.Recipe of the run whose checkpoint is in
// dir. The error wraps ErrCheckpoint where there is none that can be read.
func CheckpointRecipe(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, CheckpointFile))
	if err != nil {
		return "", fmt.Errorf("train: %w: %w", ErrCheckpoint, err)
	}
	_, _, settings, err := parseCheckpoint(data)
	if err != nil {
		return "", fmt.Errorf("train: %s: %w", filepath.Join(dir, CheckpointFile), err)
	}
	return settings["recipe"], nil
}

// parseCheckpoint reads a checkpoint and checks all that can be checked without
// knowing the run it belongs to.
func parseCheckpoint(data []byte) (*weights.File, state, map[string]string, error) {
	fail := func(format string, args ...any) (*weights.File, state, map[string]string, error) {
		return nil, state{}, nil, fmt.Errorf("%w: %w", ErrCheckpoint, fmt.Errorf(format, args...))
	}
	f, err := weights.Read(data)
	if err != nil {
		return fail("%w", err)
	}
	metadata := f.Metadata()
	if got := metadata["format"]; got != checkpointFormat {
		return fail("format is %q, want %q", got, checkpointFormat)
	}
	var tensors []weights.Tensor
	for _, info := range f.Tensors() {
		t, err := f.Tensor(info.Name)
		if err != nil {
			return fail("%w", err)
		}
		tensors = append(tensors, t)
	}
	want := metadata["sha256"]
	delete(metadata, "sha256")
	switch got, err := checksum(tensors, metadata); {
	case err != nil:
		return fail("%w", err)
	case got != want:
		return fail("checksum is %s, want %s: the file is damaged", got, want)
	}
	// The checksum covers what was read; this covers how it was written.
	metadata["sha256"] = want
	rest := &matcher{data}
	if err := weights.Write(rest, tensors, metadata); err != nil || len(rest.want) > 0 {
		return fail("the file is damaged: it does not hold the bytes that were written")
	}
	var s state
	if err := decodeExactly(metadata["state"], &s); err != nil {
		return fail("state: %w", err)
	}
	if err := s.check(); err != nil {
		return fail("state: %w", err)
	}
	settings := map[string]string{}
	if err := decodeExactly(metadata["settings"], &settings); err != nil {
		return fail("settings: %w", err)
	}
	return f, s, settings, nil
}

// matcher is a writer that accepts only the bytes of want.
type matcher struct{ want []byte }

func (m *matcher) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(m.want, p) {
		return 0, errors.New("other bytes")
	}
	m.want = m.want[len(p):]
	return len(p), nil
}

// decodeExactly decodes JSON that must be what encoding v gives.
func decodeExactly(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return err
	}
	again, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if string(again) != text {
		return errors.New("JSON that this version does not write")
	}
	return nil
}

// check reports counts that cannot be.
func (s *state) check() error {
	for _, n := range []int{s.Step, s.Epoch, s.EpochStep, s.Averages, s.AveragedAt, s.Stale} {
		if n < 0 {
			return fmt.Errorf("count %d is negative", n)
		}
	}
	if s.EpochStep > s.Step || s.Epoch > s.Step || s.AveragedAt > s.Step || s.Averages > s.Step {
		return fmt.Errorf("counts do not fit %d steps", s.Step)
	}
	if !(s.Loss.Weight >= 0) || (s.EpochStep == 0) != (s.Loss.Weight == 0) {
		return fmt.Errorf("loss over %v examples after %d steps of an epoch", s.Loss.Weight, s.EpochStep)
	}
	return nil
}
