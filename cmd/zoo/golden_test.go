package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

var update = flag.Bool("update", false, "write testdata/golden anew from what the program does now")

// goldenCommands holds what the command lines of the tests do.
const goldenCommands = "testdata/golden/commands.json"

// golden records every command line that the tests run in this process.
var golden recorder

// recorder keeps what came of each command line, both without what differs
// between two runs. Other input or other files of the same names may give one
// command line several outcomes.
type recorder struct {
	mu   sync.Mutex
	seen map[string]map[string]recorded // by command line, then by the outcome as JSON
}

// recorded is what a command line did.
type recorded struct {
	Code   int      `json:"code"`
	Error  []string `json:"error,omitempty"`  // lines of the message that goes with the exit code
	JSON   []string `json:"json,omitempty"`   // with --json, the fields of each kind of value printed
	Stdout []string `json:"stdout,omitempty"` // without, the lines printed
	Stderr []string `json:"stderr,omitempty"` // before the message
}

// unsteady tells of what depends on more than the command line and its files: a
// disk that is full at some point, permissions that do not bind root, and what
// goes on where a process was killed.
func unsteady(args []string, message string) bool {
	killed := func(arg string) bool {
		name := filepath.Base(arg)
		return name == "endless.json" || name == "long.json" && slices.Contains(args, "--resume")
	}
	return slices.ContainsFunc(args, killed) || slices.Contains(args, "--checkpoint-every") && slices.Contains(args, "1ms") ||
		strings.Contains(message, "no space left on device") || strings.Contains(message, "permission denied")
}

// record notes an outcome; message is what was said about its exit code.
func (r *recorder) record(args []string, o outcome, message string) {
	if unsteady(args, message) {
		return
	}
	done := recorded{Code: o.code, Error: neutralLines(message)}
	if values, err := jsonKinds(o.stdout); slices.Contains(args, "--json") && err == nil {
		done.JSON = values
	} else {
		done.Stdout = neutralLines(o.stdout)
	}
	done.Stderr = neutralLines(strings.TrimSuffix(o.stderr, message))
	text, err := json.Marshal(done)
	if err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]map[string]recorded{}
	}
	key := neutralArgs(args)
	if r.seen[key] == nil {
		r.seen[key] = map[string]recorded{}
	}
	r.seen[key][string(text)] = done
}

// partial tells that this run leaves tests out.
func partial() bool {
	for _, name := range []string{"run", "skip", "list"} {
		if f := flag.Lookup("test." + name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	f := flag.Lookup("test.short")
	return f != nil && f.Value.String() == "true"
}

// finish compares what was recorded with goldenCommands, or writes that, and
// returns the exit code. A run that leaves tests out may lack command lines and
// outcomes, and where it writes it adds to the file.
func (r *recorder) finish() int {
	if runtime.GOOS != "linux" { // others have other words for the same errors
		return 0
	}
	want := map[string]map[string]recorded{}
	have := r.seen
	if err := readCommands(want); err != nil && !(*update && errors.Is(err, fs.ErrNotExist)) {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if *update {
		if !partial() {
			clear(want)
		}
		for key, outcomes := range have {
			if want[key] == nil {
				want[key] = map[string]recorded{}
			}
			maps.Copy(want[key], outcomes)
		}
		if err := writeCommands(want); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	differ := 0
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if text := difference(have[key], want[key], partial()); text != "" {
			fmt.Fprintf(os.Stderr, "zoo %s\n%s", key, text)
			differ++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if have[key] == nil && !partial() {
			fmt.Fprintf(os.Stderr, "zoo %s\n  was not run\n", key)
			differ++
		}
	}
	if differ > 0 {
		fmt.Fprintf(os.Stderr, "FAIL: %d command lines of %d differ from %s; -update writes it anew\n", differ, len(have), goldenCommands)
		return 1
	}
	return 0
}

// difference says which outcomes are had and not wanted, and the other way
// round unless some may be missing.
func difference(have, want map[string]recorded, partial bool) string {
	var b strings.Builder
	for _, text := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[text]; ok {
			continue
		}
		lines, near := have[text].lines(), nearest(have[text], want)
		fmt.Fprintf(&b, "  an outcome that is new; beside the nearest of %d recorded ones\n", len(want))
		for _, l := range near {
			if !slices.Contains(lines, l) {
				fmt.Fprintf(&b, "    want %s\n", l)
			}
		}
		for _, l := range lines {
			if !slices.Contains(near, l) {
				fmt.Fprintf(&b, "    have %s\n", l)
			}
		}
	}
	for _, text := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[text]; !ok && !partial {
			fmt.Fprintf(&b, "  did not come out: %s\n", text)
		}
	}
	return b.String()
}

// lines are all that an outcome says.
func (r recorded) lines() []string {
	list := []string{fmt.Sprintf("exit code %d", r.Code)}
	for _, part := range []struct {
		name  string
		lines []string
	}{{"error", r.Error}, {"json", r.JSON}, {"stdout", r.Stdout}, {"stderr", r.Stderr}} {
		for _, l := range part.lines {
			list = append(list, part.name+": "+l)
		}
	}
	return list
}

// nearest returns the lines of the outcome that has most of o's.
func nearest(o recorded, among map[string]recorded) (lines []string) {
	most := -1
	for _, text := range slices.Sorted(maps.Keys(among)) {
		shared := 0
		for _, l := range among[text].lines() {
			if slices.Contains(o.lines(), l) {
				shared++
			}
		}
		if shared > most {
			most, lines = shared, among[text].lines()
		}
	}
	return lines
}

// commandLine is one of goldenCommands.
type commandLine struct {
	Line     string     `json:"line"`
	Outcomes []recorded `json:"outcomes"`
}

func readCommands(into map[string]map[string]recorded) error {
	text, err := os.ReadFile(goldenCommands)
	if err != nil {
		return err
	}
	var list []commandLine
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("%s: %w", goldenCommands, err)
	}
	for _, c := range list {
		into[c.Line] = map[string]recorded{}
		for _, o := range c.Outcomes {
			text, err := json.Marshal(o)
			if err != nil {
				return err
			}
			into[c.Line][string(text)] = o
		}
	}
	return nil
}

func writeCommands(from map[string]map[string]recorded) error {
	var list []commandLine
	for _, key := range slices.Sorted(maps.Keys(from)) {
		c := commandLine{Line: key}
		for _, text := range slices.Sorted(maps.Keys(from[key])) {
			c.Outcomes = append(c.Outcomes, from[key][text])
		}
		list = append(list, c)
	}
	return writeGolden(goldenCommands, list)
}

// writeGolden writes indented JSON.
func writeGolden(path string, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(v); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
