package weights

import (
	"bytes"
	"encoding/json"

	"github.com/gorgonia-zoo/zoo/internal/strict"
)

// UnmarshalStrict is json.Unmarshal for files from strangers. It refuses what
// json.Unmarshal would let pass: keys given twice, keys that v has no field
// for or has in another case, null for what has no such value, text that is
// not UTF-8, and control characters, which a terminal might obey, in strings
// (values may hold newlines and tabs).
func UnmarshalStrict(data []byte, v any) error { return strict.Unmarshal(data, v) }

// Within puts a key before the path that an error of UnmarshalStrict names, for
// a value that stood under this key.
func Within(key string, err error) error { return strict.Within(key, err) }

// checkText refuses control characters but the allowed ones.
func checkText(s, allowed string) error { return strict.CheckText(s, allowed) }

// marshal is json.Marshal for files that people read.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
