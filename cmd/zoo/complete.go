package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// words are those that flags about data take; a setting of recipes has its own.
var words = map[string][]string{
	"encoding": {"utf-8", "windows-1252", "latin1", "utf-16"},
	"quotes":   {"strict", "lazy", "none"},
	"split":    {"train", "validation", "test"},
}

// completeFlags tells the shell what the flags of a command and of those below
// it take: words, directories, files of some kinds, or nothing that it could
// know.
func completeFlags(c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		var err error
		takes := words[f.Name]
		switch {
		case f.Name == "out" && strings.Contains(c.Use, "--out DIR"):
			err = c.MarkFlagDirname(f.Name)
		case f.Name == "cache":
			err = c.MarkFlagDirname(f.Name)
		case f.Name == "data": // a directory can be chosen too
			err = c.MarkFlagFilename(f.Name, "csv", "tsv", "jsonl", "ndjson", "json", "parquet", "gz", "tgz", "tar")
		case f.Name == "file" || f.Name == "out":
			// any file, as the shell does by itself
		case f.Value.Type() != "bool" && c.Name() != "help":
			if _, done := c.GetFlagCompletionFunc(f.Name); !done {
				err = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(takes, cobra.ShellCompDirectiveNoFileComp))
			}
		}
		if err != nil {
			panic(err) // a flag that VisitAll has just named
		}
	})
	for _, sub := range c.Commands() {
		completeFlags(sub)
	}
}
