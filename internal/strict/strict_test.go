package strict

import (
	"encoding/json"
	"strings"
	"testing"
)

type sample struct {
	A int            `json:"a"`
	B *bool          `json:"b"`
	C map[string]int `json:"c"`
	D []string       `json:"d"`
	E json.RawMessage
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, text    string
		own, foreign  string // part of the error, "" for none
		ownIsForeigns bool
	}{
		{name: "all", text: `{"a":1,"b":true,"c":{"x":1},"d":["y"],"E":{"z":[null]}}`},
		{name: "twice", text: `{"a":1,"a":1}`, own: "given twice", ownIsForeigns: true},
		{name: "twice in a map", text: `{"c":{"x":1,"x":2}}`, own: `"c.x": given twice`, ownIsForeigns: true},
		{name: "twice in what is kept raw", text: `{"E":{"x":1,"x":2}}`, own: `"E.x": given twice`, ownIsForeigns: true},
		{name: "unknown", text: `{"f":1}`, own: "unknown field", ownIsForeigns: true},
		{name: "other case", text: `{"A":1}`, own: "unknown field", ownIsForeigns: true},
		{name: "null number", text: `{"a":null}`, own: "null", ownIsForeigns: true},
		{name: "null pointer", text: `{"b":null}`, own: "null"},
		{name: "null map", text: `{"c":null,"d":null}`},
		{name: "control", text: `{"d":["\u001b"]}`, own: "control character"},
		{name: "control in a key", text: `{"c":{"\n":1}}`, own: "control character"},
		{name: "newline", text: `{"d":["\n\t"]}`},
		{name: "not UTF-8", text: "{\"d\":[\"\xff\"]}", own: "not UTF-8", ownIsForeigns: true},
		{name: "huge", text: `{"a":1e30}`, own: "cannot unmarshal", ownIsForeigns: true},
		{name: "after the end", text: `{} {}`, own: "after top-level", ownIsForeigns: true},
		{name: "nested", text: strings.Repeat("[", 20000), own: "depth", ownIsForeigns: true},
	} {
		if c.ownIsForeigns {
			c.foreign = c.own
		}
		for want, err := range map[*string]error{&c.own: Unmarshal([]byte(c.text), new(sample)), &c.foreign: UnmarshalForeign([]byte(c.text), new(sample))} {
			if (err == nil) != (*want == "") || err != nil && !strings.Contains(err.Error(), *want) {
				t.Errorf("%s: %v, want %q", c.name, err, *want)
			}
		}
	}
}
