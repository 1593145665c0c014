package recipe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Identity names in a checkpoint what the run is of: the recipe and, by its
// fingerprint, the data. A run never goes on with others. Epochs are not part of
// it: more of them may be asked for, where the schedule allows that.
func (r Recipe) Identity(data string) (string, error) {
	text, err := r.essence()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	name := fmt.Sprintf("%s %s", r.Name, hex.EncodeToString(sum[:4]))
	if data != "" {
		name += " on data " + data[:min(8, len(data))]
	}
	return name, nil
}

// essence is what makes two recipes the same run: all but the name, the seed,
// the epochs and the settings that say what of the data is read.
func (r Recipe) essence() ([]byte, error) {
	if err := r.fits(); err != nil {
		return nil, err
	}
	r, err := r.clone()
	if err != nil {
		return nil, err
	}
	r.Name, r.About = "", ""
	*r.Body.SeedPtr() = 0
	if t := r.Body.BySteps(); t != nil {
		t.Epochs = 0
	}
	if err := r.Family.dropFree(r.Body); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// dropFree empties the settings of a body that say what of the data is read.
func (f *Family) dropFree(b Body) error {
	for _, s := range f.Settings {
		if s.Free {
			if err := s.Of(b).Set(""); err != nil {
				return fmt.Errorf("zoo: recipe: --%s: %w", s.Flag, err)
			}
		}
	}
	return nil
}

// Command is the command line that trains the recipe. A recipe that differs
// from the one of its name in more than flags can say comes from a file. steps
// is the number of them after which training was told to stop, 0 for no limit.
func (r Recipe) Command(steps int) (string, error) {
	if err := r.fits(); err != nil {
		return "", err
	}
	plain, known := r.plain()
	ends := ""
	if t := r.Body.BySteps(); t != nil && known && t.Epochs != plain.Body.BySteps().Epochs {
		ends += fmt.Sprintf(" --epochs %d", t.Epochs)
	}
	if steps > 0 {
		ends += fmt.Sprintf(" --steps %d", steps)
	}
	flags, said, err := r.flags(plain)
	if err != nil {
		return "", err
	}
	seed := fmt.Sprintf(" --seed %d", *r.Body.SeedPtr())
	data := ""
	if r.Source().Open != nil {
		data = " --data DATA"
	}
	if t := r.Family.Tuning; t != nil {
		if !said {
			return "zoo train RECIPE.json" + data + seed + " --out DIR", nil
		}
		return "zoo finetune " + quote(*t.Base(r.Body)) + flags + ends + data + seed + " --out DIR", nil
	}
	name := quote(r.Name)
	if !known || !said {
		name = "RECIPE.json"
	}
	return "zoo train " + name + data + flags + seed + ends + " --out DIR", nil
}

// plain returns what the flags of a command begin from: the recipe of the same
// name, or that of a tuning. known is false where there is none, and plain is
// then empty.
func (r Recipe) plain() (plain Recipe, known bool) {
	if t := r.Family.Tuning; t != nil {
		return Recipe{Family: r.Family, Body: t.Plain(*t.Base(r.Body))}, true
	}
	for _, named := range r.Family.named() {
		if named.Name == r.Name {
			return named, true
		}
	}
	return Recipe{Family: r.Family, Body: r.Family.New()}, false
}

// flags returns the flags that turn plain into the recipe, and whether they do
// so completely. It changes plain.
func (r Recipe) flags(plain Recipe) (flags string, said bool, err error) {
	have, err := r.clone()
	if err != nil {
		return "", false, err
	}
	var b strings.Builder
	for _, s := range r.Family.Settings {
		from, to := s.Of(plain.Body), s.Of(have.Body).String()
		if from.String() == to {
			continue
		}
		said := fmt.Sprintf(" --%s %s", s.Flag, quote(to))
		if s.Type == BoolType {
			if said = " --" + s.Flag; to == "false" {
				said += "=false"
			}
		}
		if from.Set(to) == nil {
			b.WriteString(said)
		}
	}
	// What training fills in, the seed and the epochs are said otherwise.
	for _, body := range []Body{plain.Body, have.Body} {
		if r.Family.Blank != nil {
			r.Family.Blank(body)
		}
		*body.SeedPtr() = 0
		if t := body.BySteps(); t != nil {
			t.Epochs = 0
		}
		if err := r.Family.dropFree(body); err != nil {
			return "", false, err
		}
	}
	x, err := json.Marshal(plain.Body)
	if err != nil {
		return "", false, fmt.Errorf("zoo: recipe: %w", err)
	}
	y, err := json.Marshal(have.Body)
	if err != nil {
		return "", false, fmt.Errorf("zoo: recipe: %w", err)
	}
	return b.String(), bytes.Equal(x, y), nil
}

// quote makes one word of a text for a shell.
func quote(s string) string {
	if s == "" || strings.ContainsAny(s, " \t\n'\"$\\`&|;<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
