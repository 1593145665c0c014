package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
)

// runLog keeps log.jsonl: a line for each epoch, and one at the end.
type runLog struct {
	path string
	also io.Writer // gets every line too, or nil
	file *os.File
}

// Record implements train.Recorder.
func (l *runLog) Record(e train.Event) error {
	if e.Kind == train.KindStart {
		if err := l.open(e); err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	return train.JSONLines(l).Record(e)
}

// open keeps the lines of epochs that were complete where the run begins or
// goes on; it will write the others again.
func (l *runLog) open(e train.Event) error {
	old, err := os.ReadFile(l.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var kept bytes.Buffer
	for line := range bytes.Lines(old) {
		var r train.Record
		if json.Unmarshal(line, &r) == nil && r.Epoch > 0 && r.Epoch < e.Epoch && r.Step <= e.Step {
			kept.Write(line)
		}
	}
	if !bytes.Equal(old, kept.Bytes()) {
		err := weights.WriteFileAtomic(l.path, func(w io.Writer) error {
			_, err := w.Write(kept.Bytes())
			return err
		})
		if err != nil {
			return err
		}
	}
	l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	return err
}

// Write writes one line.
func (l *runLog) Write(line []byte) (int, error) {
	if _, err := l.file.Write(line); err != nil {
		return 0, err
	}
	if l.also != nil {
		return l.also.Write(line)
	}
	return len(line), nil
}

func (l *runLog) close() {
	if l.file != nil {
		l.file.Close()
	}
}
