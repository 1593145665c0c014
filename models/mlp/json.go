package mlp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// strictJSON reads one JSON value and refuses unknown fields and trailing
// data.
func strictJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("data after the end of the object")
	}
	return nil
}
