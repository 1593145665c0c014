package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// temporary is a path of a test; its directory has another name in each run.
	temporary = regexp.MustCompile(regexp.QuoteMeta(filepath.Clean(os.TempDir())) + `/[^\s"':;]*`)
	// numbered is a directory that the testing package or this one names.
	numbered = regexp.MustCompile(`^([0-9]{3}|zoo-test-[0-9]+)$`)
	// elapsed is a time that something took, and rate a speed.
	elapsed = regexp.MustCompile(`\b[0-9][0-9.]*( ?)(ns|µs|ms|s|m[0-9.]+s)\b`)
	rate    = regexp.MustCompile(`\b[0-9][0-9.]*[kMG]?( [a-z]+/s)\b`)
	// served is a server of a test, whose port the system chooses.
	served = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`)
	// identity is that of a run whose recipe may name a temporary path.
	identity = regexp.MustCompile(`(of recipe \S+) [0-9a-f]{8}( on data)`)
	// program is what was built, by what and for what.
	program = regexp.MustCompile(`\bversion \S+(, go[0-9]\S*, [a-z0-9]+/[a-z0-9]+)?$`)
	// state is a line of train.Progress, and its groups are the step and the steps
	// in all: time decides which lines there are beside that of the last step.
	state = regexp.MustCompile(`^epoch [0-9]+(/[0-9]+ step ([0-9]+)/([0-9]+) )?`)
)

// neutral is a text without what differs between two runs: temporary paths keep
// their last element, and times are 0.
func neutral(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = temporary.ReplaceAllStringFunc(text, func(path string) string {
		base := filepath.Base(path)
		if numbered.MatchString(base) {
			base = "DIR"
		}
		return "$TMP/" + base
	})
	text = served.ReplaceAllString(text, "127.0.0.1:0")
	text = identity.ReplaceAllString(text, "$1 ...$2")
	return rate.ReplaceAllString(elapsed.ReplaceAllString(text, "0${1}s"), "0$1")
}

// passing tells whether a line shows a state of training that is not the last.
func passing(line string) bool {
	m := state.FindStringSubmatch(line)
	return m != nil && (m[2] == "" || m[2] != m[3] || strings.HasSuffix(line, " left"))
}

// neutralArgs is a command line for one key; long arguments are cut.
func neutralArgs(args []string) string {
	var list []string
	for _, a := range args {
		a = neutral(a)
		if len(a) > 200 {
			a = fmt.Sprintf("%.50s… of %d bytes", a, len(a))
		}
		if a == "" || strings.ContainsAny(a, " \"'") || strconv.Quote(a) != `"`+a+`"` {
			a = strconv.Quote(a)
		}
		list = append(list, a)
	}
	return strings.Join(list, " ")
}

// neutralLines are the first lines of a text, cut, with one space for many.
func neutralLines(text string) (list []string) {
	const most = 40
	text = strings.ReplaceAll(text, withoutVectors+"\n", "") // of the processor, not of the command
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(neutral(line)), " ")
		if passing(line) {
			continue
		}
		line = program.ReplaceAllString(line, "version ...")
		if len(list) == most {
			return append(list, fmt.Sprintf("… %d lines in all", strings.Count(text, "\n")))
		}
		if len(line) > 4000 {
			line = fmt.Sprintf("%.100s… of %d bytes", line, len(line))
		}
		list = append(list, line)
	}
	return list
}

// jsonKinds returns what kinds of JSON values a text holds: the fields of each
// with their types, sorted.
func jsonKinds(text string) ([]string, error) {
	kinds := map[string]bool{}
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return slices.Sorted(maps.Keys(kinds)), nil
		} else if err != nil {
			return nil, err
		}
		fields := map[string]bool{}
		jsonFields(v, "", fields)
		kinds[strings.Join(slices.Sorted(maps.Keys(fields)), " ")] = true
	}
}

// jsonFields adds the fields of a value as dotted paths, [] being the elements
// of an array. Weights come out with the same checksum on every machine, so
// that is kept.
func jsonFields(v any, path string, into map[string]bool) {
	add := func(kind string) { into[path+":"+kind] = true }
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			add("object")
		}
		for name, field := range v {
			jsonFields(field, strings.TrimPrefix(path+"."+name, "."), into)
		}
	case []any:
		if len(v) == 0 {
			add("array")
		}
		for _, element := range v {
			jsonFields(element, path+"[]", into)
		}
	case string:
		if path == "sha256" {
			add(v)
		} else {
			add("string")
		}
	case float64:
		add("number")
	case bool:
		add("bool")
	default:
		add("null")
	}
}
