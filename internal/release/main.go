// Command release turns trained models into a pretrained one: it measures
// them on the test split, writes the card, puts the artefact of the first into
// pretrained/, and prints the record for the table in zoo.go.
//
//	go run ./internal/release --date 2026-11-23 --data aclImdb_v1.tar.gz lstm-imdb SEED1 SEED2 SEED3
//	go run ./internal/release --date 2026-11-23 --data aclImdb_v1.tar.gz nbsvm-imdb DIR
//	go run ./internal/release --date 2026-11-27 --data aclImdb_v1.tar.gz imdb DIR
//	go run ./internal/release --date 2026-11-23 --pairs wordsim353.tsv,simlex999.txt,men.tsv word2vec-imdb DIR
//	go run ./internal/release --date 2026-11-23 --data multi30k translate-de-en SEED1
//	go run ./internal/release --date 2026-11-27 --data en_ewt-ud-test.conllu tagger-ewt SEED1 SEED2 SEED3
//	go run ./internal/release --date 2026-11-23 mlp-line DIR
//
// The directories are what "zoo train" wrote with different seeds; the first
// must be the recipe's own seed, so that "zoo reproduce" finds it again. The
// weights of a linear model depend on no seed: one directory says all.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gorgonia-zoo/zoo"
	"github.com/gorgonia-zoo/zoo/datasets"
	"github.com/gorgonia-zoo/zoo/recipe"
	"github.com/gorgonia-zoo/zoo/tagging"
	"github.com/gorgonia-zoo/zoo/weights"
)

func main() {
	data := flag.String("data", "", "IMDB archive or directory, that of a translator's pairs, or the test part of a tagger's data")
	date := flag.String("date", "", "day of the training, YYYY-MM-DD")
	pairs := flag.String("pairs", "", "files of pairs of words, separated by commas, to measure vectors on")
	flag.Parse()
	if flag.NArg() < 2 || *date == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := release(context.Background(), flag.Arg(0), flag.Args()[1:], *data, *date, *pairs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// limits are what the cards say that a model should not be used for.
var limits = map[string][]string{
	"lstm-imdb": {
		"Trained on English film reviews alone: other languages and kinds of text are not what it knows.",
		"It tells positive from negative; it knows no neutral, and it was trained without ratings of 5 and 6.",
		"Irony, quoted opinions and comparisons with other films mislead it, as the examples in its training do.",
		"It has also read the 50,000 unlabelled reviews of the training part, with labels by a naive Bayes model of the labelled ones and by itself: where both are wrong about a turn of phrase, it has learned that. Its vectors began as those of word2vec-imdb, which read the same reviews. No test review was read.",
		"The validation reviews are of films that it was trained on, up to 30 reviews of each, and the test reviews are not: accuracy on test is the one to go by.",
		"The reviews are by members of the public; the words of the vocabulary can be seen in vocab.txt.",
	},
	"nbsvm-imdb": {
		"Trained on English film reviews alone: other languages and kinds of text are not what it knows.",
		"It tells positive from negative; it knows no neutral, and it was trained without ratings of 5 and 6.",
		"It knows which words, pairs and triples of words a text has, and not in what order the rest stands: negation further away, irony and quoted opinions mislead it.",
		"A text without any n-gram that it knows gets the same answer as an empty one.",
		"The reviews are by members of the public; the words of the n-grams can be seen in vocab.txt.",
	},
	"imdb": {
		"Trained on English film reviews alone: other languages and kinds of text are not what it knows.",
		"It tells positive from negative; it knows no neutral, and it was trained without ratings of 5 and 6.",
		"It is lstm-imdb and nbsvm-imdb together, takes the time and the memory of both, and what misleads both misleads it.",
		"Its weights were fitted on 1,250 reviews of films that its members know; the test reviews are of other films: accuracy on test is the one to go by.",
	},
	"word2vec-imdb": {
		"Learned from English film reviews alone: a word has the meaning that it has there, and words of other trades are missing or poor.",
		"A word has one vector, whatever its senses; opposites, which stand in the same places, are near each other.",
		"The vectors repeat what reviewers say about people and groups of people, prejudices among it.",
		"The reviews are by members of the public; the words of the vocabulary can be seen in vocab.txt.",
	},
	"minilm": {
		"An encoder of English: texts in other languages have vectors, but of little meaning.",
		"It reads 256 word pieces; the answer says where a text was cut.",
		"Near in meaning is what the pairs that it was trained on were: questions and their answers, titles and texts, comments and replies. Opposites are near each other too, and so sentiment is not what its vectors say best.",
		"It was not trained here: who made it, and of what data, is in the file NOTICE beside it.",
	},
	"translate-de-en": {
		"Trained on 29,000 sentences that describe photographs: people, animals, sports, streets. Of other texts (news, letters, talk) it makes sentences about photographs.",
		"It translates one sentence at a time, of at most 256 subwords; a longer text is cut, and the answer says so.",
		"It writes fluently even where it has not understood: names, numbers and rare words may be replaced by what is usual in such sentences. Nothing of consequence should rest on its translations.",
		"The captions name the sex, the age and the looks of people as their writers saw them, and so does it.",
		"Multi30k's repository names no licence of its sentences, which are captions of Flickr30k and their translations, made for research: who sells what the model makes possible should settle that first. The test part was looked at once, for the figures here.",
	},
	"tagger-ewt": {
		"Learned from English of the web: blogs, newsgroups, e-mail, reviews and answers. Other languages it tags as though they were English.",
		"It was measured on sentences whose words are given; where it cuts a text itself, its words are not always the treebank's.",
		"Names that training did not have are often taken for common nouns, and the other way round.",
		"The weights are under the licence of the treebank: Universal Dependencies English EWT (Silveira et al. 2014), CC BY-SA 4.0.",
	},
	"mlp-line": {"It is an example. Far outside -4 to 4, where its points lie, it follows straight lines of its own."},
}

func release(ctx context.Context, name string, dirs []string, data, date, pairs string) error {
	m, err := zoo.OpenModel(dirs[0])
	if err != nil {
		return err
	}
	card := m.Artefact.Card
	card.Name, card.Date, card.Limits = name, date, limits[name]
	if _, ok := m.Value.(zoo.TextClassifier); ok {
		if err := measure(ctx, &card, dirs, data); err != nil {
			return err
		}
	}
	if _, ok := m.Value.(tagging.Tagger); ok {
		if err := tags(ctx, &card, dirs, data); err != nil {
			return err
		}
		card.Licence = "CC-BY-SA-4.0" // that of the treebank
	}
	if _, ok := m.Value.(*zoo.LinearClassifier); ok {
		table, err := cost(ctx, m, data)
		if err != nil {
			return err
		}
		card.Tables = append(card.Tables, table)
	}
	if _, ok := m.Value.(recipe.Translator); ok {
		card.Licence = "Apache-2.0" // training says nothing of what others' pairs make
		if err := measureTranslators(ctx, &card, dirs, data); err != nil {
			return err
		}
	}
	if v, ok := m.Value.(*zoo.WordVectors); ok {
		if err := neighbours(&card, v.Vectors, strings.Split(pairs, ",")); err != nil {
			return err
		}
	}
	m.Artefact.Card = card
	dir := filepath.Join("pretrained", name)
	if err := m.Save(dir); err != nil {
		return err
	}
	if m, err = zoo.OpenModel(dir); err != nil {
		return err
	}
	card = m.Artefact.Card
	file := card.Files[weights.WeightsFile]
	fmt.Printf("Name: %q, Task: %q,\nParameters: %d, Bytes: %d,\nSHA256: %q,\nMetrics: map[string]float64{\n",
		name, card.Task, card.Parameters, file.Bytes, file.SHA256)
	for _, k := range slices.Sorted(maps.Keys(card.Metrics)) {
		fmt.Printf("\t%q: %v,\n", k, card.Metrics[k])
	}
	fmt.Printf("},\nData: %q, Licence: %q, Date: %q,\n", card.Data, card.Licence, card.Date)
	return nil
}

// measure evaluates every seed's model on the test split, once.
func measure(ctx context.Context, card *weights.Card, dirs []string, data string) error {
	texts, err := zoo.OpenTexts(data, zoo.TextsConfig{})
	if err != nil {
		return err
	}
	seeds := weights.Table{Title: "Seeds", Columns: []string{"seed", "validation accuracy", "test accuracy", "test loss", "SHA-256"}}
	var accuracies []float64
	for i, dir := range dirs {
		m, err := zoo.OpenModel(dir)
		if err != nil {
			return err
		}
		c, ok := m.Value.(zoo.TextClassifier)
		if !ok {
			return fmt.Errorf("%s is no classifier of texts", dir)
		}
		e, err := zoo.EvaluateText(ctx, c, texts, datasets.Test)
		if err != nil {
			return err
		}
		accuracies = append(accuracies, e.Accuracy)
		made := m.Artefact.Card
		seeds.Rows = append(seeds.Rows, []string{fmt.Sprint(made.Recipe.Seed), fmt.Sprintf("%.4f", made.Metrics["validation_accuracy"]),
			fmt.Sprintf("%.4f", e.Accuracy), fmt.Sprintf("%.4f", e.Loss), made.Files[weights.WeightsFile].SHA256[:12]})
		if i > 0 {
			continue
		}
		card.Metrics = maps.Clone(made.Metrics)
		card.Metrics["test_accuracy"], card.Metrics["test_loss"], card.Metrics["test_calibration_error"] = e.Accuracy, e.Loss, e.Calibration
		lengths := weights.Table{Title: "Test accuracy by length", Columns: []string{"tokens", "reviews", "accuracy"}}
		from := 1
		for _, b := range e.ByLength {
			span := fmt.Sprintf("%d to %d", from, b.Tokens)
			if b.Tokens == 0 {
				span = fmt.Sprintf("%d or more", from)
			}
			lengths.Rows = append(lengths.Rows, []string{span, fmt.Sprint(b.Examples), fmt.Sprintf("%.4f", b.Accuracy)})
			from = b.Tokens + 1
		}
		card.Tables = []weights.Table{lengths}
	}
	if n := float64(len(accuracies)); n > 1 {
		var sum, squares float64
		for _, a := range accuracies {
			sum += a
		}
		for _, a := range accuracies {
			squares += float64((a - sum/n) * (a - sum/n))
		}
		card.Metrics["test_accuracy_mean"], card.Metrics["test_accuracy_std"] = sum/n, math.Sqrt(squares/(n-1))
	}
	if len(dirs) > 1 || card.Recipe.Options["trained_on"] == "" { // else the seed is not in the weights
		card.Tables = append(card.Tables, seeds)
	}
	return nil
}
