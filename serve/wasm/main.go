//go:build js && wasm

// Command wasm is the zoo in a page: it opens models that the page's worker has
// fetched, and answers as zoo serve does, by the same code. zoo page compiles it.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"syscall/js"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/serve/answer"
	"github.com/gorgonia-zoo/zoo/weights"
)

// mostInputs is how many inputs a request may have, as on a server.
const mostInputs = 256

// status is what an error would have as its status on a server.
func status(err error) int {
	switch {
	case errors.Is(err, answer.ErrTooMany):
		return 413
	case errors.Is(err, answer.ErrInput):
		return 400
	}
	return 500
}

// models are those that are open, in the order of the page's list.
type models struct {
	names  []string
	by     map[string]*answer.Named
	opened map[string]*zoo.Model
}

// member returns a model that is open, for an ensemble.
func (m *models) member(name string) (*zoo.Model, error) {
	if opened, ok := m.opened[name]; ok {
		return opened, nil
	}
	return nil, fmt.Errorf("the model %s is not in this page: zoo page needs it before the ensemble", name)
}

// open opens a model from a zip file of its artefact.
func (m *models) open(name string, packed []byte) error {
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return err
	}
	a, err := weights.OpenArtefact(files)
	if err != nil {
		return err
	}
	opened, err := zoo.FamiliesOf(m.member).Open(a)
	if err != nil {
		return err
	}
	log, err := fs.ReadFile(files, answer.LogFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	named, err := answer.NewNamed(name, opened, log)
	if err != nil {
		return err
	}
	m.names = append(m.names, name)
	m.by[name], m.opened[name] = named, opened
	return nil
}

// ask answers what the page asks: the models, one model, or a request to it.
func (m *models) ask(what, name, request string) (any, error) {
	if what == "models" {
		all := []answer.Description{}
		for _, name := range m.names {
			all = append(all, m.by[name].Describe(false))
		}
		return map[string]any{"models": all}, nil
	}
	n, ok := m.by[name]
	if !ok {
		return nil, fmt.Errorf("no model %q", name)
	}
	if what == "model" {
		return n.Describe(true), nil
	}
	r, err := n.Read([]byte(request), false, mostInputs)
	if err != nil {
		return nil, err
	}
	if err := n.Check(r.Options); err != nil {
		return nil, err
	}
	answers, err := n.Answer(context.Background(), r.Inputs, r.Options)
	if err != nil {
		return nil, err
	}
	body, err := n.Reply(r, answers)
	return json.RawMessage(body), err
}

// outcome is the JSON that the worker gets.
func outcome(result any, err error) string {
	var text []byte
	if err == nil {
		text, err = json.Marshal(map[string]any{"result": result})
	}
	if err != nil {
		text, _ = json.Marshal(map[string]any{"error": err.Error(), "status": status(err)}) // a string and a number
	}
	return string(text)
}

// promise is a JavaScript promise of what f returns: f may wait, and a callback of
// JavaScript must not.
func promise(f func() string) js.Value {
	return js.Global().Get("Promise").New(js.FuncOf(func(_ js.Value, settle []js.Value) any {
		go func() { settle[0].Invoke(f()) }()
		return nil
	}))
}

func main() {
	m := &models{by: map[string]*answer.Named{}, opened: map[string]*zoo.Model{}}
	js.Global().Set("zooOpen", js.FuncOf(func(_ js.Value, args []js.Value) any {
		packed := make([]byte, args[1].Get("length").Int())
		js.CopyBytesToGo(packed, args[1])
		name := args[0].String()
		return promise(func() string { return outcome(nil, m.open(name, packed)) })
	}))
	js.Global().Set("zooAsk", js.FuncOf(func(_ js.Value, args []js.Value) any {
		what, name, request := args[0].String(), args[1].String(), args[2].String()
		return promise(func() string { return outcome(m.ask(what, name, request)) })
	}))
	select {} // the page ends the program
}
