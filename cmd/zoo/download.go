package main

import (
	"github.com/spf13/cobra"
)

// download returns the path of the IMDB archive in the user's cache, fetching
// it first where it is not there.
func download(c *cobra.Command) (string, error) {
	return "", usage(c, "--data is missing")
}
