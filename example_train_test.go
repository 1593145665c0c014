package zoo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/gorgonia-zoo/zoo"
)

// tickets writes a small table as a program's user has one, and returns its path.
func tickets(dir string) (string, error) {
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range 60 {
		fmt.Fprintf(&b, "parcel %d has not arrived yet,delivery\nthe invoice %d is wrong again,billing\n", i, i)
	}
	path := filepath.Join(dir, "tickets.csv")
	return path, os.WriteFile(path, []byte(b.String()), 0o644)
}

// A recipe and labelled texts give a model, which a directory keeps.
func ExampleTrain() {
	dir, err := os.MkdirTemp("", "zoo")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path, err := tickets(dir)
	if err != nil {
		log.Fatal(err)
	}
	recipe, err := zoo.ReadRecipe("tfidf") // zoo.Recipes lists them
	if err != nil {
		log.Fatal(err)
	}
	data, err := zoo.OpenTexts(path, zoo.TextsConfig{})
	if err != nil {
		log.Fatal(err)
	}
	model, _, err := zoo.Train(context.Background(), recipe, data, zoo.Run{})
	if err != nil {
		log.Fatal(err)
	}
	if err := model.Save(filepath.Join(dir, "mine")); err != nil {
		log.Fatal(err)
	}
	again, err := zoo.OpenModel(filepath.Join(dir, "mine")) // in another program, on another day
	if err != nil {
		log.Fatal(err)
	}
	p, err := again.Value.(zoo.TextClassifier).Predict(context.Background(), "My parcel has not arrived.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Label)
	// Output: delivery
}

// A pretrained model learns on, from texts that the program has.
func ExampleFineTuning() {
	var list, labels []string
	for i := range 60 {
		list = append(list, fmt.Sprintf("parcel %d has not arrived yet", i), fmt.Sprintf("the invoice %d is wrong again", i))
		labels = append(labels, "delivery", "billing")
	}
	data, err := zoo.TextsOf(list, labels, zoo.TextsConfig{})
	if err != nil {
		log.Fatal(err)
	}
	recipe, err := zoo.FineTuning("lstm-imdb")
	if err != nil {
		log.Fatal(err)
	}
	recipe.SetEpochs(2)
	recipe.Body.(*zoo.FineTuneRecipe).Freeze = []string{"embedding"}
	model, _, err := zoo.Train(context.Background(), recipe, data, zoo.Run{Log: io.Discard}) // os.Stderr tells how it goes
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Value.(zoo.TextClassifier).Classes())
	// Output: [billing delivery]
}

// A model is measured on texts that it has not learned from.
func ExampleEvaluateText() {
	data, err := zoo.TextsOf(
		[]string{"A quiet, beautiful film.", "A dull, lifeless mess.", "I loved every minute.", "Not bad at all."},
		[]string{"positive", "negative", "positive", "positive"}, zoo.TextsConfig{})
	if err != nil {
		log.Fatal(err)
	}
	clf, err := zoo.NBSVMIMDB()
	if err != nil {
		log.Fatal(err)
	}
	e, err := zoo.EvaluateText(context.Background(), clf, data, "test")
	if err != nil {
		log.Fatal(err)
	}
	report, err := e.Report(clf.Classes())
	if err != nil {
		log.Fatal(err)
	}
	for _, class := range report.Classes {
		fmt.Printf("%s: precision %.2f, recall %.2f of %d\n", class.Name, class.Precision, class.Recall, class.Examples)
	}
	// Output:
	// negative: precision 0.50, recall 1.00 of 1
	// positive: precision 1.00, recall 0.67 of 3
}

// server answers texts by a model that can be replaced while it runs.
type server struct{ model atomic.Pointer[zoo.Model] }

// reload opens a model and puts it in the place of the old one. Requests that are
// under way end with that; where opening fails it stays.
func (s *server) reload(name string) error {
	m, err := zoo.OpenModel(name)
	if err != nil {
		return err
	}
	if _, ok := m.Value.(zoo.TextClassifier); !ok {
		return fmt.Errorf("%s is no classifier of texts", name)
	}
	s.model.Store(m)
	return nil
}

// ServeHTTP answers the form value text. A request that is cancelled stops the
// prediction.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, err := s.model.Load().Value.(zoo.TextClassifier).Predict(r.Context(), r.FormValue("text"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"label": p.Label, "sure": p.Probability > 0.9})
}

// A handler of net/http, and a model that is replaced while it serves: call reload
// from a signal's handler, or when Save has replaced the directory.
func Example_server() {
	s := &server{}
	if err := s.reload("nbsvm-imdb"); err != nil {
		log.Fatal(err)
	}
	web := httptest.NewServer(s) // http.ListenAndServe("localhost:8080", s)
	defer web.Close()
	for _, name := range []string{"lstm-imdb", "no-such-model"} {
		if err := s.reload(name); err != nil {
			fmt.Println("still the old one")
		}
		answer, err := http.PostForm(web.URL, url.Values{"text": {"A quiet, beautiful film."}})
		if err != nil {
			log.Fatal(err)
		}
		io.Copy(os.Stdout, answer.Body)
		answer.Body.Close()
	}
	// Output:
	// {"label":"positive","sure":true}
	// still the old one
	// {"label":"positive","sure":true}
}
