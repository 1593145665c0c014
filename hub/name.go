package hub

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

var (
	// part is the half of a repository's name before or behind the slash.
	part = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$`)
	// revision is the name of a branch, a tag or a commit.
	revision = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9._/+@-]{0,253}[A-Za-z0-9_])?$`)
	commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)
	sha256ID = regexp.MustCompile(`^[0-9a-f]{64}$`)
	// fileName is a file or folder that is fetched.
	fileName = regexp.MustCompile(`^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9_])?$`)
)

// IsName tells whether a name is of the form ORG/NAME.
func IsName(name string) bool { return checkRepo(name) == nil }

// checkRepo checks the name of a repository by the hub's own rules.
func checkRepo(name string) error {
	org, repo, ok := strings.Cut(name, "/")
	if !ok || !part.MatchString(org) || !part.MatchString(repo) || strings.Contains(name, "..") || strings.Contains(name, "--") || strings.HasSuffix(name, ".git") {
		return fmt.Errorf("%w: repository %.200q, want ORG/NAME of letters, digits, '-', '_' and '.'", ErrName, name)
	}
	return nil
}

// checkRevision checks the name of a branch, a tag or a commit by git's rules,
// and leaves out characters that those allow and nobody uses.
func checkRevision(name string) error {
	if !revision.MatchString(name) || strings.Contains(name, "..") || strings.Contains(name, "//") || strings.Contains(name, "/.") || strings.Contains(name, "./") {
		return fmt.Errorf("%w: revision %.300q, want a branch, a tag or a commit", ErrName, name)
	}
	return nil
}

// checkFile checks the path of a file that is to be written: a name, or one in
// a folder.
func checkFile(name string) error {
	dir, base := path.Split(name)
	if dir = strings.TrimSuffix(dir, "/"); dir != "" && (!fileName.MatchString(dir) || strings.Contains(dir, "..")) ||
		!fileName.MatchString(base) || strings.Contains(base, "..") || strings.HasPrefix(name, "/") || reserved(dir) || reserved(base) {
		return fmt.Errorf("%w: file %.300q, want a name of letters, digits, '-', '_' and '.', perhaps in one folder", ErrName, name)
	}
	return nil
}

// reserved tells of names that are devices on Windows, and of those that a
// fetch keeps its own things under.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	if len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '0' && stem[3] <= '9' {
		return true
	}
	return strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".etag")
}
