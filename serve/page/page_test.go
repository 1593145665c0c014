package page_test

import (
	"io/fs"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/serve/page"
)

// Every file has its type and the policy, and what is no file is not found.
func TestHandler(t *testing.T) {
	h := page.Handler()
	for path, kind := range map[string]string{"/": "text/html", "/style.css": "text/css", "/main.js": "text/javascript", "/icon.svg": "image/svg+xml"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/absent.js", "/../page.go"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The page has no script or style within the HTML, which the policy would refuse, and
// names no other host; each file that it names is there.
func TestFilesKeepThePolicy(t *testing.T) {
	names := page.Names()
	err := fs.WalkDir(page.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(page.Files(), name)
		if err != nil {
			return err
		}
		for _, url := range regexp.MustCompile(`https?://[^"'\s]+`).FindAllString(string(text), -1) {
			if url != "http://www.w3.org/2000/svg" { // the name of SVG's elements
				t.Errorf("%s names %s", name, url)
			}
		}
		if strings.HasSuffix(name, ".html") {
			if found := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:>|\s+(?:type="module"\s*)?>)`).FindString(string(text)); found != "" {
				t.Errorf("%s has %q", name, found)
			}
			for _, m := range regexp.MustCompile(`(?:src|href)="([^"#]+)"`).FindAllStringSubmatch(string(text), -1) {
				if !slices.Contains(names, m[1]) {
					t.Errorf("%s names %s, which is no file", name, m[1])
				}
			}
		}
		for _, m := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(names, m[1]) {
				t.Errorf("%s imports %s, which is no file", name, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
