package reliability_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/internal/hostile"
	"github.com/gorgonia-zoo/zoo/models/word2vec"
	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// reader is a file that comes from strangers, small enough to break in every
// way, and what reads it.
type reader struct {
	name string
	good []byte
	read func(data []byte) error
	// says is what every error must name: the file, and where it can the
	// place in it.
	says *regexp.Regexp
	// sealed files have a checksum: no cut and no flip passes.
	sealed bool
	// free is what may be allocated whatever the file's size, 0 for 4 MiB.
	free uint64
}

// readers are all that this module has, a directory's files one by one. What
// checkpoints and the cache of tokenised texts are put through lies with
// them, in packages train and internal/corpus.
func readers(t *testing.T) []reader {
	t.Helper()
	var list []reader
	_, dir := trained(t)
	files := fstest.MapFS{}
	for _, name := range []string{weights.CardFile, weights.ConfigFile, weights.VocabFile, weights.WeightsFile} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	for name, file := range files {
		says := regexp.MustCompile(`the card|` + regexp.QuoteMeta(name))
		if name == weights.CardFile { // one that lists no vocabulary is told by what wants it
			says = regexp.MustCompile(`the card|card\.json|config\.json`)
		}
		list = append(list, reader{"artefact " + name, file.Data, func(data []byte) error {
			broken := fstest.MapFS{}
			for n, f := range files {
				broken[n] = f
			}
			broken[name] = &fstest.MapFile{Data: data}
			_, err := weights.OpenArtefact(broken)
			return err
		}, says, name != weights.CardFile, 0})
	}
	var small bytes.Buffer
	if err := weights.Write(&small, []weights.Tensor{{Name: "a", Shape: []int{2, 1}, Data: []float32{1, -2}}, {Name: "b", Shape: []int{3}, DType: weights.F16, Data: []float32{1, 2, 3}}}, nil); err != nil {
		t.Fatal(err)
	}
	list = append(list,
		reader{"safetensors", small.Bytes(), func(data []byte) error {
			_, err := weights.Read(data)
			return err
		}, regexp.MustCompile(`header|tensor|bytes`), false, 0},
		reader{"vocabulary", []byte("zoo-vocab 1 5 2\n<unk>\n<pad>\na\nfilm\ncaf\\xc3\n"), func(data []byte) error {
			_, err := tokenize.ReadVocab(bytes.NewReader(data))
			return err
		}, regexp.MustCompile(`line \d|no "<unk>"`), false, 0},
	)
	var binary bytes.Buffer
	binary.WriteString("3 2\n")
	for _, word := range []string{"a", "film", "café"} {
		binary.WriteString(word + " \x00\x00\x80?\x00\x00\x00@\n")
	}
	for name, data := range map[string][]byte{"text": []byte("3 2\na 1 2\nfilm 0.5 -1\ncafé 3e-2 4\n"), "binary": binary.Bytes(), "packed": packed(t, []byte("2 2\na 1 2\nfilm 0.5 -1\n"))} {
		list = append(list, reader{"word vectors " + name, data, func(data []byte) error {
			_, _, err := word2vec.Read(bytes.NewReader(data))
			return err
		}, regexp.MustCompile(`line \d|word \d|header|empty|gzip|the file is`), false, 0})
	}

	table := func(name string, data []byte) reader {
		return reader{"table " + name, data, func(data []byte) error {
			table, err := datasets.OpenTableFS(fstest.MapFS{name: {Data: data}}, name, datasets.TableConfig{Text: "text", Label: "label"})
			if err == nil {
				_, err = table.Load(context.Background())
			}
			return err
		}, regexp.MustCompile(regexp.QuoteMeta(name)), false, 0}
	}
	const csv = "text,label,x\n\"a \"\"b\"\", c\",pos,1\nd,neg,2\n\"e\nf\",pos,\n"
	list = append(list,
		table("a.csv", []byte(csv)), table("a.csv.gz", packed(t, []byte(csv))),
		table("a.tsv", []byte("text\tlabel\na b\t1\n\"c\"\t0\ncafé\t1\n")),
		table("a.jsonl", []byte(`{"text":"a \"b\" \u00e4","label":true,"x":[1,{"y":"]"}]}`+"\n"+`{"label":false,"text":"c"}`+"\n")),
	)
	type row struct {
		Text  string `parquet:"text,dict"`
		Label int64  `parquet:"label"`
	}
	for _, codec := range []compress.Codec{&pq.Snappy, &pq.Brotli, &pq.Lz4Raw} {
		var parquet bytes.Buffer
		if err := pq.Write(&parquet, []row{{"a film", 1}, {"its end", 0}, {"a film", 1}}, pq.Compression(codec)); err != nil {
			t.Fatal(err)
		}
		r := table("a.parquet", parquet.Bytes())
		if r.name = fmt.Sprint(r.name, " by ", codec); codec == &pq.Brotli {
			r.free = 64 << 20 // windows
		}
		list = append(list, r)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	zst := table("a.csv.zst", z.EncodeAll([]byte(csv), nil))
	zst.free = 64 << 20 // a window for each pass
	bz2 := table("a.csv.bz2", []byte(bzipped))
	bz2.free = 32 << 20 // a block of 900 kB in words of 4 bytes for each pass
	list = append(list, zst, bz2)

	var archive bytes.Buffer
	tw := tar.NewWriter(&archive)
	for _, name := range []string{"train/pos/0_9.txt", "train/neg/0_2.txt", "train/pos/1_8.txt", "train/neg/1_1.txt"} {
		text := "a review called " + name
		if err := tw.WriteHeader(&tar.Header{Name: "aclImdb/" + name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(tw, text)
	}
	tw.Close()
	imdb := filepath.Join(t.TempDir(), "a.tar.gz")
	list = append(list, reader{"IMDB archive", packed(t, archive.Bytes()), func(data []byte) error {
		if err := os.WriteFile(imdb, data, 0o644); err != nil {
			t.Fatal(err)
		}
		d, err := datasets.OpenIMDB(imdb)
		if err == nil {
			_, err = d.Load(context.Background(), datasets.Train)
		}
		return err
	}, regexp.MustCompile(`a\.tar\.gz`), false, 0})

	recipe, err := json.Marshal(tiny(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "recipe.json")
	return append(list, reader{"recipe", recipe, func(data []byte) error {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := zoo.ReadRecipe(path)
		return err
	}, regexp.MustCompile(`recipe\.json`), false, 0})
}

// bzipped is the table of readers packed by bzip2, which Go does not write.
const bzipped = "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\xcf\x68\x07\x0d\x00\x00\x18\x59\x80\x00\x10\x50\x04\x30\x00\x3f\x85\xcc\x40\x20\x00\x54\x53\x09\xa6\x80\xd3\x10\x6a\x9f\xa2\x4d\x37\xaa\x7e\xa4\xd0\x7a\x95\x7b\xbe\x30\x56\x16\x5b\x93\xf4\x1d\x57\x76\x1e\x31\x10\x72\xd4\xfb\xd2\xb6\x82\x14\x08\xa1\x5b\xcd\xbe\x2e\xe4\x8a\x70\xa1\x21\x9e\xd0\x0e\x1a"

func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every file of a stranger, cut off at every byte, and with bits flipped: an
// error that names what is wrong, or a file that happens to be another good
// one; never a panic, and never memory out of proportion. With ZOO_SOAK=1 large
// files are cut at every byte too.
func TestBrokenFiles(t *testing.T) {
	most, flips := 600, 300 // cuts and flips of one file
	switch {
	case soak():
		most, flips = math.MaxInt, 5000
	case testing.Short():
		most, flips = 100, 50
	}
	cuts, flipped, refused := 0, 0, 0
	for _, r := range readers(t) {
		t.Run(r.name, func(t *testing.T) {
			if err := r.read(r.good); err != nil {
				t.Fatalf("as it should be: %v", err)
			}
			look := func(what string, data []byte) {
				t.Helper()
				var err error
				hostile.Bounded(t, len(data), max(r.free, 4<<20), 1000, func() { err = r.read(data) })
				if err == nil && r.sealed {
					t.Errorf("%s: no error", what)
				}
				if err != nil {
					refused++
					if !r.says.MatchString(err.Error()) || strings.Contains(err.Error(), "%!") {
						t.Errorf("%s: %q does not say %v", what, err, r.says)
					}
				}
			}
			step := 1 + len(r.good)/most
			n := 0
			for what, data := range hostile.Cuts(r.good) {
				if n++; n%step == 0 {
					look(what, data)
					cuts++
				}
			}
			for what, data := range hostile.Flips(r.good, flips, 7) {
				look(what, data)
				flipped++
			}
		})
	}
	t.Logf("%d files cut off, %d with a flipped bit; %d refused", cuts, flipped, refused)
}
