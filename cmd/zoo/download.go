package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// download returns the path of the IMDB archive in the user's cache, fetching
// it first where it is not there.
func download(c *cobra.Command, mirror string) (string, error) {
	show, began := downloadProgress(c.ErrOrStderr(), "IMDB"), false
	path, err := datasets.Download(c.Context(), datasets.DownloadConfig{URL: mirror, Progress: func(done, total int64) {
		if !began {
			began = true
			fmt.Fprintf(c.ErrOrStderr(), "no --data: downloading IMDB (%.0f MB) once to the user's cache directory; Ctrl-C and the same command go on where it stopped\n", float64(total)/1e6)
		}
		show(done, total)
	}})
	if err != nil {
		return "", fmt.Errorf("zoo: %w (--data FILE names a copy that you have, --mirror URL another address)", err)
	}
	return path, nil
}

// downloadProgress shows a bar on a terminal, and a line every ten seconds
// elsewhere, about what is downloaded.
func downloadProgress(w io.Writer, what string) func(done, total int64) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		var bar *progressbar.ProgressBar
		return func(done, total int64) {
			if bar == nil {
				bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
					progressbar.OptionSetDescription(what), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
			}
			_ = bar.Set64(done)
		}
	}
	var last time.Time
	whole := false
	return func(done, total int64) {
		if now := time.Now(); now.Sub(last) >= 10*time.Second || done == total && !whole {
			last, whole = now, done == total
			fmt.Fprintf(w, "%s: %.1f of %.1f MB\n", what, float64(done)/1e6, float64(total)/1e6)
		}
	}
}
