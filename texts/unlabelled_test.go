package texts_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/texts"
	"github.com/gorgonia-zoo/zoo/tokenize"
)

// What learns from texts alone reads tables without labels and lines of text.
func TestUnlabelledTexts(t *testing.T) {
	source := texts.Unlabelled()
	for name, content := range map[string]string{
		"a.csv": "text\na fine film\na dull plot\n", "b.csv": "notes\nfilm\nplot\n", "c.csv": "id,text,label\n1,a fine film,x\n2,a dull plot,x\n",
		"d.jsonl": "{\"text\":\"a fine film\"}\n{\"text\":\"a dull plot\"}\n", "e.txt": "a fine film\r\r\ra dull plot\r",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		data, err := source.Open(path, recipe.DataConfig{Cache: "none"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, err := data.(*texts.Set).Read(context.Background(), datasets.Train, tokenize.Config{Lower: true})
		if err != nil || len(p.Texts) != 2 || p.Labels[0] != -1 {
			t.Errorf("%s: %+v, %v", name, p.Corpus, err)
		}
	}
	if source.Refuse("x", "label") == "" || source.Refuse("x", "text") != "" {
		t.Error("--label is not refused, or --text is")
	}
}
