package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	program := t.TempDir()
	for _, name := range []string{"zoo.wasm", "wasm_exec.js"} {
		if err := os.WriteFile(filepath.Join(program, name), []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "site")
	o := must(t, runZoo("page", "--out", out, "--program", program, "line=mlp-line"))
	if !strings.Contains(o.stdout, "MB in 1") || !strings.Contains(o.stderr, "python3 -m http.server --directory "+out) {
		t.Errorf("%+v", o)
	}
	if _, err := os.Stat(filepath.Join(out, "models", "line.zip")); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no --out":      {[]string{"page"}, 2, "--out DIR is missing"},
		"not empty":     {[]string{"page", "--out", out, "mlp-line"}, 2, "is not empty"},
		"no such model": {[]string{"page", "--out", out + "2", "absent"}, 2, `no model "absent"`},
		"no program":    {[]string{"page", "--out", out + "2", "--program", out, "mlp-line"}, 1, "no such file"},
	} {
		o := runZoo(c.args...)
		if o.code != c.code || !strings.Contains(o.stderr, c.says) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if _, err := os.Stat(out + "2"); err == nil {
		t.Error("an error leaves a page")
	}
}
