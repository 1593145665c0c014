package bleu

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// testdata/golden.jsonl is what sacrebleu says, by testdata/golden.py.
func TestMeasureEqualsSacrebleu(t *testing.T) {
	f, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	close := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6 }
	for s := bufio.NewScanner(f); s.Scan(); lines++ {
		var want struct {
			Texts, References, _ []string
			Lowercase            bool
			BLEU, BP, ChrF       float64
			Precisions           [4]float64
			Words                int
			ReferenceWords       int `json:"reference_words"`
			Signature            string
			ChrFSignature        string `json:"chrf_signature"`
			Sentences            []float64
			SentenceSignature    string `json:"sentence_signature"`
		}
		if err := json.Unmarshal(s.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		c := Config{Lowercase: want.Lowercase}
		got, err := Measure(want.Texts, want.References, c)
		if err != nil {
			t.Fatal(err)
		}
		if !close(got.BLEU, want.BLEU) || !close(got.ChrF, want.ChrF) || !close(got.Brevity, want.BP) || got.Words != want.Words || got.References != want.ReferenceWords {
			t.Errorf("%q: %+v, want %+v", want.Texts, got, want)
		}
		for i, p := range want.Precisions {
			if !close(got.Precisions[i], p) {
				t.Errorf("%q: precision %d is %v, want %v", want.Texts, i+1, got.Precisions[i], p)
			}
		}
		if got.Signature() != want.Signature || got.ChrFSignature() != want.ChrFSignature {
			t.Errorf("%s and %s, want %s and %s", got.Signature(), got.ChrFSignature(), want.Signature, want.ChrFSignature)
		}
		for i, text := range want.Texts {
			one := Sentence(text, want.References[i], c)
			if !close(one.BLEU, want.Sentences[i]) || one.Signature() != want.SentenceSignature {
				t.Errorf("%q against %q: %v %s, want %v %s", text, want.References[i], one.BLEU, one.Signature(), want.Sentences[i], want.SentenceSignature)
			}
		}
	}
	if lines < 30 {
		t.Errorf("only %d lines", lines)
	}
}

func TestMeasureRefuses(t *testing.T) {
	for _, n := range [][2]int{{0, 0}, {1, 2}, {2, 1}} {
		if _, err := Measure(make([]string, n[0]), make([]string, n[1]), Config{}); err == nil {
			t.Errorf("%v: accepted", n)
		}
	}
}

func ExampleMeasure() {
	score, err := Measure([]string{"A man plays the guitar on the street."}, []string{"A man is playing the guitar on the street."}, Config{})
	if err != nil {
		panic(err)
	}
	fmt.Println(score)
	fmt.Println(score.Signature())
	// Output:
	// BLEU 59.12  88.9/75.0/57.1/50.0 (BP = 0.895 ratio = 0.900 hyp_len = 9 ref_len = 10)  chrF 71.00
	// nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0
}
