package datasets

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// reviews is a small IMDB, in an order that is none.
var reviews = []string{
	"test/neg/0_2.txt", "test/pos/1_9.txt", "test/neg/10_1.txt", "test/neg/9_4.txt", "test/pos/0_10.txt",
	"train/unsup/1_0.txt", "train/unsup/0_0.txt", "train/pos/2_7.txt", "train/neg/100_3.txt", "train/neg/20_4.txt", "train/pos/0_8.txt",
}

// tarball packs files into an archive: names to texts in the order given. A
// name that ends in a slash is a folder.
func tarball(names []string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range names {
		h := &tar.Header{Name: "aclImdb/" + n, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len("text of " + n))}
		if strings.HasSuffix(n, "/") {
			h = &tar.Header{Name: "aclImdb/" + n, Mode: 0o755, Typeflag: tar.TypeDir}
		}
		w.WriteHeader(h)
		if h.Typeflag == tar.TypeReg {
			io.WriteString(w, "text of "+n)
		}
	}
	w.Close()
	return b.Bytes()
}

func gz(b []byte) []byte { return []byte(packed(string(b))) }

func openArchive(b []byte) (*IMDB, error) {
	return openIMDB("a.tar.gz", fstest.MapFS{"a.tar.gz": {Data: b}}, "a.tar.gz")
}

func loadArchive(b []byte, parts ...Part) ([][]Example, error) {
	d, err := openArchive(b)
	if err != nil {
		return nil, err
	}
	return d.Load(context.Background(), parts...)
}

func TestIMDB(t *testing.T) {
	dir := t.TempDir()
	others := []string{"README", "imdb.vocab", "train/", "train/urls_neg.txt", "train/neg/", "train/neg/.DS_Store", "train/neg/._100_3.txt"}
	names := append(others, reviews...)
	for _, n := range names {
		p := filepath.Join(dir, "aclImdb", n)
		if strings.HasSuffix(n, "/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("text of "+n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, tarball(names), 0o644); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dir, "archive")
	if err := os.WriteFile(archive, gz(tarball(names)), 0o644); err != nil {
		t.Fatal(err)
	}
	example := func(id string, label, rating int) Example {
		return Example{Text: "text of " + id + ".txt", Label: label, ID: id, Rating: rating}
	}
	want := map[Part][]Example{
		Train: {example("train/neg/20_4", 0, 4), example("train/neg/100_3", 0, 3), example("train/pos/0_8", 1, 8), example("train/pos/2_7", 1, 7)},
		Test:  {example("test/neg/0_2", 0, 2), example("test/neg/9_4", 0, 4), example("test/neg/10_1", 0, 1), example("test/pos/0_10", 1, 10), example("test/pos/1_9", 1, 9)},
		Unsup: {example("train/unsup/0_0", -1, 0), example("train/unsup/1_0", -1, 0)},
	}
	for _, path := range []string{dir, filepath.Join(dir, "aclImdb"), plain, archive} {
		d, err := OpenIMDB(path)
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := d.Load(context.Background(), Unsup, Train, Test, Train)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]Example{want[Unsup], want[Train], want[Test], want[Train]}, loaded); diff != "" {
			t.Errorf("%s: Load (-want +got):\n%s", path, diff)
		}
		for part, want := range want {
			seq := d.Part(context.Background(), part)
			for range 2 { // the sequence restarts
				var got []Example
				for e, err := range seq {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, e)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", path, part, diff)
				}
			}
			for range seq { // and may be left
				break
			}
		}
		if _, err := d.Load(context.Background(), "dev"); err == nil || !strings.Contains(err.Error(), `"dev"`) {
			t.Errorf("%s: part dev: %v", path, err)
		}
		cancelled, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := d.Load(cancelled, Train); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled: %v", path, err)
		}
	}
}

// TestIMDBWithoutTest reads what is there: training needs no test part.
func TestIMDBWithoutTest(t *testing.T) {
	names := slices.DeleteFunc(slices.Clone(reviews), func(n string) bool { return strings.HasPrefix(n, "test/") })
	files := fstest.MapFS{"a.tar.gz": {Data: gz(tarball(names))}}
	for _, n := range names {
		files[n] = &fstest.MapFile{Data: []byte("x")}
	}
	for _, name := range []string{"a.tar.gz", "."} {
		d, err := openIMDB(name, files, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Load(context.Background(), Train); err != nil {
			t.Error(err)
		}
		_, err = d.Load(context.Background(), Train, Test)
		if !errors.Is(err, ErrNoPart) || !strings.Contains(err.Error(), "test/neg") {
			t.Errorf("test part: %v", err)
		}
	}
}

// TestIMDBMistakes puts one bad file among good ones, in an archive and in a
// directory.
func TestIMDBMistakes(t *testing.T) {
	for _, c := range []struct{ name, file, content, want string }{
		{"no review's name", "train/neg/notes.txt", "x", "ID_RATING.txt"},
		{"another ending", "train/neg/5_3.html", "x", "ID_RATING.txt"},
		{"no rating", "train/neg/5.txt", "x", "ID_RATING.txt"},
		{"signed", "train/neg/+5_3.txt", "x", "ID_RATING.txt"},
		{"leading zero", "train/neg/05_3.txt", "x", "ID_RATING.txt"},
		{"number too large", "train/neg/99999999999_3.txt", "x", "ID_RATING.txt"},
		{"rating of the other class", "train/neg/5_9.txt", "x", "contradicts"},
		{"rating of neither class", "train/pos/5_5.txt", "x", "contradicts"},
		{"rating 11", "train/pos/5_11.txt", "x", "contradicts"},
		{"number twice", "train/neg/20_1.txt", "x", "same number as 20_"},
		{"empty", "train/neg/5_3.txt", "", "empty"},
		{"huge", "train/neg/5_3.txt", strings.Repeat("x", MaxReview+1), "1048577 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			b.Write(bytes.TrimRight(tarball(reviews), "\x00")) // a member's padding is read as such
			b.Write(make([]byte, (512-b.Len()%512)%512))
			w := tar.NewWriter(&b)
			w.WriteHeader(&tar.Header{Name: "aclImdb/" + c.file, Size: int64(len(c.content)), Mode: 0o644})
			io.WriteString(w, c.content)
			w.Close()
			files := fstest.MapFS{"a.tar.gz": {Data: gz(b.Bytes())}}
			for _, n := range reviews {
				files[n] = &fstest.MapFile{Data: []byte("x")}
			}
			files[c.file] = &fstest.MapFile{Data: []byte(c.content)}
			for _, name := range []string{"a.tar.gz", "."} {
				d, err := openIMDB(name, files, name)
				if err != nil {
					t.Fatal(err)
				}
				_, err = d.Load(context.Background(), Train)
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(c.file)) && c.name != "number twice" {
					t.Errorf("%s: error %v does not say %q of %s", name, err, c.want, c.file)
				}
			}
		})
	}
}

// member appends a header, as it stands, to a good archive.
func withMember(h tar.Header, content string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h.Mode = 0o644
	if h.Size == 0 {
		h.Size = int64(len(content))
	}
	w.WriteHeader(&h)
	io.WriteString(w, content)
	w.Flush()
	return append(b.Bytes(), tarball(reviews)...)
}

func TestIMDBHostile(t *testing.T) {
	good := gz(tarball(reviews))
	zeros := func(n int) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		block := make([]byte, 1<<20)
		w := tar.NewWriter(z)
		w.WriteHeader(&tar.Header{Name: "aclImdb/big", Size: int64(n), Mode: 0o644})
		for range n >> 20 {
			w.Write(block)
		}
		w.Close()
		z.Close()
		return b.Bytes()
	}
	for _, c := range []struct {
		name string
		file []byte
		is   error
		want []string
	}{
		{"climbs", gz(withMember(tar.Header{Name: "aclImdb/../../etc/passwd"}, "x")), nil, []string{"etc/passwd", "climbs out"}},
		{"climbs into a review", gz(withMember(tar.Header{Name: "../aclImdb/train/neg/5_3.txt"}, "x")), nil, []string{"5_3.txt", "climbs out"}},
		{"absolute", gz(withMember(tar.Header{Name: "/aclImdb/train/neg/5_3.txt"}, "x")), nil, []string{"climbs out"}},
		{"backslashes", gz(withMember(tar.Header{Name: `aclImdb\..\x`}, "x")), nil, []string{"climbs out"}},
		{"symbolic link", gz(withMember(tar.Header{Name: "aclImdb/train/neg/5_3.txt", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, "")), nil, []string{"5_3.txt", `link to "/etc/passwd"`}},
		{"hard link", gz(withMember(tar.Header{Name: "aclImdb/x", Typeflag: tar.TypeLink, Linkname: "aclImdb/y"}, "")), nil, []string{"link to"}},
		{"device", gz(withMember(tar.Header{Name: "aclImdb/x", Typeflag: tar.TypeChar}, "")), nil, []string{"of type '3'"}},
		{"folder for a review", gz(withMember(tar.Header{Name: "aclImdb/train/neg/5_3.txt/", Typeflag: tar.TypeDir}, "")), nil, []string{"5_3.txt", "regular file"}},
		{"claims a terabyte", gz(withMember(tar.Header{Name: "aclImdb/x", Size: 1 << 40}, "x")), errTooLarge, []string{"aclImdb/x", "1099511627776"}},
		{"claims a huge review", gz(withMember(tar.Header{Name: "aclImdb/train/neg/5_3.txt", Size: 1 << 30}, "x")), errTooLarge, []string{"5_3.txt", "1073741824"}},
		{"bomb", zeros(freeBytes + 8<<20), errTooLarge, []string{"aclImdb/big", "inflate"}},
		{"empty", nil, ErrDamaged, []string{"empty"}},
		{"web page", []byte("<html>not found"), ErrDamaged, []string{"<html>"}},
		{"zip", []byte("PK\x03\x04" + strings.Repeat("x", 600)), nil, []string{"zip", ".tar.gz"}},
		{"gzip of something else", gz([]byte("hello")), ErrDamaged, []string{"hello"}},
		{"gzip header alone", good[:10], ErrDamaged, nil},
		{"checksum changed", func() []byte { b := bytes.Clone(good); b[len(b)-5] ^= 1; return b }(), ErrDamaged, []string{"checksum"}},
		{"checksum cut off", good[:len(good)-8], ErrDamaged, []string{"EOF"}},
		{"garbage after gzip", append(bytes.Clone(good), "garbage"...), ErrDamaged, nil},
		{"tar without end", gz(bytes.TrimRight(tarball(reviews), "\x00")), ErrDamaged, nil},
		{"tar cut between members", gz(tarball(reviews)[:1024*5]), ErrDamaged, []string{"end of the archive"}},
		{"tar cut within a header", gz(tarball(reviews)[:1024*5+100]), ErrDamaged, []string{"EOF"}},
		{"tar header changed", func() []byte { b := tarball(reviews); b[1024*3+5] ^= 1; return gz(b) }(), ErrDamaged, []string{"after aclImdb/"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loadArchive(c.file, Train)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(c.want, "datasets: IMDB a.tar.gz") {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %q is not %q", err, c.is)
			}
		})
	}
}

// TestIMDBTruncated cuts archives at every byte: the error says so.
func TestIMDBTruncated(t *testing.T) {
	// Random texts, so that the archive is of some length.
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range reviews {
		text := make([]byte, 40)
		for i := range text {
			text[i] = byte('a' + rng.IntN(26))
		}
		w.WriteHeader(&tar.Header{Name: "aclImdb/" + n, Size: int64(len(text)), Mode: 0o644})
		w.Write(text)
	}
	w.Close()
	file := gz(b.Bytes())
	want, err := loadArchive(file, Train, Test, Unsup)
	if err != nil {
		t.Fatal(err)
	}
	for n := range file {
		if _, err := loadArchive(file[:n], Train, Test, Unsup); !errors.Is(err, ErrDamaged) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(file), err)
		}
	}
	for range 500 {
		broken := bytes.Clone(file)
		i := rng.IntN(len(file))
		bit := byte(1) << rng.IntN(8)
		broken[i] ^= bit
		// Some bits mean nothing: the time in gzip's header, the code of a
		// letter that does not occur.
		if got, err := loadArchive(broken, Train, Test, Unsup); err == nil && !cmp.Equal(got, want) {
			t.Fatalf("bit %08b of byte %d of %d changed unnoticed", bit, i, len(file))
		}
	}
}

// TestIMDBReal reads the archive or directory that ZOO_IMDB names.
func TestIMDBReal(t *testing.T) {
	name := os.Getenv("ZOO_IMDB")
	if name == "" {
		t.Skip("ZOO_IMDB is not set")
	}
	d, err := OpenIMDB(name)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := d.Load(context.Background(), Train, Test, Unsup)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{25000, 25000, 50000} {
		if len(parts[i]) != want {
			t.Errorf("part %d has %d reviews of %d", i, len(parts[i]), want)
		}
	}
	for i, p := range parts[:2] {
		for j, e := range p {
			if e.Label != j/12500 {
				t.Fatalf("part %d, review %d (%s) has label %d", i, j, e.ID, e.Label)
			}
		}
	}
	const begin = "Story of a man who has unnatural feelings for a pig. Starts out with a opening scene that is a terrific example of absurd comedy."
	if e := parts[0][0]; e.ID != "train/neg/0_3" || e.Rating != 3 || !strings.HasPrefix(e.Text, begin) {
		t.Errorf("the first review is %s: %.150q", e.ID, e.Text)
	}
}
