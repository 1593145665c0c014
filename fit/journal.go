package fit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/weights"
)

// journal keeps measurements, a line of JSON each, of which the first says of
// what search. A line that was cut off counts for nothing. nil keeps none.
type journal struct {
	file *os.File
	done map[place]*measurement
}

// place is where a measurement belongs.
type place struct {
	key  string
	part int
}

// entry is a line.
type entry struct {
	Search string       `json:"search,omitempty"` // of the first one alone
	Key    string       `json:"key,omitempty"`
	Part   int          `json:"part"`
	Made   *measurement `json:"made,omitempty"`
}

// errJournal is wrapped by errors of writing it.
var errJournal = errors.New("fit: journal")

// key names a candidate: the recipe with its seed.
func key(c recipe.Candidate) (string, error) {
	text := []byte(c.Name)
	if c.Family != nil {
		var err error
		if text, err = json.Marshal(c.Recipe); err != nil {
			return "", fmt.Errorf("fit: %w", err)
		}
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// identity is the search: the data and how it is parted.
func (s *Search) identity() (string, error) {
	print, err := s.data.fingerprint()
	if err != nil {
		return "", fmt.Errorf("fit: %w", err)
	}
	return fmt.Sprintf("2 of data %.16s, seed %d, %d rows set aside, %d of %d in %d parts", print, s.Seed, len(s.test.rows), s.measured(), len(s.learn), len(s.parts)), nil
}

// openJournal begins the journal, or reads what of it is there.
func (s *Search) openJournal() error {
	if s.Journal == "" {
		return nil
	}
	identity, err := s.identity()
	if err != nil {
		return err
	}
	j := &journal{done: map[place]*measurement{}}
	old, err := os.ReadFile(s.Journal)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", errJournal, err)
	case err == nil && !s.Resume:
		return fmt.Errorf("%w %s is that of an earlier search, which may be resumed: %w", errJournal, s.Journal, ErrJournal)
	case err == nil:
		if old, err = j.read(old, identity); err != nil {
			return fmt.Errorf("%w %s: %w", errJournal, s.Journal, err)
		}
	}
	if len(old) == 0 {
		if old, err = line(entry{Search: identity}); err != nil {
			return err
		}
	}
	// What was cut off goes.
	err = weights.WriteFileAtomic(s.Journal, func(w io.Writer) error {
		_, err := w.Write(old)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	if j.file, err = os.OpenFile(s.Journal, os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	s.journal = j
	if n := len(j.done); n > 0 {
		s.logf("%d measurements are taken over from %s", n, s.Journal)
	}
	return nil
}

// read takes over the lines that are whole, and returns these.
func (j *journal) read(text []byte, identity string) (whole []byte, err error) {
	for l := range bytes.Lines(text) {
		var e entry
		if !bytes.HasSuffix(l, []byte("\n")) || json.Unmarshal(l, &e) != nil {
			break
		}
		if len(whole) == 0 {
			if e.Search != identity {
				return nil, fmt.Errorf("it is of search %q, this is %q: %w: %w", e.Search, identity, ErrJournal, zoo.ErrUsage)
			}
		} else if e.Made != nil {
			j.done[place{e.Key, e.Part}] = e.Made
		}
		whole = append(whole, l...)
	}
	return whole, nil
}

// line writes an entry as a line.
func line(e entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errJournal, err)
	}
	return append(text, '\n'), nil
}

// get returns a measurement that is there, nil where there is none.
func (j *journal) get(key string, part int) *measurement {
	if j == nil {
		return nil
	}
	return j.done[place{key, part}]
}

func (j *journal) has(key string, part int) bool { return j.get(key, part) != nil }

// add keeps a measurement.
func (j *journal) add(key string, part int, m *measurement) error {
	if j == nil {
		return nil
	}
	text, err := line(entry{Key: key, Part: part, Made: m})
	if err != nil {
		return err
	}
	if _, err := j.file.Write(text); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	return nil
}

func (j *journal) close() {
	if j != nil {
		j.file.Close()
	}
}
