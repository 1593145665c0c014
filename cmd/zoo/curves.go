package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/internal/curves"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Pictures of a training, beside its log.
const (
	curvesSVG = "curves.svg"
	curvesPNG = "curves.png"
)

// drawCurves draws the log in a training directory, if it has epochs to compare.
func drawCurves(dir string) error {
	f, err := os.Open(filepath.Join(dir, logFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // not trained by steps
	}
	if err != nil {
		return fmt.Errorf("zoo: train: %w", err)
	}
	defer f.Close()
	log, err := curves.Read(f)
	if err == nil && len(log) <= 1 { // those of an earlier run would be another's
		os.Remove(filepath.Join(dir, curvesSVG))
		os.Remove(filepath.Join(dir, curvesPNG))
	}
	if err == nil && len(log) > 1 { // one point is no curve
		var figure *curves.Figure
		if figure, err = curves.Draw(log); err == nil {
			err = errors.Join(
				weights.WriteFileAtomic(filepath.Join(dir, curvesSVG), figure.WriteSVG),
				weights.WriteFileAtomic(filepath.Join(dir, curvesPNG), figure.WritePNG))
		}
	}
	if err != nil {
		return fmt.Errorf("zoo: train: the model is saved, but not its learning curves: %w", err)
	}
	return nil
}
