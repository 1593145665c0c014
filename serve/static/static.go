// Package static makes the page of zoo serve without a server: static files with the
// zoo compiled to WebAssembly, which answer in the visitor's browser.
package static

import (
	"archive/zip"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/serve/answer"
	"github.com/gorgonia-zoo/zoo/serve/page"
	"github.com/gorgonia-zoo/zoo/weights"
)

// Model is a model that goes into a page: the files of its artefact, in a directory.
type Model struct {
	Name string
	Dir  string
	Log  []byte // of its training, a JSON object an epoch; nil where there is none
}

// Files of a page.
const (
	programFile = "zoo.wasm"     // as it is built; in a page compressed, with .gz
	startFile   = "wasm_exec.js" // of Go's distribution, starts the program
	listFile    = "models.json"
)

// policy is what a page may do; a host may send more of the like in a header. WebAssembly
// needs its own word.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"

// Write makes the directory dir, which must not exist or be empty, of the page, the
// program in the directory program, and models. It is there whole or not at all. It
// returns the bytes of each file.
func Write(dir, program string, models []Model) (sizes map[string]int64, err error) {
	files := map[string]func(io.Writer) error{}
	sizes = map[string]int64{}
	add := func(name string, write func(io.Writer) error) {
		files[name] = func(w io.Writer) error {
			c := &counter{Writer: w}
			err := write(c)
			sizes[name] = c.n
			return err
		}
	}
	for _, name := range append(page.Names(), "index.html") {
		text, err := fs.ReadFile(page.Files(), name)
		if err != nil {
			return nil, fmt.Errorf("static: %w", err)
		}
		if name == "index.html" {
			if text, err = index(string(text)); err != nil {
				return nil, err
			}
		}
		add(name, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	add(startFile, func(w io.Writer) error { return copyFile(w, filepath.Join(program, startFile)) })
	add(programFile+".gz", func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
		if err != nil {
			return err
		}
		if err := copyFile(z, filepath.Join(program, programFile)); err != nil {
			return err
		}
		return z.Close()
	})
	names := []string{}
	for _, m := range models {
		names = append(names, m.Name)
		add("models/"+m.Name+".zip", func(w io.Writer) error { return pack(w, m) })
	}
	add(listFile, func(w io.Writer) error { return json.NewEncoder(w).Encode(map[string][]string{"models": names}) })
	if err := weights.WriteDirAtomic(dir, files); err != nil {
		return nil, err
	}
	return sizes, nil
}

// index is index.html of a page without a server.
func index(text string) ([]byte, error) {
	const served, charset = `data-mode="served"`, `<meta charset="utf-8">`
	if strings.Count(text, served) != 1 || strings.Count(text, charset) != 1 {
		return nil, fmt.Errorf("static: index.html has no %s or %s", served, charset)
	}
	text = strings.Replace(text, served, `data-mode="static"`, 1)
	return []byte(strings.Replace(text, charset, charset+"\n<meta http-equiv=\"Content-Security-Policy\" content=\""+policy+"\">", 1)), nil
}

// pack writes a model as a zip file.
func pack(w io.Writer, m Model) error {
	z := zip.NewWriter(w)
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			to, err := z.Create(e.Name())
			if err != nil {
				return err
			}
			if err := copyFile(to, filepath.Join(m.Dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if m.Log != nil {
		to, err := z.Create(answer.LogFile)
		if err != nil {
			return err
		}
		if _, err := to.Write(m.Log); err != nil {
			return err
		}
	}
	return z.Close()
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// counter counts what is written.
type counter struct {
	io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n += int64(n)
	return n, err
}
