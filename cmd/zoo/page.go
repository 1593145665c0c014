package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/classify"
	"github.com/gorgonia-zoo/zoo/serve"
	"github.com/gorgonia-zoo/zoo/serve/static"
	"github.com/spf13/cobra"
)

func newPage(z *zoo.Zoo) *cobra.Command {
	var out, program string
	c := &cobra.Command{
		Use:   "page --out DIR [[NAME=]MODEL ...]",
		Short: "Write the page of serve as static files, with the models in the browser",
		Long: `Write the page of "zoo serve" as static files for any web server or host of pages: the
zoo itself, compiled to WebAssembly, answers in the visitor's browser, and no text leaves
it. The models are in it that are named, else the pretrained classifiers of texts.

The zoo is compiled by the command go. Where there is none, --program DIR names a directory
with zoo.wasm, which "GOOS=js GOARCH=wasm go build -o zoo.wasm ./serve/wasm" in the zoo's
source makes, and with wasm_exec.js, which is in lib/wasm of the same Go.`,
		Example: `  zoo page --out site
  zoo page --out site lstm-imdb tickets=./mine`,
		Args:              takes("[MODEL ...]"),
		ValidArgsFunction: modelNames(z),
		RunE:              func(c *cobra.Command, args []string) error { return writePage(c, z, args, out, program) },
	}
	c.Flags().StringVarP(&out, "out", "o", "", "directory to write; it must not exist, or be empty")
	c.Flags().StringVar(&program, "program", "", "directory with zoo.wasm and wasm_exec.js, instead of compiling them")
	if err := c.MarkFlagDirname("program"); err != nil {
		panic(err) // the flag that was just declared
	}
	return c
}

// classifiers returns the names of the pretrained classifiers of texts.
func classifiers(z *zoo.Zoo) (names []string, err error) {
	for _, r := range z.Models {
		m, err := z.Open(r.Name)
		if err != nil {
			return nil, err
		}
		if _, ok := m.Value.(classify.Classifier); ok {
			names = append(names, r.Name)
		}
	}
	return names, nil
}

func writePage(c *cobra.Command, z *zoo.Zoo, args []string, out, program string) error {
	if out == "" {
		return usage(c, "--out DIR is missing")
	}
	if entries, err := os.ReadDir(out); err == nil && len(entries) > 0 {
		return usage(c, "--out %s is not empty", out)
	}
	if len(args) == 0 {
		var err error
		if args, err = classifiers(z); err != nil {
			return err
		}
	}
	named, err := sources(c, z, args)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "zoo-page")
	if err != nil {
		return fmt.Errorf("zoo: page: %w", err)
	}
	defer os.RemoveAll(temp)
	var models []static.Model
	for _, s := range named {
		m, err := pageModel(s, filepath.Join(temp, s.Name))
		if err != nil {
			return err
		}
		models = append(models, m)
	}
	if program == "" {
		program = temp
		fmt.Fprintln(c.ErrOrStderr(), "compiling the zoo to WebAssembly: a minute or more the first time")
		err := static.Build(c.Context(), temp, version())
		if errors.Is(err, static.ErrNoGo) {
			return fmt.Errorf("zoo: page: %w; --program DIR takes what was compiled elsewhere: %w", err, zoo.ErrUsage)
		}
		if err != nil {
			return fmt.Errorf("zoo: page: %w", err)
		}
	}
	sizes, err := static.Write(out, program, models)
	if err != nil {
		return fmt.Errorf("zoo: page: %w", err)
	}
	total := int64(0)
	for _, name := range slices.SortedFunc(maps.Keys(sizes), func(a, b string) int { return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b)) }) {
		total += sizes[name]
		if sizes[name] > 100_000 {
			fmt.Fprintf(c.OutOrStdout(), "%s\t%.1f MB\n", name, float64(sizes[name])/1e6)
		}
	}
	fmt.Fprintf(c.OutOrStdout(), "%s\t%.1f MB in %d files\n", out, float64(total)/1e6, len(sizes))
	fmt.Fprintf(c.ErrOrStderr(), "any web server shows it: python3 -m http.server --directory %s\n", out)
	return nil
}

// pageModel saves a model into a directory, from which the page takes it.
func pageModel(s serve.Model, dir string) (static.Model, error) {
	m, err := s.Open()
	if err != nil {
		return static.Model{}, err
	}
	if err := m.Save(dir); err != nil {
		return static.Model{}, fmt.Errorf("zoo: page: %s: %w", s.Name, err)
	}
	out := static.Model{Name: s.Name, Dir: dir}
	if s.Log != nil {
		out.Log, err = s.Log()
	}
	return out, err
}
