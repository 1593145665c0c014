package static

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// module is the zoo's, and program the package of it that is compiled for pages.
const (
	module  = "github.com/gorgonia-zoo/zoo"
	program = module + "/serve/wasm"
)

// ErrNoGo is returned where there is no Go to compile the program with.
var ErrNoGo = errors.New("there is no command go")

// Build compiles the zoo to WebAssembly into the directory dir, by the command go, and
// puts Go's file that starts it beside it. The source is that of the module in which the
// working directory lies, where it is the zoo or requires it; else the version is taken
// from Go's module cache or proxy.
//
// The program is not embedded in the zoo: its 14 MB, compressed, would make every zoo a
// sixth larger and every change of a model's code a change of them, for a command that
// those run who have Go.
func Build(ctx context.Context, dir, version string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("static: %w", err)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("static: %w: %w", ErrNoGo, err)
	}
	root, err := run(ctx, "", "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	start, err := os.ReadFile(filepath.Join(strings.TrimSpace(root), "lib", "wasm", startFile))
	if err != nil {
		return fmt.Errorf("static: Go's distribution: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, startFile), start, 0o666); err != nil {
		return fmt.Errorf("static: %w", err)
	}
	compile := []string{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, programFile), program}
	if _, err := run(ctx, "", "go", "list", "-f", "{{.Module.Path}}", module); err == nil {
		_, err := run(ctx, "", compile...)
		return err
	}
	if !strings.HasPrefix(version, "v") {
		return fmt.Errorf("static: the source of the zoo is not at hand: this is a zoo without a version, and the working directory lies in no module that has it")
	}
	source, err := os.MkdirTemp(dir, "module")
	if err != nil {
		return fmt.Errorf("static: %w", err)
	}
	defer os.RemoveAll(source)
	for _, command := range [][]string{{"go", "mod", "init", "page"}, {"go", "get", module + "@" + version, program + "@" + version}, compile} {
		if _, err := run(ctx, source, command...); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command for the browser's architecture and returns what it prints.
func run(ctx context.Context, dir string, command ...string) (string, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return "", fmt.Errorf("static: %s: %w: %s", strings.Join(command, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return string(out), nil
}
