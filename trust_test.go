package zoo_test

import (
	"slices"
	"testing"
)

// rare states where the module does what a security review asks about first,
// by import path, as SECURITY.md does; "" is the root.
var rare = map[string][]string{
	"net":          {"cmd/zoo", "hub", "internal/fetch", "serve"},                           // zoo serve listens; what is this machine; kinds of errors
	"net/http":     {"cmd/zoo", "datasets", "hub", "internal/fetch", "serve", "serve/page"}, // zoo serve; zoo pull and the download of IMDB
	"unsafe":       {"internal/kernel"},
	"os/exec":      {"serve/static"}, // zoo page runs the command go
	"plugin":       nil,
	"encoding/gob": nil,
	"C":            nil,
}

// rareInTests states which tests do so beside the packages in rare.
var rareInTests = map[string][]string{
	"net":      {"datasets"},                                              // an address where nobody listens
	"net/http": {"", "cmd/zoo"},                                           // an example that serves; a server in the hub's place
	"os/exec":  {"", "cmd/zoo", "ops", "reliability", "train", "weights"}, // the tests' own binaries, to be killed; go list, build and nm
}

func TestWhoUsesWhatIsDangerous(t *testing.T) {
	used, usedInTests := map[[2]string]bool{}, map[[2]string]bool{}
	for _, arch := range []string{"amd64", "arm64"} { // with assembly and without
		rooms, err := house(".", arch)
		if err != nil {
			t.Fatal(err)
		}
		for name, r := range rooms {
			for _, path := range r.imports {
				used[[2]string{path, name}] = true
				if places, ok := rare[path]; ok && !slices.Contains(places, name) {
					t.Errorf("%q imports %q on %s, which is allowed in %q", name, path, arch, places)
				}
			}
			for _, path := range r.tests {
				usedInTests[[2]string{path, name}] = true
				places, ok := rare[path]
				if places = slices.Concat(places, rareInTests[path]); ok && !slices.Contains(places, name) {
					t.Errorf("tests of %q import %q on %s, which is allowed in %q", name, path, arch, places)
				}
			}
		}
	}
	for _, c := range []struct {
		list map[string][]string
		used map[[2]string]bool
		what string
	}{{rare, used, ""}, {rareInTests, usedInTests, "the tests of "}} {
		for path, places := range c.list {
			for _, name := range places {
				if !c.used[[2]string{path, name}] {
					t.Errorf("%s%q do not import %q, as the list says", c.what, name, path)
				}
			}
		}
	}
}
