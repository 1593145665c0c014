package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo"
	"github.com/spf13/cobra"
)

func newPack(z *zoo.Zoo) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "pack MODEL",
		Short: "Write a model as one file",
		Long: `Write a model as one file, which every command takes as MODEL in place of the
directory, and zoo.OpenFS in a program that embeds it. The file is a ZIP archive,
nothing in it compressed: card.md says what the model is, model.safetensors has
the weights. Logs and pictures of the training are not packed. Equal models give
equal files.`,
		Example:           "  zoo pack mine\n  zoo predict mine.zip \"some text\"\n  zoo pack mine --out tickets.zip",
		Args:              takes("MODEL"),
		ValidArgsFunction: modelNames(z),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := z.Open(args[0])
			if err != nil {
				return err
			}
			path := out
			if path == "" {
				path = filepath.Clean(args[0]) + ".zip"
				if dir, err := filepath.Abs(args[0]); err == nil && filepath.Base(args[0]) != filepath.Base(dir) { // such as .
					path = filepath.Base(dir) + ".zip"
				}
				if _, err := os.Lstat(path); err == nil {
					return usage(c, "%s is there already: --out %s replaces it", path, path)
				}
			}
			if err := m.Pack(path); err != nil {
				return err
			}
			info, err := os.Stat(path)
			if err != nil {
				return fmt.Errorf("zoo: pack: %w", err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", path, megabytes(info.Size()))
			return err
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "", "file to write (default: the name of the model and .zip)")
	return c
}

// megabytes is a size for people.
func megabytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
