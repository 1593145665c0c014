package browsertest

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const review = `A quiet, "beautiful" film — not a dull minute.`

// predicted is a line of zoo predict --json.
type predicted struct {
	Label       string
	Probability float64
}

func predict(t *testing.T, model, text string) (p predicted) {
	t.Helper()
	if err := json.Unmarshal([]byte(zoo(t, "predict", model, "--json", text)), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// The page of a server.
func TestServed(t *testing.T) {
	trained := filepath.Join(t.TempDir(), "line")
	zoo(t, "train", "mlp-line", "--out", trained)
	p := open(t, serve(t, "lstm-imdb", "trained="+trained, "nbsvm-imdb", "mlp-line", "word2vec-imdb", "minilm"), "")
	everyPart(t, p)

	// The others have their own ways to be asked.
	for model, says := range map[string]string{"mlp-line": "9.4987", "word2vec-imdb": "Nearest to film", "minilm": "384 numbers"} {
		p.choose(model, "#tab-try")
		p.until(fmt.Sprintf(`document.getElementById("label")?.textContent === %q`, says))
		p.shoot(model)
	}
	p.choose("trained", "#tab-card")
	p.until(`document.querySelectorAll("#card svg.chart polyline").length >= 2`)
	p.shoot("learning-curves")

	// A file that is dropped, as from the desktop, onto a model of numbers.
	p.choose("mlp-line", "#tab-file")
	p.do(chromedp.Evaluate[chromedp.Void](`{
		const all = new DataTransfer();
		all.items.add(new File(["x;note\n2.5;a\n-1;b\n"], "numbers.csv", { type: "text/csv" }));
		document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: all, bubbles: true, cancelable: true }));
	}`), chromedp.WaitVisible(chromedp.CSS("#go")))
	p.do(chromedp.SetValue(chromedp.CSS("#column"), "0"), chromedp.Click(chromedp.CSS("#go")), chromedp.WaitVisible(chromedp.CSS("#download")))
	if name, answers := p.download("#download"); name != "numbers-answers.csv" || !strings.HasPrefix(answers, "x,note,prediction\n2.5,a,9.49") {
		t.Errorf("%s: %s", name, answers)
	}
}

// choose chooses a model and one of its parts.
func (p *page) choose(model, tab string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("#model"), model), chromedp.Evaluate[chromedp.Void](`document.getElementById("model").dispatchEvent(new Event("change"))`), chromedp.Click(chromedp.CSS(tab)))
}

// A server that wants a token asks for it.
func TestToken(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("0123456789abcdef0123"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := serve(t, "nbsvm-imdb", "--token-file", token)
	p := open(t, address, "401")
	p.do(chromedp.WaitVisible(chromedp.CSS("#token")), chromedp.SendKeys(chromedp.CSS("#token"), "0123456789abcdef0123"+kb.Enter))
	p.until(`document.getElementById("label")?.textContent === "negative 60.3 %"`)
}

// The page without a server answers what the zoo does, to the last bit.
func TestStatic(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	t.Logf("%s", zoo(t, "page", "--out", dir))
	p := open(t, hosted(t, dir), "")
	p.until(`document.getElementById("label") !== null`)
	t.Logf("first answer after %.0f ms", eval[float64](p, `performance.now()`))
	for _, model := range []string{"lstm-imdb", "nbsvm-imdb", "imdb"} {
		for _, text := range []string{review, "dull", "", strings.Repeat("It is not so bad as they say. ", 30)} {
			call := fmt.Sprintf(`import("./api.js").then(({ api }) => api.predict(%q, { input: %q }))`, model, text)
			if have, want := eval[predicted](p, call), predict(t, model, text); have != want {
				t.Errorf("%s of %.20q: %+v, zoo predict says %+v", model, text, have, want)
			}
		}
		long := strings.Repeat("it is not so bad as they say . ", 29)
		milliseconds := eval[float64](p, fmt.Sprintf(`import("./api.js").then(async ({ api }) => { const t = performance.now(); await api.predict(%q, { input: %q }); return performance.now() - t; })`, model, long))
		t.Logf("%s: %.0f ms for a text of 232 tokens", model, milliseconds)
	}
	everyPart(t, p)
}

// everyPart goes through the page's parts with lstm-imdb.
func everyPart(t *testing.T, p *page) {
	want := predict(t, "lstm-imdb", review)
	p.until(`document.getElementById("label") !== null`)
	p.retype(review)
	label := fmt.Sprintf("%s %.1f %%", want.Label, 100*want.Probability)
	p.until(fmt.Sprintf(`document.getElementById("label")?.textContent === %q`, label))
	p.until(fmt.Sprintf(`document.getElementById("why").dataset.of === %q && document.querySelectorAll("#words mark.for").length > 0`, review))
	if text := eval[string](p, `document.getElementById("words").textContent`); text != review {
		t.Errorf("the coloured words are %q", text)
	}
	p.shoot("try")

	// From the last key to the label, as the page's own clock has it.
	took := eval[float64](p, `new Promise((resolve) => {
		const box = document.getElementById("text"), answer = document.getElementById("answer");
		const began = performance.now();
		new MutationObserver(() => resolve(performance.now() - began)).observe(answer, { childList: true });
		box.value += " Splendid.";
		box.dispatchEvent(new Event("input"));
	})`)
	t.Logf("label %.0f ms after the last key", took)

	file(t, p)

	p.do(chromedp.Focus(chromedp.CSS("#tab-file")), chromedp.KeyEvent(kb.ArrowRight)) // the arrow to the right, as one without a mouse does
	if id := eval[string](p, `document.activeElement.id`); id != "tab-card" {
		t.Errorf("the arrow leads to %q", id)
	}
	p.until(`document.getElementById("card").textContent.includes("Test accuracy by length") && !document.getElementById("card").hidden`)
	p.shoot("card")

	p.phone()
	for _, tab := range []string{"card", "file", "try"} {
		p.do(chromedp.Click(chromedp.CSS("#tab-" + tab)))
		if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d wide on a phone", tab, wide)
		}
		p.shoot("phone-" + tab)
	}
	p.do(chromedp.EmulateViewport(900, 1100))
	if unnamed := eval[[]string](p, `[...document.querySelectorAll("input, textarea, select, progress, svg[role=img]")]
		.filter((e) => !e.labels?.length && !e.ariaLabel).map((e) => e.outerHTML.slice(0, 100))`); len(unnamed) > 0 {
		t.Errorf("without a name for screen readers: %q", unnamed)
	}
}

// file has a CSV answered, and reads the download.
func file(t *testing.T, p *page) {
	t.Helper()
	var table strings.Builder
	w := csv.NewWriter(&table)
	w.Write([]string{"id", "review"})
	texts := []string{"A lovely, lovely film.", "Dull; \"lifeless\"", "two\nlines, both awful"}
	for i := range 150 {
		w.Write([]string{fmt.Sprint(i), texts[i%len(texts)]})
	}
	w.Flush()
	path := filepath.Join(t.TempDir(), "reviews.csv")
	if err := os.WriteFile(path, []byte(table.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Click(chromedp.CSS("#tab-file")), chromedp.SetUploadFiles(chromedp.CSS("#csv"), []string{path}), chromedp.WaitVisible(chromedp.CSS("#go")))
	if column := eval[string](p, `document.querySelector("#column").selectedOptions[0].textContent`); column != "review" {
		t.Errorf("the column of texts is taken to be %q", column)
	}
	p.do(chromedp.Click(chromedp.CSS("#go")), chromedp.WaitVisible(chromedp.CSS("#download")))
	p.shoot("file")
	name, answers := p.download("#download")
	rows, err := csv.NewReader(strings.NewReader(answers)).ReadAll()
	if err != nil || len(rows) != 151 || strings.Join(rows[0], ",") != "id,review,label,probability,tokens" {
		t.Fatalf("%d rows, %v: %.200s", len(rows), err, answers)
	}
	for i, row := range rows[1:] {
		if text := texts[i%len(texts)]; row[1] != text || row[0] != fmt.Sprint(i) || i < 3 && row[2] != predict(t, "lstm-imdb", text).Label {
			t.Errorf("row %d: %q", i, row)
		}
	}
	if name != "reviews-answers.csv" {
		t.Errorf("the download is called %q", name)
	}
	if said := eval[string](p, `document.getElementById("result").textContent`); !strings.Contains(said, "negative100 (66.7 %)") {
		t.Errorf("the distribution: %s", said)
	}
}
