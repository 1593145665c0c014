package zoo_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licences are those under which the modules in the shipped binary come, by
// their SPDX names. All of them allow use and distribution in any program; a
// module that is new is entered here after its licence has been read.
var licences = map[string]string{
	"codeberg.org/go-fonts/liberation":     "BSD-3-Clause", // its fonts OFL-1.1
	"codeberg.org/go-latex/latex":          "BSD-3-Clause",
	"codeberg.org/go-pdf/fpdf":             "MIT",
	"git.sr.ht/~sbinet/gg":                 "MIT",
	"github.com/ajstarks/svgo":             "CC-BY-4.0", // the library that writes SVG: its authors are to be named
	"github.com/golang/freetype":           "FTL",       // by our choice: like BSD, with credit
	"golang.org/x/image":                   "BSD-3-Clause",
	"gonum.org/v1/plot":                    "BSD-3-Clause",
	"github.com/apache/arrow/go/arrow":     "Apache-2.0 BSD-3-Clause MIT", // with the components of its C++ library
	"github.com/andybalholm/brotli":        "MIT",
	"github.com/awalterschulze/gographviz": "Apache-2.0 BSD-3-Clause",
	"github.com/chewxy/hm":                 "MIT",
	"github.com/chewxy/math32":             "BSD-2-Clause",
	"github.com/deckarep/golang-set":       "MIT",
	"github.com/gofrs/flock":               "BSD-3-Clause",
	"github.com/gogo/protobuf":             "BSD-3-Clause",
	"github.com/golang/protobuf":           "BSD-3-Clause",
	"github.com/google/flatbuffers":        "Apache-2.0",
	"github.com/jdkato/prose/v2":           "MIT",
	"github.com/klauspost/compress":        "Apache-2.0 BSD-3-Clause MIT",
	"github.com/leesper/go_rng":            "Apache-2.0",
	"github.com/mingrammer/commonregex":    "MIT",
	"github.com/mitchellh/colorstring":     "MIT",
	"github.com/pkg/errors":                "BSD-2-Clause",
	"github.com/beorn7/perks":              "MIT",
	"github.com/cespare/xxhash/v2":         "MIT",
	"github.com/munnerz/goautoneg":         "BSD-3-Clause",
	"github.com/prometheus/client_golang":  "Apache-2.0",
	"github.com/prometheus/client_model":   "Apache-2.0",
	"github.com/prometheus/common":         "Apache-2.0",
	"github.com/prometheus/procfs":         "Apache-2.0",
	"github.com/rivo/uniseg":               "MIT",
	"github.com/schollz/progressbar/v3":    "MIT",
	"github.com/spf13/cobra":               "Apache-2.0",
	"github.com/spf13/pflag":               "BSD-3-Clause",
	"github.com/xtgo/set":                  "BSD-2-Clause",
	"go4.org/unsafe/assume-no-moving-gc":   "BSD-3-Clause",
	"golang.org/x/sys":                     "BSD-3-Clause",
	"golang.org/x/term":                    "BSD-3-Clause",
	"golang.org/x/text":                    "BSD-3-Clause",
	"golang.org/x/xerrors":                 "BSD-3-Clause",
	"gonum.org/v1/gonum":                   "BSD-3-Clause",
	"google.golang.org/protobuf":           "BSD-3-Clause",
	"gopkg.in/neurosnap/sentences.v1":      "MIT",
	"gorgonia.org/dawson":                  "MIT",
	"gorgonia.org/gorgonia":                "Apache-2.0",
	"gorgonia.org/tensor":                  "Apache-2.0",
	"gorgonia.org/vecf32":                  "MIT",
	"gorgonia.org/vecf64":                  "MIT",
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(txt|md))?$`)

// licenceOf names the licences that a text holds, by the words that only they
// have; none for one it does not know.
func licenceOf(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	var names []string
	if strings.Contains(text, "Apache License") && strings.Contains(text, "Version 2.0") {
		names = append(names, "Apache-2.0")
	}
	if strings.Contains(text, "Redistributions of source code must retain the above copyright") || strings.Contains(text, "Redistributions of source code must retain the copyright") {
		if strings.Contains(text, "endorse or promote products") {
			names = append(names, "BSD-3-Clause")
		} else {
			names = append(names, "BSD-2-Clause")
		}
	}
	if strings.Contains(text, "Permission is hereby granted, free of charge, to any person") {
		names = append(names, "MIT")
	}
	if strings.Contains(text, "Creative Commons Attribution 4.0 International Public License") {
		names = append(names, "CC-BY-4.0")
	}
	if strings.Contains(text, "your choice of exactly one") && strings.Contains(text, "The FreeType License") {
		return "FTL"
	}
	if regexp.MustCompile(`(?i)GNU (Lesser |Affero |Library )?General Public|Mozilla Public`).MatchString(text) {
		names = append(names, "copyleft")
	}
	return strings.Join(names, " ")
}

// Every module that is linked into the program zoo has a licence that is known,
// read from the module itself.
func TestLicences(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go list")
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/zoo")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	modules := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) == 3 {
			modules[f[0]] = f[1:]
		}
	}
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		version, dir := modules[path][0], modules[path][1]
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		found := ""
		for _, e := range entries {
			if licenceFile.MatchString(e.Name()) {
				text, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				found = licenceOf(string(text))
			}
		}
		t.Logf("%-40s %-40s %s", path, version, found)
		if want, ok := licences[path]; !ok || found != want {
			t.Errorf("%s %s is under %q, the list says %q", path, version, found, want)
		}
	}
	for path := range licences {
		if modules[path] == nil {
			t.Errorf("%s is on the list of licences, but not in the program", path)
		}
	}
	if len(modules) < 10 {
		t.Errorf("only %d modules", len(modules))
	}
}
