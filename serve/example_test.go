package serve_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/serve"
)

// A program serves a model beside what else it serves.
func ExampleHandler() {
	m, err := zoo.OpenModel("mlp-line")
	if err != nil {
		log.Fatal(err)
	}
	h, err := serve.Handler([]serve.Model{{Name: "line", Model: m}}, serve.Options{})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", h)
	server := httptest.NewServer(mux)
	defer server.Close()

	answer, err := http.Post(server.URL+"/v1/predict/line", "application/json", strings.NewReader(`{"input": 2.5}`))
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(body))
	// Output: {"model":"line","version":"a4661efd86dd","input":2.5,"prediction":9.498663}
}
