package recipe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// ErrUsage is wrapped by errors that a different command line or argument
// would avoid.
var ErrUsage = errors.New("usage")

// Body is the part of a recipe that belongs to its family: a pointer to a
// struct that encoding/json reads and writes whole.
type Body interface {
	// Check reports the first setting that makes no sense and that nobody else
	// would catch.
	Check() error
	// SeedPtr returns where the seed is kept, which every recipe has.
	SeedPtr() *uint64
	// BySteps returns what every model has that is trained by steps of an
	// optimizer, nil where a solver finds the weights. Embedding Training gives
	// a body this method and SeedPtr.
	BySteps() *Training
}

// Recipe is everything that decides the weights of a model beside the data:
// the same recipe on the same data gives the same bytes. Its JSON form is
//
//	{"name": …, "about": …, "<key of the family>": <body>}
//
// which Families.Parse reads.
type Recipe struct {
	Name   string
	About  string
	Family *Family
	Body   Body
}

// SetEpochs sets the passes over the data of a recipe that is trained by steps. A
// body that chooses them by other settings too has a method of this name that
// ends that.
func (r Recipe) SetEpochs(n int) {
	if b, ok := r.Body.(interface{ SetEpochs(int) }); ok {
		b.SetEpochs(n)
	} else if t := r.Body.BySteps(); t != nil {
		t.Epochs = n
	}
}

// MarshalJSON implements json.Marshaler.
func (r Recipe) MarshalJSON() ([]byte, error) {
	if err := r.fits(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // whoever asked for JSON says whether to escape
	for i, field := range []struct {
		key   string
		value any
	}{{"name", r.Name}, {"about", r.About}, {r.Family.Key, r.Body}} {
		b.WriteByte("{,,"[i])
		fmt.Fprintf(&b, "%q:", field.key)
		if err := e.Encode(field.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// clone returns a recipe that shares no memory with r.
func (r Recipe) clone() (Recipe, error) {
	text, err := json.Marshal(r.Body)
	if err != nil {
		return r, fmt.Errorf("zoo: recipe: %w", err)
	}
	r.Body = r.Family.New()
	if err := json.Unmarshal(text, r.Body); err != nil {
		return r, fmt.Errorf("zoo: recipe: %w", err)
	}
	return r, nil
}

// fits reports a body that is missing or of another family.
func (r Recipe) fits() error {
	if r.Family == nil || r.Body == nil || reflect.ValueOf(r.Body).IsZero() {
		return fmt.Errorf("zoo: recipe %q is empty", r.Name)
	}
	if want := r.Family.New(); reflect.TypeOf(r.Body) != reflect.TypeOf(want) {
		return fmt.Errorf("zoo: recipe %q: a body of type %T, want the family's, %T", r.Name, r.Body, want)
	}
	return nil
}

// Check reports the first thing of a recipe that makes no sense and that nobody
// else would catch.
func (r Recipe) Check() error {
	// Found now, not when all the training is done.
	if err := weights.CheckName(r.Name); err != nil {
		return fmt.Errorf("zoo: recipe: %w", err)
	}
	if err := r.fits(); err != nil {
		return err
	}
	if err := r.Body.Check(); err != nil {
		return err
	}
	if t := r.Body.BySteps(); t != nil && (t.Batch < 1 || t.Batch > 1<<16 || t.Epochs < 1) {
		return fmt.Errorf("zoo: recipe: batch %d and epochs %d, want a batch of 1 to 65536 and 1 or more epochs", t.Batch, t.Epochs)
	}
	return nil
}

// Parse reads the JSON form of a recipe strictly: a family that the table does
// not list is an error that says which it has.
func (t Families) Parse(data []byte) (Recipe, error) {
	var r Recipe
	if err := t.Check(); err != nil {
		return r, err
	}
	var keys map[string]json.RawMessage
	if err := weights.UnmarshalStrict(data, &keys); err != nil {
		return r, err
	}
	set := 0
	for _, f := range t {
		if _, ok := keys[f.Key]; ok {
			r.Family = f
			set++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) { // of several the same one is named
		if key != "name" && key != "about" && t.family(key) == nil {
			return r, fmt.Errorf("%q: unknown field, want name, about and exactly one of %s", key, strings.Join(t.keys(), ", "))
		}
	}
	if set != 1 {
		return r, fmt.Errorf("want exactly one of %s, have %d", strings.Join(t.keys(), ", "), set)
	}
	r.Body = r.Family.New()
	for _, field := range []struct {
		key string
		to  any
	}{{"name", &r.Name}, {"about", &r.About}, {r.Family.Key, r.Body}} {
		if raw, ok := keys[field.key]; ok {
			if err := weights.UnmarshalStrict(raw, field.to); err != nil {
				return r, weights.Within(field.key, err)
			}
		}
	}
	return r, nil
}
