package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Each training leaves its curves, those of a run that was resumed the same
// as of one that never stopped.
func TestCurves(t *testing.T) {
	f := small(t)
	out := filepath.Join(t.TempDir(), "out")
	must(t, runZoo(f.train(out, "--steps", "13")...))
	read := func(dir, name, magic string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.HasPrefix(data, []byte(magic)) {
			t.Fatalf("%s: %.20q (%v)", name, data, err)
		}
		return data
	}
	early := read(out, curvesSVG, "<?xml")
	must(t, runZoo(f.train(out, "--resume")...))
	for name, magic := range map[string]string{curvesSVG: "<?xml", curvesPNG: "\x89PNG"} {
		want, got := read(f.model, name, magic), read(out, name, magic)
		if !bytes.Equal(want, got) {
			t.Errorf("%s of the resumed run is another", name)
		}
	}
	if bytes.Equal(early, read(out, curvesSVG, "<?xml")) {
		t.Error("resuming drew nothing")
	}
	if err := drawCurves(t.TempDir()); err != nil {
		t.Errorf("no log: %v", err)
	}
}
