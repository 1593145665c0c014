package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/weights"
	"github.com/spf13/cobra"
)

// Files of a training directory beside the artefact.
const (
	checkpointDir = "checkpoint" // while the run may be resumed
	logFile       = "log.jsonl"
	lockFile      = ".lock" // while a command works there; the kernel unlocks it when the process ends
)

// startFlags say what becomes of what --out holds already.
type startFlags struct{ resume, force bool }

func (f *startFlags) add(c *cobra.Command, resume string) {
	c.Flags().BoolVar(&f.resume, "resume", false, resume)
	c.Flags().BoolVar(&f.force, "force", false, "begin anew in --out though it holds a model, which is replaced at the end, an unfinished run, which is discarded, or other files, which stay")
}

// runDir is a directory in which this process trains, and nobody else.
type runDir struct {
	path   string
	state  string   // file from which an unfinished run goes on
	made   []string // directories that were made for it, the outermost first
	unlock func()
}

// openDir makes the directory --out, unless it is there, and locks it until close
// is called: from before the data is read until after the model is saved. A
// process that has just been killed holds its lock until the kernel has cleared
// it away, so a lock that is taken is waited for as train.Fit does. state is the
// file in it from which an unfinished run goes on.
//
// What a run would overwrite, or be lost among, is refused unless --force is
// given.
func (f *startFlags) openDir(c *cobra.Command, out, state string) (*runDir, error) {
	if f.force && f.resume {
		return nil, usage(c, "--force begins anew and --resume goes on: choose one")
	}
	d := &runDir{path: out, state: filepath.Join(out, state)}
	if err := d.lock(c.Context()); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		of := ""
		if errors.Is(err, train.ErrLocked) {
			of = " " + out
		}
		return nil, fmt.Errorf("zoo: %s: --out%s: %w", c.Name(), of, err)
	}
	err := f.check(c, d)
	if err == nil && (f.force || !d.unfinished()) {
		err = d.discard()
	}
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// lock makes the directory and locks it. It may vanish meanwhile with another run
// that failed.
func (d *runDir) lock(ctx context.Context) error {
	for try := 0; ; try++ {
		for dir := filepath.Clean(d.path); ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
				break
			}
			d.made = append([]string{dir}, d.made...)
		}
		if err := os.MkdirAll(d.path, 0o755); err != nil {
			return err
		}
		unlock, err := train.Lock(ctx, filepath.Join(d.path, lockFile))
		if errors.Is(err, fs.ErrNotExist) && try < 10 {
			d.made = nil
			continue
		}
		d.unlock = unlock
		if err != nil {
			d.unmake()
		}
		return err
	}
}

// check says what of the directory stands in the way of a run.
func (f *startFlags) check(c *cobra.Command, d *runDir) error {
	const otherwise = "or choose another --out"
	finished := finished(d.path)
	switch {
	case f.force:
		return nil
	case d.unfinished() && f.resume:
		return nil
	case d.unfinished():
		return fmt.Errorf("zoo: %s: %s holds %s, %s: %w", c.Name(), d.path, d.advice(), otherwise, zoo.ErrUsage)
	case finished && f.resume:
		return fmt.Errorf("zoo: %s: %s holds a model that is finished, and nothing to go on with: --force begins anew, %s: %w", c.Name(), d.path, otherwise, zoo.ErrUsage)
	case finished:
		return fmt.Errorf("zoo: %s: %s holds a finished model: --force replaces it once the new one is there, %s: %w", c.Name(), d.path, otherwise, zoo.ErrUsage)
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return fmt.Errorf("zoo: %s: --out: %w", c.Name(), err)
	}
	for _, e := range entries {
		if !ours(e.Name()) {
			return fmt.Errorf("zoo: %s: --out %s holds other files, such as %s, among which a model would be scattered: name a new directory, such as %s, or use --force: %w",
				c.Name(), d.path, e.Name(), filepath.Join(d.path, "mine"), zoo.ErrUsage)
		}
	}
	if f.resume {
		what := "journal"
		if d.steps() {
			what = "checkpoint"
		}
		fmt.Fprintf(c.ErrOrStderr(), "no %s in %s yet: starting from the beginning\n", what, d.path)
	}
	return nil
}

// ours tells the names of what an unfinished run leaves from those of other files.
func ours(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{checkpointDir, logFile, curvesSVG, curvesPNG, fitJournal, fitAnswers, fitSVG, fitPNG}, name)
}

// finished tells whether dir holds a model that a run has written whole.
func finished(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, weights.CardFile))
	return err == nil
}

// unfinished tells whether a run can go on here. A journal of one line says only of
// what search it is.
func (d *runDir) unfinished() bool {
	if !d.steps() {
		text, err := os.ReadFile(d.state)
		return err == nil && bytes.Count(text, []byte("\n")) > 1
	}
	_, err := os.Stat(d.state)
	return err == nil
}

// steps tells whether what goes on is a training by steps, rather than a search.
func (d *runDir) steps() bool { return filepath.Base(d.state) == train.CheckpointFile }

// advice says what unfinished run is there and what becomes of it.
func (d *runDir) advice() string {
	if !d.steps() {
		return "an unfinished run: go on by the same command with --resume, discard it by --force"
	}
	recipe, err := train.CheckpointRecipe(filepath.Dir(d.state))
	if err != nil {
		return "a checkpoint that cannot be read: discard it by --force"
	}
	return fmt.Sprintf("the checkpoint of an earlier run, of recipe %s: go on with that by its own command and --resume, discard it by --force", recipe)
}

// discard removes what an unfinished run goes on from.
func (d *runDir) discard() error {
	what := d.state
	if d.steps() {
		what = filepath.Dir(d.state)
	}
	if err := os.RemoveAll(what); err != nil {
		return fmt.Errorf("zoo: --force: %w", err)
	}
	return nil
}

// close gives the directory back. One that was made for a run which leaves neither
// a model nor anything to go on from goes again.
func (d *runDir) close() {
	useful := d.unfinished() || finished(d.path)
	if !useful {
		d.discard()
	}
	if !useful && len(d.made) > 0 {
		os.Remove(filepath.Join(d.path, logFile))
	}
	d.unlock()
	if !useful {
		d.unmake()
	}
}

// unmake removes the directories that were made, as far as they are empty.
func (d *runDir) unmake() {
	for _, dir := range slices.Backward(d.made) {
		if os.Remove(dir) != nil {
			return
		}
	}
}
