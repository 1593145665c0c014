package recipe

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Setting is one thing in the recipes of a family that a flag can change. What
// is said here once gives the flag and its help, its refusal for recipes of
// other families, its completion, its place in the command of a card, and
// whether it belongs to the identity of a run.
type Setting struct {
	Flag   string // its name, without dashes
	Usage  string
	Type   Type
	Values []string // words that it takes, for completion; the first of several texts stands for none, as Text has it
	Else   string   // what a recipe without the setting does or is, as in "recipe X trains no LSTM"

	// Free settings say what of the data is read. They are not part of the
	// identity of a run, of which the fingerprint of the data is.
	Free bool

	// Of returns the setting in a body: String gives it as the flag does, "" for
	// what the flag cannot say, and Set changes it. An error of Set begins with
	// the value and says what was expected.
	Of func(Body) flag.Value
	// Check reports, when all flags are applied, what they do not allow
	// together; nil: nothing.
	Check func(Body) error
}

// Type is what the flag of a setting takes.
type Type string

// The types of settings.
const (
	TextType   Type = "string"
	ListType   Type = "strings" // separated by commas
	IntType    Type = "int"
	NumberType Type = "float"
	BoolType   Type = "bool"
)

// value implements flag.Value.
type value struct {
	get func() string
	set func(string) error
}

func (v value) String() string     { return v.get() }
func (v value) Set(s string) error { return v.set(s) }

// Value returns a flag.Value of the two functions.
func Value(get func() string, set func(string) error) flag.Value { return value{get, set} }

// Custom is a setting whose value the function makes.
func Custom[B Body](f func(B) flag.Value) func(Body) flag.Value {
	return func(b Body) flag.Value { return f(b.(B)) }
}

// Text is a setting that is one of the words, or any text where there are
// none. The first word stands for the empty text.
func Text[B Body](field func(B) *string, want string, words ...string) func(Body) flag.Value {
	return Custom(func(b B) flag.Value {
		p := field(b)
		return Value(func() string {
			if *p == "" && len(words) > 0 {
				return words[0]
			}
			return *p
		}, func(s string) error {
			if len(words) > 0 {
				if s != "" && !slices.Contains(words, s) {
					return fmt.Errorf("%q, want %s", s, want)
				}
				if s == words[0] {
					s = ""
				}
			}
			*p = s
			return nil
		})
	})
}

// List is a setting of texts separated by commas, any where allowed is empty. A
// text that holds a comma stands in double quotes.
func List[B Body](field func(B) *[]string, want string, allowed ...string) func(Body) flag.Value {
	return Custom(func(b B) flag.Value {
		p := field(b)
		return Value(func() string { return JoinList(*p) }, func(s string) error {
			list, err := SplitList(s)
			if err != nil {
				return fmt.Errorf("%q: %w", s, err)
			}
			for _, name := range list {
				if len(allowed) > 0 && !slices.Contains(allowed, name) {
					return fmt.Errorf("%q, want %s", s, want)
				}
			}
			*p = list
			return nil
		})
	})
}

// JoinList writes texts as a flag that takes several has them: separated by
// commas, in double quotes where a text needs it.
func JoinList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(list) // a strings.Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// SplitList reads what JoinList wrote.
func SplitList(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	return csv.NewReader(strings.NewReader(s)).Read()
}

// Int is a setting that is a whole number of at least least.
func Int[B Body](field func(B) *int, least int) func(Body) flag.Value {
	return Custom(func(b B) flag.Value {
		p := field(b)
		return Value(func() string { return strconv.Itoa(*p) }, func(s string) error {
			n, err := strconv.Atoi(s)
			if err != nil || n < least {
				return fmt.Errorf("%s, want %d or more", s, least)
			}
			*p = n
			return nil
		})
	})
}

// Number is a setting that is a number of which ok is true.
func Number[B Body](field func(B) *float64, want string, ok func(float64) bool) func(Body) flag.Value {
	return Custom(func(b B) flag.Value {
		p := field(b)
		return Value(func() string { return strconv.FormatFloat(*p, 'g', -1, 64) }, func(s string) error {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || math.IsNaN(x) || !ok(x) {
				return fmt.Errorf("%s, want %s", s, want)
			}
			*p = x
			return nil
		})
	})
}

// Bool is a setting that is on or off.
func Bool[B Body](field func(B) *bool) func(Body) flag.Value {
	return Custom(func(b B) flag.Value {
		p := field(b)
		return Value(func() string { return strconv.FormatBool(*p) }, func(s string) error {
			on, err := strconv.ParseBool(s)
			if err != nil {
				return errors.New(strconv.Quote(s) + ", want true or false")
			}
			*p = on
			return nil
		})
	})
}

// Then is a setting that does something more when it is set.
func Then[B Body](set func(Body) flag.Value, more func(B)) func(Body) flag.Value {
	return func(b Body) flag.Value {
		v := set(b)
		return Value(v.String, func(s string) error {
			if err := v.Set(s); err != nil {
				return err
			}
			more(b.(B))
			return nil
		})
	}
}
