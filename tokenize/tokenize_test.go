package tokenize

import (
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The wanted tokens are separated by blanks.
var cases = []struct{ name, text, want string }{
	{"empty", "", ""},
	{"blank", " \t\r\n\u00a0\u3000\u200b", ""},
	{"sentence", "I loved it, really!", "I loved it , really !"},

	{"contractions", "don't they'd you've I'm we'll he's they're she'd", "do n't they 'd you 've I 'm we 'll he 's they 're she 'd"},
	{"upper case", "DON'T IT'S I'VE THEY'D", "DO N'T IT 'S I 'VE THEY 'D"},
	{"contraction before marks", `can't. "won't" (isn't), didn't?!`, `ca n't . " wo n't " ( is n't ) , did n't ? !`},
	{"contraction before a word", "don't-miss it's/was don't...miss", "do n't - miss it 's / was do n't ... miss"},
	{"contractions in a row", "couldn't've I'd've", "could n't 've I 'd 've"},
	{"contraction outside ASCII", "ȺȺȺȺn't café's İİİ's ǰǰn't", "ȺȺȺȺ n't café 's İİİ 's ǰǰ n't"},
	{"clitics alone", "n't 's 'd 've", "n't 's 'd 've"},
	{"two words in one", "cannot gonna gotta Cannot.", "can not gon na got ta Can not ."},
	{"names", "O'Malley's O'Brien o'clock ma'am rock'n'roll D'Artagnan", "O'Malley 's O'Brien o'clock ma'am rock'n'roll D'Artagnan"},
	{"possessive", "80's actors' James's", "80 's actors ' James 's"},
	{"elided", "'em 'Cause 'til", "'em 'Cause 'til"},
	{"accents for apostrophes", "it´s don`t ´quoted`", "it 's do n't ´ quoted `"},

	{"quotes", `'some' "most" 'really good' 'sup`, `' some ' " most " ' really good ' ' sup`},
	{"curly quotes", "“It’s ‘great’,” he said", `" It 's ' great ' , " he said`},
	{"brackets", "(good)[bad]{so-so}", "( good ) [ bad ] { so - so }"},
	{"nested", `("Hello!")...`, `( " Hello ! " ) ...`},
	{"many marks", `what!!!!!!!!!!?`, "what ! ! ! ! ! ! ! ! ! ! ?"},

	{"break element", "movie.<br /><br />I", "movie . I"},
	{"tags", "<p class=\"a>b\">Hi <i>there</i></p> un<b>believ</b>able <a href=x>y</a><hr noshade>z", "Hi there unbelievable y z"},
	{"no tags", "a <3 b a < b x<y>z if x <y and z> w <br <http://a.b/c> <-", "a <3 b a < b x z if x < y and z > w < br < http://a.b/c > < -"},
	{"comments", "a<!-- b <i> c -->d <!DOCTYPE html>e<?xml version='1'?>f <!-- g", "a d e f < ! -- g"},
	{"script and style", "a<script>b</script>c<style>d</STYLE>e<script>f", "a c e f"},
	{"entities", "&quot;Q&amp;A&quot; R&D AT&T &lt;b&gt; &#39;x&#x27; caf&eacute; &hellip; a&nbsp;b &bogus; &", `" Q&A " R&D AT&T < b > ' x ' café … a b & bogus ; &`},
	{"entities once", "&amp;quot; x&amp;rsquo;y", `& quot ; x & rsquo ; y`},
	{"entity of odd characters", "a&#0;b c&#xD800;d e&#10;f &#150;", "a\ufffdb c\ufffdd e f –"},

	{"words without a blank", "bad...I left.It awful/terrible movie,but end!The a;b (a)b", "bad ... I left . It awful / terrible movie , but end ! The a ; b ( a ) b"},
	{"numbers", "7/10 8.5/10 1,000,000 10:30 3.14 .5 1-2 100% $5.50 £3 3rd 1980s 90°", "7/10 8.5/10 1,000,000 10:30 3.14 .5 1 - 2 100 % $ 5.50 £ 3 3rd 1980s 90°"},
	{"end of a number", "7/10. 1,000, 10: 3.The", "7/10 . 1,000 , 10 : 3 . The"},
	{"hyphens", "well-known sci-fi 20-year-old -good- --wow-- a—b a – b non\u2011stop", "well - known sci - fi 20 - year - old - good - -- wow -- a — b a – b non - stop"},
	{"ellipses", "so.. so... so…… (so....)", "so .. so ... so …… ( so .... )"},
	{"stars", "**1/2 *great* f**k sh*t", "* * 1/2 * great * f**k sh*t"},
	{"joined by a mark", "AT&T Ke$ha a_b _x_ C++ A+ B- a-", "AT&T Ke$ha a_b _ x _ C++ A+ B- a -"},

	{"abbreviations", "Mr. Smith, Mrs. Jones vs. Dr. (St.) Prof. Ph.D. Jr.", "Mr. Smith , Mrs. Jones vs. Dr. ( St. ) Prof. Ph.D. Jr."},
	{"no abbreviations", "It. No. So. (Bad.) Yes.", "It . No . So . ( Bad . ) Yes ."},
	{"initials", "U.S.A. U.S. e.g. i.e., p.m.) J.R.R. Samuel L. Jackson T.V U.S... U.S.A.'s", "U.S.A. U.S. e.g. i.e. , p.m. ) J.R.R. Samuel L. Jackson T.V U.S ... U.S.A. 's"},
	{"initials and a word", "J.Smith e.g.the Mr.Smith", "J. Smith e.g. the Mr. Smith"},
	{"I at the end", "It was I.", "It was I ."},

	{"addresses", "http://www.imdb.com/title/tt1/. (https://a.org/b_(c)), www.x.de! imdb.com? me@mail.example.org; @user #tag", "http://www.imdb.com/title/tt1/ . ( https://a.org/b_(c) ) , www.x.de ! imdb.com ? me@mail.example.org ; @user # tag"},
	{"no addresses", "left.it film.De a@b", "left . it film . De a@b"},

	{"emoticons", "great :) sad:( :-D ;) :P. :). (^_^) xD ¯\\_(ツ)_/¯ <3, :))))", "great :) sad :( :-D ;) :P . :) . (^_^) xD ¯\\_(ツ)_/¯ <3 , :))))"},
	{"no emoticons", "10:30 note:Please a:( b x:o1", "10:30 note : Please a :( b x : o1"},
	{"emoji", "👍👍🏽👨‍👩‍👧🇩🇪❤️ok", "👍 👍🏽 👨‍👩‍👧 🇩🇪 ❤️ ok"},

	{"Chinese", "我喜欢。很好!", "我 喜 欢 。 很 好 !"},
	{"Japanese", "この映画スターが「好き」", "こ の 映 画 スター が 「 好 き 」"},
	{"Korean", "이 영화는 좋다.", "이 영화는 좋다 ."},
	{"combining marks", "cafe\u0301's नमस्ते।", "cafe\u0301 's नमस्ते ।"},

	{"broken UTF-8", "caf\xe9 \xff\xfe a\xc3", "caf\ufffd \ufffd\ufffd a\ufffd"},
	{"controls", "a\x00b\x1fc\x7f", "a b c"},
	{"Windows-1252 as Latin-1", "it\u0092s \u0093so\u0094 a\u0085b c\u0096d", `it 's " so " a … b c – d`},
	{"invisible", "co\u00adop\u200eerate\u200bnow\ufeff", "cooperate now"},
}

func TestTokens(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // without and with the cache
				got := New(Config{}).Tokens(c.text)
				if diff := cmp.Diff(strings.Fields(c.want), append([]string{}, got...)); diff != "" {
					t.Errorf("tokens of %q (-want +got):\n%s", c.text, diff)
				}
			}
			checkText(t, c.text)
		})
	}
}

func TestLower(t *testing.T) {
	got := New(Config{Lower: true}).Tokens("The U.S.A. DON'T ÉCOLE İs :P ẞ")
	want := []string{"the", "u.s.a.", "do", "n't", "école", "is", ":p", "ß"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	got := New(Config{}).Append([]string{"<s>"}, "so it goes")
	if diff := cmp.Diff([]string{"<s>", "so", "it", "goes"}, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzTokens checks what holds for any text at all.
func FuzzTokens(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Add("'''''''s's'n't'm're'll'")
	f.Add("x'sn't'll'x 'sn't n'tn't Ⱥ'sn't")
	f.Add("&amp;rsquo;&rsquo;a&ampamp;;&#59;&semi;&notit;")
	f.Add("(8-D (8D) (o:o:o (=:0) 8D. $XDD! :3a")
	f.Add("<a b='>'<i <b <!--<--> <script></script <style>")
	f.Fuzz(checkText)
}

var shared = [2]*Tokenizer{New(Config{}), New(Config{Lower: true})}

func checkText(t *testing.T, text string) {
	tokens := shared[0].Tokens(text)
	joined := strings.Join(tokens, "")
	plain := string((&plainer{src: text}).fill(nil, math.MaxInt/2, nil))

	for _, token := range tokens {
		if token == "" || !utf8.ValidString(token) || strings.ContainsFunc(token, unicode.IsSpace) || len(token) > maxToken {
			t.Errorf("bad token %q", token)
		}
	}
	// Every character of the plain text survives, not letters and digits
	// alone; only gaps go.
	if want := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isGap(byte(r)) {
			return -1
		}
		return r
	}, plain); joined != want {
		t.Errorf("tokens of %q hold %q, want %q", text, joined, want)
	}
	// Where there is no markup, that can be said without plainer. The
	// controls U+0080 to U+009F may stand for letters.
	if !strings.ContainsAny(text, "<&") && !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 && r < 0xa0 }) {
		text := strings.ToValidUTF8(text, "\ufffd")
		if got, want := alphanumeric(joined), alphanumeric(text); got != want {
			t.Errorf("letters and digits of %q are %q, want %q", text, got, want)
		}
	}
	// Lower case changes characters and nothing else.
	for i, token := range shared[1].Tokens(text) {
		if i >= len(tokens) || token != strings.Map(unicode.ToLower, tokens[i]) || len(alphanumeric(token)) == 0 != (len(alphanumeric(tokens[i])) == 0) {
			t.Fatalf("token %d of %q in lower case is %q of %q", i, text, token, tokens)
		}
	}
	// Neither cache nor what came before make a difference.
	var direct []string
	for _, span := range strings.FieldsFunc(plain, func(r rune) bool { return r < utf8.RuneSelf && isGap(byte(r)) }) {
		b := breaker{s: span} // without shapes each piece goes to prose
		b.run()
		direct = append(direct, b.out.tokens...)
		if b.out.lost {
			t.Errorf("prose lost a part of a piece of %q", span)
		}
	}
	if !slices.Equal(tokens, direct) {
		t.Errorf("tokens of %q:\n%q\nwithout cache:\n%q", text, tokens, direct)
	}
	if again := shared[0].Tokens(text); !slices.Equal(tokens, again) {
		t.Errorf("tokens of %q:\n%q\nthe second time:\n%q", text, tokens, again)
	}
	// What prose is spared it would not have split.
	for _, token := range tokens {
		if !settled(token) {
			continue
		}
		if got, ok := appendProse(nil, token); !ok || !slices.Equal(got, []string{token}) {
			t.Errorf("prose makes %q of the token %q", got, token)
		}
	}
}

func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// TestReviews checks the same on real reviews, if there are any.
func TestReviews(t *testing.T) {
	if os.Getenv("ZOO_IMDB") == "" {
		t.Skip("ZOO_IMDB does not name the IMDB archive")
	}
	for _, text := range reviews(t, 1000) {
		checkText(t, text)
	}
}

// TestProseAlone documents why the normaliser is there. If one of these
// fails, prose has learned something and a rule may go.
func TestProseAlone(t *testing.T) {
	for _, text := range []string{"don't-miss", "'really", "O'Malley", "don't."} {
		if got, ok := appendProse(nil, text); ok {
			t.Errorf("prose loses nothing of %q: %q", text, got)
		}
	}
	for text, want := range map[string][]string{"bad...I": {"bad...I"}, "they'd": {"they'd"}, "It.": {"It."}, ":).": {":", ")", "."}} {
		if got, _ := appendProse(nil, text); !slices.Equal(got, want) {
			t.Errorf("prose makes %q of %q, used to make %q", got, text, want)
		}
	}
}

// TestShapes compares the answers for a stand-in with those for real words.
func TestShapes(t *testing.T) {
	shapes := newCache(shapeSlots)
	for _, word := range []string{"", "a", "It", "Mr", "No", "8D", "XDD", "U.S.A", "isn", "Word", "movie", "USSR", "1984", "café", strings.Repeat("long", 20)} {
		for _, opening := range []string{"", "(", `"`, `("`, "[$", "(((", "$("} {
			for _, ending := range []string{"", ".", "!?", `."`, ")", `").`, "':", ",;]", "''", "'s", "n't", "'LL", "'m", "'re"} {
				s := opening + word + ending
				direct, cached := splitter{}, splitter{shapes: shapes}
				direct.piece(s, len(opening), len(opening)+len(word))
				for range 2 {
					cached.tokens = nil
					cached.piece(s, len(opening), len(opening)+len(word))
					if !slices.Equal(cached.tokens, direct.tokens) {
						t.Errorf("shape of %q gives %q, prose %q", s, cached.tokens, direct.tokens)
					}
				}
			}
		}
	}
}

// TestManyGoroutines shares a tokenizer; the race detector watches.
func TestManyGoroutines(t *testing.T) {
	tok := New(Config{Lower: true})
	texts := madeUp(50)
	want := make([][]string, len(texts))
	for i, text := range texts {
		want[i] = New(Config{Lower: true}).Tokens(text)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range texts {
				i = (i*7 + g) % len(texts)
				if !slices.Equal(tok.Tokens(texts[i]), want[i]) {
					t.Errorf("text %d differs", i)
				}
			}
		})
	}
	wg.Wait()
}
