package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What commands keep of texts they say, show and clear; with --cache none there is
// nothing.
func TestCache(t *testing.T) {
	f := small(t)
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("LocalAppData", home)
	eval := []string{"eval", f.model, "--data", f.data}
	if o := must(t, runZoo(append(eval, "--cache", "none")...)); strings.Contains(o.stderr, "is kept in") {
		t.Errorf("--cache none: %s", o.stderr)
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) > 0 {
		t.Errorf("--cache none keeps %v, %v", entries, err)
	}
	first := must(t, runZoo(eval...))
	if !strings.Contains(first.stderr, "is kept in ") || !strings.Contains(first.stderr, "zoo cache --clear") {
		t.Errorf("it is not said what is kept: %s", first.stderr)
	}
	if again := must(t, runZoo(eval...)); strings.Contains(again.stderr, "is kept in") {
		t.Errorf("what is kept already is kept again: %s", again.stderr)
	}
	show := func(args ...string) map[string]any {
		t.Helper()
		o := must(t, runZoo(append([]string{"cache", "--json"}, args...)...))
		var list []map[string]any
		if err := json.Unmarshal([]byte(o.stdout), &list); err != nil || len(list) != 3 || list[0]["name"] != "texts" {
			t.Fatalf("%s", o.stdout)
		}
		return list[0]
	}
	texts := show()
	if texts["files"] != 1.0 || texts["bytes"] == 0.0 || !strings.HasPrefix(texts["directory"].(string), home) {
		t.Errorf("shown: %v", texts)
	}
	if o := must(t, runZoo("cache")); !strings.Contains(o.stdout, "1 files") || !strings.Contains(o.stdout, texts["directory"].(string)) {
		t.Errorf("shown: %s", o.stdout)
	}
	other := filepath.Join(texts["directory"].(string), "notes.txt")
	if err := os.WriteFile(other, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if texts := show("--clear"); texts["files"] != 0.0 {
		t.Errorf("cleared: %v", texts)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("another file was removed: %v", err)
	}
	if o := must(t, runZoo(eval...)); !strings.Contains(o.stderr, "is kept in") || o.code != 0 {
		t.Errorf("after clearing: %+v", o)
	}
	if o := runZoo("cache", "--clear=everything"); o.code != 2 || !strings.Contains(o.stderr, "texts, encoders, downloads") {
		t.Errorf("%+v", o)
	}
	show("--clear=all")
}
