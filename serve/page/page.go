// Package page is the page of zoo serve: plain HTML, CSS and modules, without a
// framework and without a request to another host. The same files make a page
// without a server, in which the zoo answers from WebAssembly.
package page

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed web
var embedded embed.FS

// Files returns the files of the page.
func Files() fs.FS {
	files, err := fs.Sub(embedded, "web")
	if err != nil {
		panic(err) // the name is no path
	}
	return files
}

// Names returns the names of the page's files beside index.html.
func Names() (names []string) {
	entries, err := fs.ReadDir(Files(), ".")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		if e.Name() != "index.html" {
			names = append(names, e.Name())
		}
	}
	return names
}

// policy is the Content-Security-Policy of the page: nothing but its own files.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// types are those of the files by their endings: what the system says of them is not asked.
var types = map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// Handler serves index.html at / and the other files by their names.
func Handler() http.Handler {
	files := Files()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(path.Clean("/" + r.URL.Path))
		if name == "/" {
			name = "index.html"
		}
		h := w.Header()
		if kind, ok := types[path.Ext(name)]; ok {
			h.Set("Content-Type", kind)
		}
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-cache")
		content, err := fs.ReadFile(files, name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}
