package static_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/serve/static"
)

// filled makes a directory of files.
func filled(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWrite(t *testing.T) {
	program := filled(t, map[string]string{"zoo.wasm": "program", "wasm_exec.js": "start"})
	model := filled(t, map[string]string{"card.json": "{}", "model.safetensors": "weights"})
	out := filepath.Join(t.TempDir(), "site")
	sizes, err := static.Write(out, program, []static.Model{{Name: "m", Dir: model, Log: []byte("{}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(text)) != sizes[name] {
			t.Errorf("%s has %d bytes, told are %d", name, len(text), sizes[name])
		}
		return string(text)
	}
	if index := read("index.html"); !strings.Contains(index, `data-mode="static"`) || !strings.Contains(index, "'wasm-unsafe-eval'") || strings.Contains(index, `data-mode="served"`) {
		t.Errorf("index.html: %s", index)
	}
	if read("models.json") != `{"models":["m"]}`+"\n" || read("wasm_exec.js") != "start" || !strings.Contains(read("main.js"), "import") {
		t.Error("models.json, wasm_exec.js or main.js")
	}
	z, err := gzip.NewReader(strings.NewReader(read("zoo.wasm.gz")))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != "program" {
		t.Errorf("the program: %q, %v", text, err)
	}
	packed := read("models/m.zip")
	files, err := zip.NewReader(bytes.NewReader([]byte(packed)), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"card.json": "{}", "model.safetensors": "weights", "log.jsonl": "{}\n"} {
		if text, err := fs.ReadFile(files, name); err != nil || string(text) != want {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := static.Write(out, program, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another page: %v", err)
	}
}

// What is not there leaves no page.
func TestWriteFails(t *testing.T) {
	parent := t.TempDir()
	whole := filled(t, map[string]string{"zoo.wasm": "program", "wasm_exec.js": "start"})
	for name, c := range map[string]struct {
		program string
		models  []static.Model
		says    string
	}{
		"no program": {filled(t, map[string]string{"wasm_exec.js": "start"}), nil, "zoo.wasm"},
		"no start":   {filled(t, map[string]string{"zoo.wasm": "program"}), nil, "wasm_exec.js"},
		"no model":   {whole, []static.Model{{Name: "m", Dir: filepath.Join(parent, "absent")}}, "m.zip"},
		"a path":     {whole, []static.Model{{Name: "../m", Dir: whole}}, "name of a file"},
	} {
		_, err := static.Write(filepath.Join(parent, "site"), c.program, c.models)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

// Without Go, and without the source, it is said what is missing.
func TestBuildFails(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOPROXY", "off")
	t.Chdir(dir)
	if err := static.Build(ctx, dir, "(devel)"); err == nil || !strings.Contains(err.Error(), "source of the zoo is not at hand") {
		t.Errorf("without the source: %v", err)
	}
	if err := static.Build(ctx, dir, "v0.0.1"); err == nil || !strings.Contains(err.Error(), "go get github.com/gorgonia-zoo/zoo@v0.0.1") {
		t.Errorf("of a version that is not to be had: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "module*")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
	t.Setenv("PATH", dir)
	if err := static.Build(ctx, dir, "(devel)"); !errors.Is(err, static.ErrNoGo) {
		t.Errorf("without Go: %v", err)
	}
}
