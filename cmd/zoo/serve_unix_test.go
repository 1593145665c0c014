//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// SIGHUP opens a model that has been replaced, and keeps the old one where the new is
// damaged.
func TestServeHangup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "model")
	must(t, runZoo("train", "mlp-line", "--out", dir, "--seed", "2"))
	s := startServe(t, "m="+dir)
	_, first := s.fetch(t, http.DefaultClient, "v1/models/m", "")
	if !strings.Contains(first, `"log":[{"epoch":1`) {
		t.Errorf("no learning curves: %s", first)
	}
	hangup := func(want string) {
		t.Helper()
		before := strings.Count(s.said(), "opened again")
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for strings.Count(s.said(), "opened again") == before {
			time.Sleep(time.Millisecond)
		}
		lines := strings.Split(strings.TrimSpace(s.said()), "\n")
		if last := lines[len(lines)-1]; !strings.Contains(last, want) {
			t.Errorf("said %s, want %s", last, want)
		}
	}
	other := filepath.Join(t.TempDir(), "other")
	must(t, runZoo("train", "mlp-line", "--out", other, "--seed", "3"))
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	hangup("the old one goes on")
	if _, now := s.fetch(t, http.DefaultClient, "v1/models/m", ""); now != first {
		t.Errorf("after damage: %s", now)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, dir); err != nil {
		t.Fatal(err)
	}
	hangup(`"changed":["m"]`)
	if _, now := s.fetch(t, http.DefaultClient, "v1/models/m", ""); now == first {
		t.Error("the new model does not serve")
	}
}
