package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/spf13/cobra"
)

// cacheFlag is --cache of a command that keeps on disk what it computes of texts.
type cacheFlag struct {
	dir string
	had map[string]bool // what lay there before
}

func (f *cacheFlag) add(c *cobra.Command, what string) {
	c.Flags().StringVar(&f.dir, "cache", "", "directory that keeps "+what+", 'none' to keep nothing (default: the user's cache directory; see zoo cache)")
	c.PostRun = func(c *cobra.Command, _ []string) { f.tell(c) }
}

// path returns the directory, "" for none.
func (f *cacheFlag) path() string {
	switch f.dir {
	case "none":
		return ""
	case "":
		return texts.CacheDir()
	}
	return f.dir
}

// use returns the directory and notes what lies there.
func (f *cacheFlag) use() string {
	f.had = map[string]bool{}
	for _, e := range computed(f.path()) {
		f.had[e.Name()] = true
	}
	return f.path()
}

// tell says what was kept, and where.
func (f *cacheFlag) tell(c *cobra.Command) {
	if f.had == nil {
		return
	}
	n, size := 0, int64(0)
	dir := f.path()
	for _, e := range computed(dir) {
		if f.had[e.Name()] {
			continue
		}
		if info, err := e.Info(); err == nil {
			n, size = n+1, size+info.Size()
		}
	}
	if n > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "what was computed of the texts is kept in %s (%s); 'zoo cache --clear' removes it, --cache none keeps nothing\n", dir, megabytes(size))
	}
}

// computed lists the files in a directory that keep what was computed of texts.
func computed(dir string) []fs.DirEntry {
	if dir == "" {
		return nil
	}
	entries, _ := os.ReadDir(dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		ext := filepath.Ext(strings.TrimSuffix(e.Name(), ".tmp"))
		return e.IsDir() || ext != ".corpus" && ext != ".numbers" && !strings.HasSuffix(e.Name(), ".tmp")
	})
}

// shelf is a part of the cache.
type shelf struct {
	Name      string `json:"name"`
	Directory string `json:"directory"`
	Files     int    `json:"files"`
	Bytes     int64  `json:"bytes"`

	what  string
	paths []string
}

// shelves looks into the cache. own is where what is computed of texts lies, ""
// for the user's cache directory.
func shelves(own string) ([]shelf, error) {
	if own == "" {
		own = texts.CacheDir()
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("zoo: cache: %w", err)
	}
	home := filepath.Join(user, "zoo")
	list := []shelf{
		{Name: "texts", Directory: own, what: "tokenised texts, and what was computed of them"},
		{Name: "encoders", Directory: filepath.Join(home, "hub"), what: "what zoo pull fetched"},
		{Name: "downloads", Directory: home, what: "IMDB, where it was downloaded"},
	}
	for _, e := range computed(own) {
		list[0].paths = append(list[0].paths, filepath.Join(own, e.Name()))
	}
	_ = filepath.WalkDir(list[1].Directory, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list[1].paths = append(list[1].paths, path)
		}
		return nil // what is not there, or not readable, is not counted
	})
	entries, _ := os.ReadDir(home)
	for _, e := range entries {
		if !e.IsDir() {
			list[2].paths = append(list[2].paths, filepath.Join(home, e.Name()))
		}
	}
	for i := range list {
		for _, path := range list[i].paths {
			if info, err := os.Lstat(path); err == nil {
				list[i].Files, list[i].Bytes = list[i].Files+1, list[i].Bytes+info.Size()
			}
		}
	}
	return list, nil
}

// clear removes what is on the shelf, and its directory if nothing else is there.
func (s *shelf) clear() error {
	if s.Name == "encoders" {
		return os.RemoveAll(s.Directory)
	}
	for _, path := range s.paths {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	os.Remove(s.Directory)
	return nil
}

func newCache() *cobra.Command {
	var clear []string
	var dir string
	var asJSON bool
	names := []string{"texts", "encoders", "downloads"}
	c := &cobra.Command{
		Use:   "cache",
		Short: "Show and clear what commands keep on disk",
		Long: `Show what commands keep in the user's cache directory, and where: tokenised
texts of your data with what was computed of them, encoders that zoo pull
fetched, and IMDB where it was downloaded. --clear removes the texts, --clear=all
everything; commands compute or fetch again what they need. Programs keep
nothing unless they are told where.`,
		Example: "  zoo cache\n  zoo cache --clear\n  zoo cache --clear=encoders,downloads\n  zoo eval mine --data test.csv --cache none",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			for _, name := range clear {
				if name != "all" && !slices.Contains(names, name) {
					return usage(c, "--clear=%s, want all or some of %s", name, strings.Join(names, ", "))
				}
			}
			list, err := shelves(dir)
			if err != nil {
				return err
			}
			for i := range list {
				if slices.Contains(clear, "all") || slices.Contains(clear, list[i].Name) {
					if err := list[i].clear(); err != nil {
						return fmt.Errorf("zoo: cache: %w", err)
					}
					fmt.Fprintf(c.ErrOrStderr(), "%s of %s removed\n", megabytes(list[i].Bytes), list[i].Name)
				}
			}
			if len(clear) > 0 {
				if list, err = shelves(dir); err != nil {
					return err
				}
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range list {
				fmt.Fprintf(w, "%s\t%d files\t%s\t%s\n", s.Name, s.Files, megabytes(s.Bytes), s.Directory)
				fmt.Fprintf(w, "\t\t\t%s\n", s.what)
			}
			return w.Flush()
		},
	}
	c.Flags().StringSliceVar(&clear, "clear", nil, "remove texts, encoders, downloads or all; without a value texts")
	c.Flags().Lookup("clear").NoOptDefVal = "texts"
	c.Flags().StringVar(&dir, "cache", "", "directory that --cache of other commands named (default: the user's cache directory)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return c
}
