package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/hub"
	"github.com/spf13/cobra"
)

// pulled is what pull prints.
type pulled struct {
	Repository string `json:"repository"`
	Revision   string `json:"revision"`
	Commit     string `json:"commit"`
	Directory  string `json:"directory"`
	Files      int    `json:"files"`
	Bytes      int64  `json:"bytes"`
}

func newPull() *cobra.Command {
	var revision string
	var asJSON bool
	c := &cobra.Command{
		Use:   "pull ORG/NAME",
		Short: "Fetch an encoder from the Hugging Face Hub",
		Long: `Fetch an encoder from the Hugging Face Hub to the user's cache directory; its
ORG/NAME then is a MODEL, at the commit that was pulled, until the next pull.
Only the files that an encoder needs are fetched, weights as safetensors alone,
and each is checked by the checksum that the hub states. Ctrl-C and the same
command go on where it stopped.

HF_TOKEN is for repositories that are private or whose terms an account has
accepted, HF_ENDPOINT the address of a mirror; HF_HUB_OFFLINE=1 takes what is
cached and asks nobody.`,
		Example: `  zoo pull sentence-transformers/all-MiniLM-L6-v2
  zoo pull acme/encoder --revision v2 --json`,
		Args:              takes("ORG/NAME"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			p, err := pull(c, args[0], revision)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), p)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintf(w, "directory\t%s\nbytes\t%d\ncommit\t%s\n", p.Directory, p.Bytes, p.Commit)
			return w.Flush()
		},
	}
	c.Flags().StringVar(&revision, "revision", "main", "branch, tag or commit")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// pull fetches a repository unless it is cached.
func pull(c *cobra.Command, repo, revision string) (pulled, error) {
	if revision == "" {
		return pulled{}, usage(c, "--revision is empty; want a branch, a tag or a commit")
	}
	waiting := time.AfterFunc(2*time.Second, func() {
		fmt.Fprintf(c.ErrOrStderr(), "the hub has not answered yet about %s; it is asked for half a minute (HF_HUB_OFFLINE=1 asks nobody)\n", repo)
	})
	show := downloadProgress(c.ErrOrStderr(), repo)
	dir, err := hub.Pull(c.Context(), hub.Config{Repo: repo, Revision: revision, Progress: func(done, total int64) {
		waiting.Stop()
		show(done, total)
	}})
	waiting.Stop()
	if errors.Is(err, hub.ErrName) {
		err = fmt.Errorf("%w: %w", err, zoo.ErrUsage)
	}
	if err != nil {
		return pulled{}, fmt.Errorf("zoo: %w", err)
	}
	s, err := hub.Cached("", repo)
	if err != nil {
		return pulled{}, fmt.Errorf("zoo: %w", err)
	}
	return pulled{s.Repo, s.Revision, s.Commit, dir, len(s.Files), s.Bytes()}, nil
}
