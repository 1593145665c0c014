package corpus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gorgonia-zoo/zoo/tokenize"
	"github.com/gorgonia-zoo/zoo/weights"
)

// magic begins a cache file and names its format.
const magic = "zoo corpus 1\n"

// Key names what a corpus was made from: the bytes of the data, the part of
// it, the tokenizer's version and settings, and whatever else chose the
// examples. A directory counts by the names, sizes and times of its files.
func Key(path, part string, settings tokenize.Config, choice any) (string, error) {
	h := sha256.New()
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			i, err := d.Info()
			if err == nil {
				rel, _ := filepath.Rel(path, p)
				fmt.Fprintf(h, "%s %d %d\n", rel, i.Size(), i.ModTime().UnixNano())
			}
			return err
		})
	} else {
		err = hashFile(h, path)
	}
	if err != nil {
		return "", err
	}
	rest, err := json.Marshal([]any{magic, part, tokenize.Version, settings, choice})
	if err != nil {
		return "", err
	}
	h.Write(rest)
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// Cached returns the corpus of the given key from dir, or builds it and keeps
// it there. A cache that cannot be read or written is only slower; hit says
// whether it served. An empty dir or key turns it off.
func Cached(dir, key string, build func() (*Corpus, error)) (c *Corpus, hit bool, err error) {
	return cached(dir, key, ".corpus", decode, encode, build)
}

func cached[T any](dir, key, kind string, decode func([]byte) (T, error), encode func(io.Writer, T) error,
	build func() (T, error)) (v T, hit bool, err error) {
	path := filepath.Join(dir, key+kind)
	if dir != "" && key != "" {
		if data, err := os.ReadFile(path); err == nil {
			if v, err := decode(data); err == nil {
				return v, true, nil
			}
		}
	}
	if v, err = build(); err != nil || dir == "" || key == "" {
		return v, false, err
	}
	if os.MkdirAll(dir, 0o700) == nil {
		// A full disk must not stop training; the next run tries again.
		_ = weights.WriteFileAtomic(path, func(w io.Writer) error { return encode(w, v) })
	}
	return v, false, nil
}

// encode writes magic, the counts, the words joined by newlines (a token
// never contains one), class names as JSON, labels, lengths and word indices,
// and a SHA-256 of it all. Numbers are little-endian 32 bits.
func encode(w io.Writer, c *Corpus) error {
	h := sha256.New()
	out := io.MultiWriter(w, h)
	words := strings.Join(c.Words, "\n")
	classes, err := json.Marshal(c.Classes)
	if err != nil {
		return err
	}
	lengths := make([]int32, len(c.Texts))
	for i, t := range c.Texts {
		lengths[i] = int32(len(t))
	}
	var head bytes.Buffer
	head.WriteString(magic)
	for _, n := range []int{len(c.Words), len(words), len(c.Texts), c.Tokens(), len(classes)} {
		binary.Write(&head, binary.LittleEndian, uint32(n))
	}
	head.WriteString(words)
	head.Write(classes)
	if _, err := out.Write(head.Bytes()); err != nil {
		return err
	}
	for _, numbers := range append([][]int32{c.Labels, lengths}, c.Texts...) {
		if err := binary.Write(out, binary.LittleEndian, numbers); err != nil {
			return err
		}
	}
	if err := encodeMarks(out, c); err != nil {
		return err
	}
	_, err = w.Write(h.Sum(nil))
	return err
}

var errCache = errors.New("corpus: cache file is damaged")

func decode(data []byte) (*Corpus, error) {
	end := len(data) - sha256.Size
	if end < len(magic)+20 || string(data[:len(magic)]) != magic {
		return nil, errCache
	}
	if sum := sha256.Sum256(data[:end]); !bytes.Equal(sum[:], data[end:]) {
		return nil, errCache
	}
	var counts [5]int
	data = data[len(magic):end]
	for i := range counts {
		counts[i] = int(binary.LittleEndian.Uint32(data[4*i:]))
	}
	data = data[20:]
	words, texts, tokens := counts[1], counts[2], counts[3]
	rest := len(data) - (words + counts[4] + 8*texts + 4*tokens)
	if rest < 0 {
		return nil, errCache
	}
	marks := data[len(data)-rest:]
	data = data[:len(data)-rest]
	c := &Corpus{Words: strings.Split(string(data[:words]), "\n")}
	if counts[0] == 0 {
		c.Words = nil
	}
	if len(c.Words) != counts[0] {
		return nil, errCache
	}
	data = data[words:]
	if err := json.Unmarshal(data[:counts[4]], &c.Classes); err != nil {
		return nil, errCache
	}
	data = data[counts[4]:]
	numbers := make([]int32, 2*texts+tokens)
	for i := range numbers {
		numbers[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
	c.Labels = numbers[:texts:texts]
	c.Texts = make([][]int32, texts)
	at := 2 * texts
	for i, n := range numbers[texts : 2*texts] {
		if n < 0 || at+int(n) > len(numbers) {
			return nil, errCache
		}
		c.Texts[i] = numbers[at : at+int(n) : at+int(n)]
		at += int(n)
	}
	if at != len(numbers) || !decodeMarks(marks, c) {
		return nil, errCache
	}
	return c, c.Check()
}

// Fingerprint is a SHA-256 of the corpus: the same for the same labelled
// texts in the same order, however they are packed.
func (c *Corpus) Fingerprint() (string, error) {
	h := sha256.New()
	w := bufio.NewWriterSize(h, 1<<16)
	if err := encode(w, c); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
