package pairs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/recipe"
)

// partOf returns the part that a file's name begins with.
func partOf(name string) (Part, bool) {
	stem, _, _ := strings.Cut(name, ".")
	switch {
	case stem == "train":
		return Train, true
	case stem == "val" || stem == "valid" || stem == "validation" || stem == "dev":
		return Validation, true
	case stem == "test" || strings.HasPrefix(stem, "test_"):
		return Test, true
	}
	return "", false
}

// openDir finds the files of a directory such as Multi30k's, whose names are the part
// and the language, packed by gzip or not: train.de.gz and train.en.gz.
func (s *Set) openDir() error {
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return fmt.Errorf("zoo: pairs: %w", err)
	}
	files := map[Part]map[string]string{}
	var languages []string
	for _, e := range entries {
		part, ok := partOf(e.Name())
		language := strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(e.Name(), ".gz")), ".")
		if !ok || e.IsDir() || language == "" {
			continue
		}
		if files[part] == nil {
			files[part] = map[string]string{}
		}
		if first, ok := files[part][language]; ok {
			return fmt.Errorf("zoo: pairs: %s: %s and %s are both of part %s", s.path, filepath.Base(first), e.Name(), part)
		}
		files[part][language] = filepath.Join(s.path, e.Name())
		if !slices.Contains(languages, language) {
			languages = append(languages, language)
		}
	}
	if len(files[Train]) == 0 && len(files[Test]) == 0 {
		return fmt.Errorf("zoo: pairs: %s has no files such as train.de and train.en: %w", s.path, recipe.ErrUsage)
	}
	if s.columns.Source == "" || s.columns.Target == "" || s.columns.Source == s.columns.Target {
		return fmt.Errorf("zoo: pairs: %s has the languages %s: --source and --target name two of them: %w", s.path, strings.Join(languages, ", "), recipe.ErrUsage)
	}
	s.dir = map[Part][2]string{}
	for part, of := range files {
		source, ok := of[s.columns.Source]
		target, both := of[s.columns.Target]
		if ok && both {
			s.dir[part] = [2]string{source, target}
		}
	}
	if len(s.dir) == 0 {
		return fmt.Errorf("zoo: pairs: %s has the languages %s, want %s and %s: %w",
			s.path, strings.Join(languages, ", "), s.columns.Source, s.columns.Target, recipe.ErrUsage)
	}
	return nil
}
