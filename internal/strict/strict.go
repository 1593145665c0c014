// Package strict reads JSON from strangers. It refuses what encoding/json would
// let pass: keys given twice, keys that the destination has no field for or
// has in another case, null for what has no such value, text that is not
// UTF-8.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unmarshal is json.Unmarshal for the zoo's own files. It also refuses null for
// pointers and control characters, which a terminal might obey, in strings
// (values may hold newlines and tabs).
func Unmarshal(data []byte, v any) error { return unmarshal(data, v, reader{}) }

// UnmarshalForeign is json.Unmarshal for the files of other programs, which
// write null for pointers and whose vocabularies hold any character.
func UnmarshalForeign(data []byte, v any) error { return unmarshal(data, v, reader{foreign: true}) }

func unmarshal(data []byte, v any, r reader) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	r.Decoder = json.NewDecoder(bytes.NewReader(data))
	r.UseNumber()
	return r.value(reflect.TypeOf(v).Elem())
}

// reader walks over JSON that json.Unmarshal has accepted.
type reader struct {
	*json.Decoder
	foreign bool
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// pathError is an error and where in the JSON it is, such as "tables[0].title".
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string {
	return fmt.Sprintf("%.200q: %v", strings.TrimPrefix(e.path, "."), e.err)
}
func (e *pathError) Unwrap() error { return e.err }

// Within puts a key before the path that an error of Unmarshal names, for a value
// that stood under this key.
func Within(key string, err error) error { return within("."+key, err) }

// within puts step before the path of err. Paths are made on the way out, and
// cut where hostile nesting would make them long.
func within(step string, err error) error {
	e, ok := err.(*pathError)
	if !ok {
		return &pathError{step, err}
	}
	if len(e.path) < 200 {
		e.path = step + e.path
	}
	return e
}

// value reads one value, which json.Unmarshal has found to be well
// formed and of the right type. typ is nil where anything goes.
func (d reader) value(typ reflect.Type) error {
	nullable := d.foreign && typ != nil && typ.Kind() == reflect.Pointer
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ != nil && (typ.Kind() == reflect.Interface || reflect.PointerTo(typ).Implements(unmarshaler)) {
		typ = nil
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case string:
		return d.text(token, "\n\t")
	case nil:
		if typ != nil && typ.Kind() != reflect.Slice && typ.Kind() != reflect.Map && !nullable {
			return errors.New("null, expected a value")
		}
	case json.Delim:
		var element reflect.Type
		if typ != nil && typ.Kind() != reflect.Struct {
			element = typ.Elem()
		}
		if token == '[' {
			for i := 0; d.More(); i++ {
				if err := d.value(element); err != nil {
					return within(fmt.Sprintf("[%d]", i), err)
				}
			}
		} else if err := d.object(typ, element); err != nil {
			return err
		}
		_, err := d.Token() // the closing delimiter
		return err
	}
	return nil
}

// object reads the rest of an object of the type typ, or with values of the
// type element.
func (d reader) object(typ, element reflect.Type) error {
	var fields map[string]reflect.Type
	if typ != nil && typ.Kind() == reflect.Struct {
		fields = map[string]reflect.Type{}
		addFields(fields, typ)
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key := token.(string)
		value, known := element, true
		if fields != nil {
			value, known = fields[key]
		}
		err = d.text(key, "")
		switch {
		case err != nil:
		case seen[key]:
			err = errors.New("given twice")
		case !known:
			err = errors.New("unknown field")
		default:
			err = d.value(value)
		}
		seen[key] = true
		if err != nil {
			return within("."+key, err)
		}
	}
	return nil
}

// addFields lists the names by which encoding/json knows a struct's fields.
func addFields(fields map[string]reflect.Type, typ reflect.Type) {
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			addFields(fields, f.Type)
		case !f.IsExported():
		case name == "":
			fields[f.Name] = f.Type
		default:
			fields[name] = f.Type
		}
	}
}

func (d reader) text(s, allowed string) error {
	if d.foreign {
		return nil
	}
	return CheckText(s, allowed)
}

// CheckText refuses control characters but the allowed ones.
func CheckText(s, allowed string) error {
	for _, r := range s {
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return fmt.Errorf("control character %U", r)
		}
	}
	return nil
}
