package zoo_test

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gorgonia-zoo/zoo"

// room is a package of the module, named by its directory, "" for the root:
// the paths that it imports and those that its tests do, which may repeat.
type room struct{ imports, tests []string }

// house reads the packages of the module in dir as they are built for an
// architecture, with cgo, so that no file that needs it is passed over. A
// directory without Go files is none, nor one that begins another module; whatever else cannot be read is an error.
func house(dir, arch string) (map[string]room, error) {
	context := build.Default
	context.GOARCH, context.CgoEnabled = arch, true
	rooms := map[string]room{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); at != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil && at != dir {
			return fs.SkipDir // a module of its own
		}
		p, err := context.ImportDir(at, 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		rooms[strings.TrimPrefix(filepath.ToSlash(name), ".")] = room{p.Imports, append(p.TestImports, p.XTestImports...)}
		return nil
	})
	return rooms, err
}

// inside returns the room that an import path of the module names.
func inside(importPath string) (name string, ok bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// chain returns the shortest chain of imports by which a room depends on an
// import path, both ends included, tests not followed; nil where it does not.
// Packages outside the module are ends: what they import is not followed.
func chain(rooms map[string]room, from, to string) []string {
	start := path.Join(module, from)
	before := map[string]string{start: ""}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		name, ok := inside(queue[0])
		if !ok {
			continue
		}
		for _, next := range rooms[name].imports {
			if _, known := before[next]; known {
				continue
			}
			before[next] = queue[0]
			if next == to {
				var links []string
				for p := to; p != ""; p = before[p] {
					links = append(links, p)
				}
				slices.Reverse(links)
				return links
			}
			queue = append(queue, next)
		}
	}
	return nil
}

// matching returns the rooms that a pattern names: a room, with /* at its end
// all that lie in a directory, or with /... that directory too.
func matching(rooms map[string]room, pattern string) []string {
	dir, all := strings.CutSuffix(pattern, "/...")
	below, some := strings.CutSuffix(pattern, "/*")
	var names []string
	for name := range rooms {
		if name == pattern || all && (name == dir || strings.HasPrefix(name, dir+"/")) || some && strings.HasPrefix(name, below+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestHouse(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a.go", `package zoo; import (_ "`+module+`/b"; _ "fmt")`)
	write("b/b.go", `package b; import _ "`+module+`/c/d"`)
	write("b/b_test.go", `package b; import _ "`+module+`/e"`)
	write("b/x_test.go", `package b_test; import _ "os/exec"`)
	write("c/d/d.go", `package d; import _ "net/http"`)
	write("c/d/d_arm64.go", `package d; import _ "unsafe"`)
	write("c/cgo/cgo.go", `package cgo; import "C"`)
	write("e/e_test.go", `package e`)
	write("docs/page.md", ``)
	write("_out/a.go", `package broken!`)
	write("b/testdata/a.go", `package broken!`)
	write("b/other/go.mod", `module other`)
	write("b/other/a.go", `package broken!`)
	rooms, err := house(dir, "amd64")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(matching(rooms, "c/..."), ","); got != "c/cgo,c/d" || len(rooms) != 5 {
		t.Errorf("rooms %v, in c %q", rooms, got)
	}
	if got := matching(rooms, "c"); got != nil {
		t.Errorf("rooms called c: %q", got)
	}
	write("c/c.go", `package c`)
	if rooms, err = house(dir, "amd64"); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]string{"c": "c", "c/*": "c/cgo,c/d", "c/...": "c,c/cgo,c/d", "c/d": "c/d", "c/d/*": "", "": ""} {
		if got := strings.Join(matching(rooms, pattern), ","); got != want {
			t.Errorf("%q matches %q, want %q", pattern, got, want)
		}
	}
	if got := rooms["b"].tests; !slices.Equal(got, []string{module + "/e", "os/exec"}) {
		t.Errorf("imports of tests %q", got)
	}
	if got := rooms["c/cgo"].imports; !slices.Equal(got, []string{"C"}) {
		t.Errorf("imports of cgo %q", got)
	}
	if got := chain(rooms, "", "net/http"); !slices.Equal(got, []string{module, module + "/b", module + "/c/d", "net/http"}) {
		t.Errorf("chain %q", got)
	}
	for _, c := range [][2]string{{"", module + "/e"}, {"", "unsafe"}, {"c/d", module + "/b"}, {"b", "fmt"}, {"none", "fmt"}} {
		if got := chain(rooms, c[0], c[1]); got != nil {
			t.Errorf("%q depends on %q by %q", c[0], c[1], got)
		}
	}
	if rooms, err = house(dir, "arm64"); err != nil || chain(rooms, "", "unsafe") == nil {
		t.Errorf("unsafe is not found on arm64: %v", err)
	}
	for _, broken := range []string{`package`, `package other; import _ "fmt"`} {
		write("b/more.go", broken)
		if _, err := house(dir, "amd64"); err == nil {
			t.Errorf("%q is passed over", broken)
		}
	}
}
