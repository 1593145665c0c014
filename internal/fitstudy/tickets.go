package main

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
)

// kindOfTicket is a class of made-up support tickets: how it is worded in the
// file to fit, and how else it is worded in the other one.
type kindOfTicket struct {
	label       string
	known, anew []string
}

// eight are classes that share their words: charge, order, account and change
// stand in several. {n}, {day}, {thing}, {name} and {device} are filled in.
var eight = []kindOfTicket{
	{"billing", []string{
		"I was charged twice for order {n}", "the amount on invoice {n} is wrong", "why is there an extra fee on my {day} bill for the {thing}",
		"please correct the total of invoice {n}", "my card was charged for a {thing} I did not buy",
	}, []string{
		"you took the money for the {thing} two times", "there is a mistake in what you billed me in account {n}", "I do not understand this payment from {day}",
		"the price I paid is higher than what your page said",
	}},
	{"refund", []string{
		"I want my money back for order {n}", "when will I get the refund for the {thing}", "I returned the {thing} on {day} and have no refund yet",
		"please refund order {n}", "how long does a refund to my card take",
	}, []string{
		"the {thing} went back to you last week, where is the reimbursement", "I would like to be paid back for my purchase {n}", "you promised to give back what I paid on {day}",
		"has the amount for the returned {thing} been sent to my bank",
	}},
	{"delivery", []string{
		"my order {n} has not arrived", "where is my {thing}, it was due on {day}", "the tracking page of order {n} has not changed for days",
		"the courier left my {thing} at the wrong address", "can you deliver order {n} on {day} instead",
	}, []string{
		"I am still waiting for the parcel with the {thing}", "the driver never rang and the package is gone", "when does the shipment {n} reach me",
		"nobody has brought the {thing} that should have come on {day}",
	}},
	{"login", []string{
		"I cannot log in to my account on my {device}", "the password reset mail never comes", "my account {n} is locked after too many attempts",
		"the code that you text me does not work on my {device}", "it says that my password is wrong but it is not",
	}, []string{
		"I am shut out and cannot get to my profile", "signing in fails on the {device} since {day}", "I forgot my credentials, how do I get back in",
		"the verification number is refused every time",
	}},
	{"defect", []string{
		"the {thing} arrived broken", "my {thing} stopped working after {n} hours", "the screen of the {thing} has a crack",
		"the {thing} makes a loud noise and will not start", "one part of the {thing} is missing in order {n}",
	}, []string{
		"it is damaged, the {thing} has a dent and does not turn on", "since {day} the {thing} is dead", "what you sent me is faulty",
		"the {thing} fell apart at the first use",
	}},
	{"cancel", []string{
		"please cancel my order {n}", "I want to cancel my subscription before {day}", "how do I close my account {n}",
		"stop order {n}, I ordered the wrong {thing}", "cancel the {thing}, I do not need it any more",
	}, []string{
		"I changed my mind and no longer want the {thing}", "end my membership as of {day}", "I would like to terminate the contract {n}",
		"do not send the {thing}, I have found another one",
	}},
	{"change", []string{
		"I want to change the address of my account {n}", "please change the name on my account to {name}", "how do I change the card that is charged",
		"my mail address has changed, please update account {n}", "change the delivery address of my account, I moved on {day}",
	}, []string{
		"I have a new phone number, {n}, where do I enter it", "we live elsewhere now, so correct our details", "my family name is {name} since the wedding",
		"I would like another way to pay from {day} on",
	}},
	{"praise", []string{
		"thank you, the {thing} is great", "your colleague {name} helped me very well on {day}", "I am very happy with order {n}",
		"great service, the {thing} came a day early", "I just want to say that your {device} app is excellent",
	}, []string{
		"what a wonderful {thing}, I love it", "{name} was so kind and patient with me", "you are the best shop that I know",
		"everything went perfectly this {day}, compliments to your team",
	}},
}

// products and intents make 150 classes, one of each pair.
var products = [][]string{
	{"phone", "mobile"}, {"laptop", "notebook"}, {"printer"}, {"router", "modem"}, {"camera"}, {"television", "TV"}, {"washing machine", "washer"}, {"oven", "stove"},
	{"bicycle", "bike"}, {"watch"}, {"headphones", "earphones"}, {"tablet"}, {"kettle"}, {"vacuum cleaner", "hoover"}, {"keyboard"},
}

var intents = []kindOfTicket{
	{"return", []string{"how do I return my {p}", "I want to send the {p} back", "please take back the {p} from order {n}"}, []string{"the {p} shall go back to you", "can I bring this {p} back to a shop"}},
	{"repair", []string{"my {p} is broken and must be repaired", "where can I have the {p} repaired", "the {p} stopped working on {day}"}, []string{"can somebody fix my {p}", "the {p} is dead since {day}"}},
	{"price", []string{"how much does the {p} cost", "is there a discount on the {p}", "what is the price of the {p} this {day}"}, []string{"I would like a quote for a {p}", "can I get the {p} cheaper"}},
	{"stock", []string{"is the {p} in stock", "when will the {p} be available again", "do you have the {p} in your shop on {day}"}, []string{"the {p} is sold out, will more come", "can I still get one {p} from you"}},
	{"setup", []string{"how do I set up the {p}", "I cannot install my new {p}", "the instructions of the {p} do not help me"}, []string{"how do I get the {p} to run for the first time", "I need a manual for my {p}"}},
	{"warranty", []string{"is there a warranty on the {p}", "how long is the guarantee for my {p}", "does the warranty of the {p} cover order {n}"}, []string{"am I still insured for the {p} after {n} months", "how many years do you vouch for this {p}"}},
	{"accessory", []string{"which accessories fit the {p}", "I need a spare part for my {p}", "do you sell a case for the {p}"}, []string{"is there anything to add to the {p}", "where do I get a replacement piece for this {p}"}},
	{"delivery", []string{"where is my {p}", "the {p} has not been delivered", "when will the {p} of order {n} arrive"}, []string{"I am still waiting for the {p}", "nobody brought the {p} on {day}"}},
	{"cancel", []string{"please cancel my order of the {p}", "I do not want the {p} any more, cancel it", "cancel order {n} with the {p}"}, []string{"I changed my mind about the {p}", "do not send me that {p}"}},
	{"compare", []string{"which {p} is the best", "what is the difference between the two models of the {p}", "can you recommend a {p}"}, []string{"help me to choose a {p}", "I hesitate between one {p} and another"}},
}

var (
	openings = []string{"", "", "", "hello, ", "hi team, ", "good morning, ", "dear support, ", "hi, ", "this is urgent: "}
	closings = []string{"", "", "", ". thanks in advance", ". please help", ". regards, {name}", ". I am waiting for your answer", ". thank you", ". this is the second time I ask"}
	fillings = map[string][]string{
		"{day}": {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}, "{name}": {"Anna", "Peter", "Maria", "Ahmed", "Li", "John", "Eva", "Paul", "Ines", "Tom"},
		"{thing}":  {"lamp", "chair", "phone", "blender", "table", "printer", "jacket", "camera", "kettle", "desk", "radio", "mixer"},
		"{device}": {"phone", "laptop", "tablet", "computer"},
	}
)

// writeTickets writes rows tickets to known, of which three in a hundred have a
// wrong label, and as many that are worded otherwise, rightly labelled, to anew.
func writeTickets(known, anew string, classes, rows int, seed uint64) error {
	if classes != 8 && classes != 150 {
		return fmt.Errorf("tickets of %d classes, want 8 or 150", classes)
	}
	rng := rand.New(rand.NewPCG(seed, uint64(classes)))
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	ticket := func(fresh bool) (text, label string) {
		var k kindOfTicket
		product := ""
		if classes == 8 { // the first classes are the frequent ones: 8 to 1
			at := min(rng.IntN(8), rng.IntN(8))
			k = eight[at]
		} else {
			k = intents[rng.IntN(len(intents))]
			at := min(rng.IntN(len(products)), rng.IntN(2*len(products)))
			product = products[at][rng.IntN(len(products[at]))]
			k.label += " " + products[at][0]
		}
		words := k.known
		if fresh {
			words = k.anew
		}
		text = pick(openings) + strings.ReplaceAll(pick(words), "{p}", product) + pick(closings)
		for _, slot := range []string{"{day}", "{name}", "{thing}", "{device}"} {
			text = strings.ReplaceAll(text, slot, pick(fillings[slot]))
		}
		return strings.ReplaceAll(text, "{n}", fmt.Sprint(1000+rng.IntN(90000))), k.label
	}
	for _, f := range []struct {
		path  string
		fresh bool
	}{{known, false}, {anew, true}} {
		table := [][]string{{"text", "label"}}
		for range rows {
			text, label := ticket(f.fresh)
			if !f.fresh && rng.IntN(100) < 3 {
				_, label = ticket(false)
			}
			table = append(table, []string{text, label})
		}
		out, err := os.Create(f.path)
		if err != nil {
			return err
		}
		w := csv.NewWriter(out)
		if err := w.WriteAll(table); err != nil {
			out.Close()
			return err
		}
		if err := out.Close(); err != nil {
			return err
		}
	}
	return nil
}
