package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

const (
	goldenFlags = "testdata/golden/flags.json" // a list of goldenCommand
	goldenHelp  = "testdata/golden/help.txt"   // what --help of each command prints
)

// goldenCommand is a command and its flags.
type goldenCommand struct {
	Command string       `json:"command"`
	Aliases []string     `json:"aliases,omitempty"`
	Hidden  bool         `json:"hidden,omitempty"`
	Flags   []goldenFlag `json:"flags"`
}

type goldenFlag struct {
	Name      string `json:"name"`
	Shorthand string `json:"shorthand,omitempty"`
	Type      string `json:"type"`
	Default   string `json:"default"`
	Usage     string `json:"usage"`
	Hidden    bool   `json:"hidden,omitempty"`
}

// The commands and their flags are the same as ever, and so is their help.
func TestGoldenFlags(t *testing.T) {
	var list []goldenCommand
	var help strings.Builder
	root := newRoot(standard())
	addBuiltins(root)
	for _, c := range commands(root) {
		help.WriteString("== " + c.CommandPath() + "\n")
		help.WriteString(must(t, runZoo(append(strings.Fields(c.CommandPath())[1:], "--help")...)).stdout)
		g := goldenCommand{Command: c.CommandPath(), Aliases: c.Aliases, Hidden: c.Hidden}
		c.InitDefaultHelpFlag()
		c.Flags().VisitAll(func(f *pflag.Flag) {
			g.Flags = append(g.Flags, goldenFlag{f.Name, f.Shorthand, f.Value.Type(), f.DefValue, f.Usage, f.Hidden})
		})
		list = append(list, g)
	}
	if *update {
		if err := writeGolden(goldenFlags, list); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenHelp, []byte(help.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(goldenFlags)
	if err != nil {
		t.Fatal(err)
	}
	var want []goldenCommand
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, l := range []struct {
		what       string
		have, want []string
	}{
		{"commands", flagLines(list), flagLines(want)},
		{"help", strings.Split(help.String(), "\n"), readLines(t, goldenHelp)},
	} {
		for i := range max(len(l.have), len(l.want)) {
			have, want := at(l.have, i), at(l.want, i)
			if have != want {
				t.Errorf("%s: line %d is\n%s\nwant\n%s", l.what, i+1, have, want)
				break // the others are shifted
			}
		}
	}
}

// flagLines has a line for each command and each flag.
func flagLines(list []goldenCommand) (lines []string) {
	add := func(of string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		lines = append(lines, of+string(text))
	}
	for _, c := range list {
		flags := c.Flags
		c.Flags = nil
		add("", c)
		for _, f := range flags {
			add(c.Command+" ", f)
		}
	}
	return lines
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "nothing"
}
