package kernel

import (
	"slices"
	"strings"
	"testing"
)

// use switches to a path for a test.
func use(t testing.TB, path Path) (restore func()) {
	t.Helper()
	restore, err := Use(path)
	if err != nil {
		t.Fatal(err)
	}
	return restore
}

func TestChoose(t *testing.T) {
	all := []Path{AVX512, AVX2, Portable}
	best := AVX2
	if preferAVX512 {
		best = AVX512
	}
	for _, c := range []struct {
		name      string
		available []Path
		want      Path
		fails     string
	}{
		{"", all, best, ""},
		{"", all[1:], AVX2, ""},
		{"", all[2:], Portable, ""},
		{"avx512", all, AVX512, ""},
		{"avx2", all, AVX2, ""},
		{"portable", all, Portable, ""},
		{"", []Path{NEON, Portable}, NEON, ""},
		{"neon", []Path{NEON, Portable}, NEON, ""},
		{"neon", all, best, `ZOO_KERNEL="neon"`},
		{"avx512", all[1:], AVX2, `ZOO_KERNEL="avx512": this build and CPU run avx2, portable`},
		{"avx2", all[2:], Portable, `ZOO_KERNEL="avx2": this build and CPU run portable`},
		{"AVX2", all, best, `ZOO_KERNEL="AVX2"`},
	} {
		got, err := choose(c.name, c.available)
		if got != c.want {
			t.Errorf("choose(%q, %v) = %s, want %s", c.name, c.available, got, c.want)
		}
		if (err != nil) != (c.fails != "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("choose(%q, %v): error %v, want %q", c.name, c.available, err, c.fails)
		}
	}
}

func TestUse(t *testing.T) {
	before := Current()
	t.Logf("paths %v, using %s", Available(), before)
	if paths := Available(); paths[len(paths)-1] != Portable || !slices.Contains(paths, before) {
		t.Errorf("%s in use of %v", before, paths)
	}
	restore := use(t, Portable)
	if Current() != Portable {
		t.Errorf("using %s, want portable", Current())
	}
	restore()
	for _, bad := range []Path{"", "sse"} {
		restore, err := Use(bad)
		if err == nil {
			t.Errorf("Use(%q) succeeded", bad)
		}
		restore()
		if Current() != before {
			t.Errorf("after Use(%q): %s, want %s", bad, Current(), before)
		}
	}
}
