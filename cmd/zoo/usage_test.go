package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command line that is wrong has exit code 2, every failure 1; both say
// why on standard error, once, and print no results.
func TestWrongCommandLines(t *testing.T) {
	f := small(t)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	absent := filepath.Join(dir, "absent")
	file := write(t, "file.txt", "text\n")
	broken := write(t, "broken.json", `{"name": "x", "text": {}, "line": {}}`)
	unknown := write(t, "unknown.json", `{"name": "x", "line": {"size": [1]}}`)
	kind := write(t, "kind.json", strings.Replace(recipeJSON(1), `"adam"`, `"adamant"`, 1))
	empty := write(t, "empty.csv", "")
	header := write(t, "header.csv", "text,label\n")
	oneClass := write(t, "one.csv", "text,label\na,positive\nb,positive\n")
	neutral := write(t, "neutral.csv", "text,label\na,positive\nb,neutral\n")
	columns := write(t, "columns.csv", "a,b,c\nx,1,2\ny,2,3\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"no such command":       {[]string{"frobnicate"}, 2, []string{`no command "frobnicate"`, "zoo --help"}},
		"misspelt command":      {[]string{"trian"}, 2, []string{`no command "trian"`, "did you mean train?"}},
		"no such flag":          {[]string{"list", "--frobnicate"}, 2, []string{"zoo list", "--frobnicate", "zoo list --help"}},
		"no such short flag":    {[]string{"list", "-x"}, 2, []string{"zoo list", "'x'"}},
		"misspelt flag":         {[]string{"train", "mlp-line", "--sede", "1"}, 2, []string{"--sede", "did you mean --seed?"}},
		"help of no command":    {[]string{"help", "trian"}, 2, []string{`no command "trian"`, "did you mean train?"}},
		"completion of nothing": {[]string{"completion"}, 2, []string{"SHELL is missing", "bash"}},
		"completion of a typo":  {[]string{"completion", "bahs"}, 2, []string{`"bahs"`}},
		"list with argument":    {[]string{"list", "x"}, 2, []string{`unexpected argument "x"`}},
		"card of nothing":       {[]string{"card"}, 2, []string{"MODEL is missing", "zoo card --help"}},
		"card of two":           {[]string{"card", "mlp-line", "y"}, 2, []string{`unexpected argument "y"`}},
		"predict nothing":       {[]string{"predict"}, 2, []string{"MODEL is missing"}},
		"eval nothing":          {[]string{"eval"}, 2, []string{"MODEL is missing"}},
		"export nothing":        {[]string{"export"}, 2, []string{"MODEL is missing"}},
		"reproduce nothing":     {[]string{"reproduce"}, 2, []string{"MODEL is missing"}},
		"train nothing":         {[]string{"train"}, 2, []string{"RECIPE is missing"}},
		"no such model":         {[]string{"card", "absent"}, 2, []string{`no model "absent"`, "mlp-line", "directory"}},
		"no such directory":     {[]string{"card", absent}, 2, []string{absent}},
		"a file as model":       {[]string{"eval", file}, 2, []string{file, "want a directory"}},
		"no model in it":        {[]string{"reproduce", dir}, 1, []string{dir, "not the directory of a model"}},
		"export without --out":  {[]string{"export", "mlp-line"}, 2, []string{"--out", "missing"}},
		"export to a directory": {[]string{"export", "mlp-line", "--out", dir}, 1, []string{dir, "is a directory"}},
		"export to nowhere":     {[]string{"export", "mlp-line", "--out", filepath.Join(absent, "x")}, 1, []string{absent, "no such file"}},

		"text and --file":       {[]string{"predict", f.model, "a text", "--file", file}, 2, []string{"--file"}},
		"no such --file":        {[]string{"predict", f.model, "--file", absent}, 2, []string{"no file " + absent}},
		"a directory as --file": {[]string{"predict", f.model, "--file", dir}, 1, []string{dir + ": is a directory"}},

		"eval of a line on data":   {[]string{"eval", "mlp-line", "--data", f.data}, 2, []string{"--data does not apply"}},
		"eval of a line, split":    {[]string{"eval", "mlp-line", "--split", "train"}, 2, []string{"--split does not apply"}},
		"no such split":            {[]string{"eval", f.model, "--data", f.data, "--split", "dev"}, 2, []string{`--split "dev"`, "train or test"}},
		"eval of missing data":     {[]string{"eval", f.model, "--data", absent}, 2, []string{absent}},
		"no such text column":      {[]string{"eval", f.model, "--data", f.data, "--text", "body"}, 2, []string{`"body"`, `"review", "sentiment"`, "--text"}},
		"no such label column":     {[]string{"eval", f.model, "--data", f.data, "--label", "stars"}, 2, []string{`"stars"`, `"review", "sentiment"`}},
		"columns of a directory":   {[]string{"eval", f.model, "--data", dir, "--text", "body"}, 2, []string{"no columns"}},
		"not IMDB":                 {[]string{"eval", f.model, "--data", dir}, 1, []string{dir, "IMDB", "name the file"}},
		"not an archive":           {[]string{"eval", f.model, "--data", file}, 1, []string{file, "archive"}},
		"a class the model lacks":  {[]string{"eval", f.model, "--data", neutral, "--cache", "none"}, 1, []string{"line 3", `"neutral"`, `"negative", "positive"`, "zoo finetune"}},
		"eval of an empty file":    {[]string{"eval", f.model, "--data", empty, "--cache", "none"}, 1, []string{empty, "empty"}},
		"eval of a header":         {[]string{"eval", f.model, "--data", header, "--cache", "none"}, 1, []string{header, "no rows"}},
		"columns hard to tell":     {[]string{"train", f.recipe, "--data", columns, "--out", out}, 2, []string{`"a", "b", "c"`, "--text"}},
		"train on one class":       {[]string{"train", f.recipe, "--data", oneClass, "--out", out, "--cache", "none"}, 1, []string{oneClass, `"positive"`, "two classes"}},
		"train on an empty file":   {[]string{"train", f.recipe, "--data", empty, "--out", out}, 1, []string{empty, "empty"}},
		"train without --out":      {[]string{"train", "mlp-line"}, 2, []string{"--out DIR is missing"}},
		"no such recipe":           {[]string{"train", "absent", "--out", out}, 2, []string{`no recipe "absent"`, "mlp-line", "lstm-imdb", ".json"}},
		"no such recipe file":      {[]string{"train", absent + ".json", "--out", out}, 2, []string{absent + ".json"}},
		"a recipe of both kinds":   {[]string{"train", broken, "--out", out}, 1, []string{broken}},
		"a recipe's unknown field": {[]string{"train", unknown, "--out", out}, 1, []string{unknown, "line.size", "unknown field"}},
		"a recipe's wrong word":    {[]string{"train", kind, "--data", f.data, "--out", out, "--cache", "none"}, 1, []string{`"adamant"`, "adamw"}},
		"data for a line":          {[]string{"train", "mlp-line", "--data", f.data, "--out", out}, 2, []string{"--data does not apply"}},
		"no epochs":                {[]string{"train", "mlp-line", "--out", out, "--epochs", "0"}, 2, []string{"--epochs 0", "1 or more"}},
		"epochs in words":          {[]string{"train", "mlp-line", "--out", out, "--epochs", "few"}, 2, []string{`"few"`, "--epochs", "want a whole number"}},
		"negative steps":           {[]string{"train", "mlp-line", "--out", out, "--steps", "-1"}, 2, []string{"--steps -1"}},
		"negative seed":            {[]string{"train", "mlp-line", "--out", out, "--seed", "-1"}, 2, []string{`"-1"`, "--seed", "0 or more"}},
		"negative interval":        {[]string{"train", "mlp-line", "--out", out, "--checkpoint-every", "-1s"}, 2, []string{"--checkpoint-every -1s"}},
		"interval without unit":    {[]string{"train", "mlp-line", "--out", out, "--checkpoint-every", "5"}, 2, []string{`"5"`, "--checkpoint-every", "30s"}},
		"--out is a file":          {[]string{"train", "mlp-line", "--out", file}, 1, []string{"--out", file}},
		"--out below a file":       {[]string{"train", "mlp-line", "--out", filepath.Join(file, "x")}, 1, []string{"--out", file}},
	} {
		t.Run(name, func(t *testing.T) {
			o := runZoo(c.args...)
			if o.code != c.code || o.stdout != "" {
				t.Errorf("exit code %d, want %d; printed %q", o.code, c.code, o.stdout)
			}
			for _, s := range c.says {
				if !strings.Contains(o.stderr, s) {
					t.Errorf("%q does not say %q", o.stderr, s)
				}
			}
			readable(t, o.stderr)
		})
	}
}

// goisms are words of the inside that a user should not meet.
var goisms = regexp.MustCompile(`strconv|%!|<nil>|goroutine|\.tmp|arg\(s\)|(zoo|train|weights|datasets): (zoo|train|weights|datasets): (zoo|train|weights|datasets): |usage$`)

// readable checks that a message is one for people.
func readable(t *testing.T, message string) {
	t.Helper()
	if message == "" || !strings.HasSuffix(message, "\n") {
		t.Errorf("message %q", message)
	}
	for line := range strings.Lines(message) {
		line = strings.TrimSuffix(line, "\n")
		if word := goisms.FindString(line); word != "" {
			t.Errorf("%q has %q in it", line, word)
		}
		parts := strings.Split(line, ": ")
		for i := 1; i < len(parts); i++ {
			if parts[i] == parts[i-1] {
				t.Errorf("%q says %q twice", line, parts[i])
			}
		}
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("permissions do not bind root")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"train", "mlp-line", "--steps", "1", "--out", dir},
		{"train", "mlp-line", "--steps", "1", "--out", filepath.Join(dir, "new")},
		{"export", "mlp-line", "--out", filepath.Join(dir, "x.safetensors")},
	} {
		if o := runZoo(args...); o.code != 1 || !strings.Contains(o.stderr, dir) || !strings.Contains(o.stderr, "permission denied") {
			t.Errorf("%v: %+v", args, o)
		}
	}
}

// commands lists the root and all that is below it.
func commands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		list = append(list, commands(sub)...)
	}
	return list
}

func TestHelp(t *testing.T) {
	var names []string
	root := newRoot(standard())
	addBuiltins(root)
	for _, c := range commands(root) {
		names = append(names, strings.TrimPrefix(c.CommandPath(), "zoo "))
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		o := must(t, runZoo(args...))
		for _, want := range []string{"Usage:\n  zoo", "Examples:\n  zoo"} {
			if !strings.Contains(o.stdout, want) {
				t.Errorf("%v: help lacks %q:\n%s", args, want, o.stdout)
			}
		}
		if o.stderr != "" {
			t.Errorf("%v: %q on standard error", args, o.stderr)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%v: --%s is not explained", args, f.Name)
			}
		})
		for _, line := range strings.Split(c.Example, "\n") {
			checkLine(t, line)
		}
	}
	for _, want := range []string{"list", "card", "predict", "eval", "train", "reproduce", "export"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no command %s", want)
		}
	}
	if o := must(t, runZoo()); !strings.Contains(o.stdout, "Available Commands") {
		t.Errorf("no arguments: %q", o.stdout)
	}
	if o := must(t, runZoo("--version")); !strings.HasPrefix(o.stdout, "zoo version ") {
		t.Errorf("version: %q", o.stdout)
	}
}

// The commands that README.md shows exist, with these flags and arguments.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i, block := range strings.Split(string(text), "```") {
		for line := range strings.Lines(block) {
			line = strings.TrimSpace(strings.Replace(line, "go run ./cmd/zoo ", "zoo ", 1))
			if i%2 == 1 && strings.HasPrefix(line, "zoo ") {
				checkLine(t, line)
				seen++
			}
		}
	}
	if seen < 5 {
		t.Errorf("README.md shows %d command lines", seen)
	}
}

// checkLine parses a command line as the program would, without running it.
func checkLine(t *testing.T, line string) {
	t.Helper()
	_, line, piped := strings.Cut("|"+line, "|")
	if _, last, more := strings.Cut(line, "| "); more && piped {
		line = last
	}
	line, _, _ = strings.Cut(line, " > ")
	var args []string
	for i, part := range strings.Split(strings.TrimSpace(line), `"`) {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	if len(args) == 0 || args[0] != "zoo" {
		t.Errorf("%q is no command line of zoo", line)
		return
	}
	root := newRoot(standard())
	addBuiltins(root)
	c, rest, err := root.Find(negatives(args[1:]))
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	if err != nil {
		t.Errorf("%q: %v", line, err)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if o := must(t, runZoo("completion", shell)); !strings.Contains(o.stdout, "zoo") {
			t.Errorf("%s: %q", shell, o.stdout)
		}
	}
	if o := must(t, runZoo("__complete", "train", "")); !strings.Contains(o.stdout, "mlp-line-seed") {
		t.Errorf("recipes: %q", o.stdout)
	}
	if o := must(t, runZoo("__complete", "predict", "")); !strings.Contains(o.stdout, "mlp-line\n") {
		t.Errorf("models: %q", o.stdout)
	}
}
