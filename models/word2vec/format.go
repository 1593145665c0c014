package word2vec

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gorgonia-zoo/zoo/weights"
)

// Format is a form of file for vectors.
type Format string

// The formats.
const (
	// Text is word2vec's text: a line "V D", then for each word a line "word
	// number ... number".
	Text Format = "word2vec text"
	// Binary is word2vec's binary: a line "V D", then for each word its bytes, a
	// space, D little-endian float32 and, from some writers, a newline.
	Binary Format = "word2vec binary"
	// GloVe is Text without the first line (Pennington, Socher and Manning 2014).
	GloVe Format = "GloVe text"
)

// ErrFormat is wrapped by errors about a file of vectors that is malformed.
var ErrFormat = errors.New("malformed vectors")

// What a file may hold: a guard against absurd ones.
const (
	maxNumbers = 1 << 30
	maxWord    = 1 << 12 // bytes
	maxLine    = MaxDim*64 + maxWord
)

// ReadFile reads a file of vectors of any format, compressed by gzip or not.
func ReadFile(path string) (*Vectors, Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", fmt.Errorf("word2vec: %w", err)
	}
	defer f.Close()
	v, format, err := Read(f)
	if err != nil {
		return nil, "", fmt.Errorf("word2vec: %s: %w", path, errors.Unwrap(err))
	}
	return v, format, nil
}

// Read reads vectors of any format, which is recognised by the first bytes.
// A word in text may have spaces in it: the numbers are counted from the line's end.
// Words without a letter and words that were there before are passed over, and a
// first line that promises one word more or less than there is does not matter; Notes
// of the vectors says so. Else every line must be as the format says; an error tells
// the line and column at fault. No memory is taken on the word of the header.
func Read(r io.Reader) (*Vectors, Format, error) {
	v, format, err := read(r)
	if err != nil {
		return nil, "", fmt.Errorf("word2vec: %w", err)
	}
	return v, format, nil
}

func read(r io.Reader) (*Vectors, Format, error) {
	b := bufio.NewReaderSize(r, peek)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, "", fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		defer z.Close()
		v, format, err := readPlain(bufio.NewReaderSize(z, peek))
		if err != nil && !errors.Is(err, ErrFormat) { // what the packed bytes are, not what they hold
			err = fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		return v, format, err
	}
	return readPlain(b)
}

func readPlain(b *bufio.Reader) (*Vectors, Format, error) {
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		if _, err := b.Discard(3); err != nil {
			return nil, "", err
		}
	}
	if what := foreign(b); what != "" {
		return nil, "", fmt.Errorf("%w: the file %s", ErrFormat, what)
	}
	if start, _ := b.Peek(peek); bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 {
		b = bufio.NewReaderSize(returns{b}, peek)
	}
	switch format, err := recognise(b); {
	case err != nil:
		return nil, "", err
	case format == Binary:
		v, err := readBinary(b)
		return v, format, err
	default:
		v, err := readText(b, format)
		return v, format, err
	}
}

// returns reads carriage returns, which end lines on old Macintoshes, as line feeds.
type returns struct{ r io.Reader }

func (r returns) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// foreign says of a file of another kind what it is and what to do, "" of vectors.
func foreign(b *bufio.Reader) string {
	head, _ := b.Peek(512)
	for _, f := range []struct{ magic, what string }{
		{"PK\x03\x04", "is a zip archive, or what PyTorch or NumPy save as one; unpack it (unzip), and name the file of vectors in it"},
		{"\xba\x16\x4f\x2f", "is a binary model of fastText; its vectors are in the .vec file beside it, or come from fasttext print-word-vectors"},
		{"\x93NUMPY", "is an array of NumPy, which has no words; save the vectors by gensim's save_word2vec_format"},
		{"\x80\x02", "is a pickle of Python; save the vectors by gensim's save_word2vec_format"},
		{"\x80\x03", "is a pickle of Python; save the vectors by gensim's save_word2vec_format"},
		{"\x80\x04", "is a pickle of Python; save the vectors by gensim's save_word2vec_format"},
		{"\x80\x05", "is a pickle of Python; save the vectors by gensim's save_word2vec_format"},
		{"\x89HDF\r\n", "is in HDF5; export the vectors as text"},
		{"PAR1", "is a Parquet table; export the vectors as text, a word and its numbers a line"},
		{"FiFu", "is in finalfusion's format; convert it to word2vec's (finalfusion convert)"},
		{"SQLite format 3", "is a database, such as Magnitude's; export the vectors as text"},
		{"GGUF", "is a language model in GGUF"},
		{"BZh", "is packed by bzip2, and only gzip is read; unpack it"},
		{"\xfd7zXZ", "is packed by xz, and only gzip is read; unpack it"},
		{"\x28\xb5\x2f\xfd", "is packed by zstd, and only gzip is read; unpack it"},
		{"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive; unpack it"},
		{"Rar!", "is a RAR archive; unpack it"},
		{"\xff\xfe", "is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"},
		{"\xfe\xff", "is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"},
		{"<!DOCTYPE", "is a web page; was the page saved in place of the file it links to?"},
		{"<!doctype", "is a web page; was the page saved in place of the file it links to?"},
		{"<html", "is a web page; was the page saved in place of the file it links to?"},
		{"version https://git-lfs", "is a pointer of Git LFS to the file; fetch that (git lfs pull)"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.what
		}
	}
	wide := func(at int) bool { // zeros in every second byte, as of Latin letters in UTF-16
		for i := 0; i < 16 && i < len(head)&^1; i += 2 {
			if head[i+at] != 0 || head[i+1-at] == 0 {
				return false
			}
		}
		return len(head) >= 16
	}
	switch {
	case wide(0), wide(1):
		return "is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 IN > OUT"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "is a tar archive; unpack it, and name the file of vectors in it"
	case len(head) > 9 && head[8] == '{' && bytes.IndexByte(head[4:8], 0) >= 0:
		return "is in safetensors' format, which has no words"
	}
	return ""
}

// peek is how much of a file is looked at to recognise it: a line of MaxDim
// numbers as programs print them.
const peek = 1 << 17

// recognise looks at the beginning: two whole numbers alone in the first line
// are a header. What follows is text if the next line is as a line of text is, or
// if it holds no byte that none has.
func recognise(b *bufio.Reader) (Format, error) {
	start, err := b.Peek(peek)
	if len(start) == 0 {
		if err == io.EOF {
			return "", fmt.Errorf("%w: the file is empty", ErrFormat)
		}
		return "", err
	}
	line, rest, ended := bytes.Cut(start, []byte("\n"))
	_, dim, ok := header(string(line))
	if !ok || !ended {
		return GloVe, nil
	}
	line, _, _ = bytes.Cut(rest, []byte("\n"))
	fields := strings.Split(strings.TrimRight(string(line), " \r"), " ")
	bad := slices.ContainsFunc(fields[1:], func(f string) bool {
		_, err := strconv.ParseFloat(f, 32)
		return err != nil
	})
	if !bad && len(fields) == dim+1 {
		return Text, nil
	}
	_, numbers, _ := bytes.Cut(rest, []byte(" "))
	numbers = numbers[:min(len(numbers), 4*min(dim, MaxDim))]
	if slices.ContainsFunc(numbers, func(c byte) bool { return c < ' ' && c != '\r' && c != '\n' && c != '\t' || c >= 0x7f }) {
		return Binary, nil
	}
	return Text, nil
}

// WriteFile writes vectors in the format that the name asks for: .bin is Binary,
// .vec Text and .txt GloVe, each with .gz behind it compressed.
func (v *Vectors) WriteFile(path string) error {
	format, zipped, err := FormatOf(path)
	if err != nil {
		return err
	}
	return weights.WriteFileAtomic(path, func(w io.Writer) error {
		if !zipped {
			return v.Write(w, format)
		}
		z := gzip.NewWriter(w)
		if err := v.Write(z, format); err != nil {
			return err
		}
		return z.Close()
	})
}

// FormatOf returns the format that WriteFile gives to a file of this name.
func FormatOf(path string) (format Format, zipped bool, err error) {
	name, zipped := strings.CutSuffix(strings.ToLower(path), ".gz")
	switch ext := filepath.Ext(name); ext {
	case ".bin":
		return Binary, zipped, nil
	case ".vec":
		return Text, zipped, nil
	case ".txt":
		return GloVe, zipped, nil
	default:
		return "", false, fmt.Errorf("word2vec: %s: extension %q, want .bin for %s, .vec for %s or .txt for %s, or one of these and .gz",
			path, ext, Binary, Text, GloVe)
	}
}
