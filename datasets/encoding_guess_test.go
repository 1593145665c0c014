package datasets

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

var foreignTexts = map[string]string{
	"gb18030":      "这部电影非常好看,差评\n导演的手法很有新意 我很喜欢,好评\n故事情节无聊,差评\n",
	"big5":         "這部電影非常好看,差評\n導演的手法很有新意 我很喜歡,好評\n故事情節無聊,差評\n",
	"shift_jis":    "この映画はとても面白かった,良い\n退屈でひどい話だった,悪い\n",
	"euc-jp":       "この映画はとても面白かった,良い\n退屈でひどい話だった,悪い\n",
	"euc-kr":       "이 영화는 정말 재미있었다,좋음\n지루하고 형편없는 이야기였다,나쁨\n",
	"windows-1251": "Этот фильм был очень хорошим,да\nСкучная и плохая история,нет\n",
	"koi8-r":       "Этот фильм был очень хорошим,да\nСкучная и плохая история,нет\n",
	"windows-1253": "Αυτή η ταινία ήταν πολύ καλή,ναι\nΒαρετή και κακή ιστορία,όχι\n",
	"windows-1255": "הסרט הזה היה טוב מאוד,כן\nסיפור משעמם ורע,לא\n",
	"windows-1256": "كان هذا الفيلم جيدا جدا,نعم\nقصة مملة وسيئة,لا\n",
	"windows-874":  "หนังเรื่องนี้ดีมาก,ใช่\nเรื่องน่าเบื่อและแย่,ไม่\n",
	"windows-1252": "Le café était très agréable,oui\nL’idée déplaît à la fin,non\n",
}

// Text in another encoding is refused with advice that reads it, and read by that.
func TestForeignEncodings(t *testing.T) {
	for name, text := range foreignTexts {
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		content := encoded("text,label\n"+text, e.NewEncoder())
		_, err = load(t, "a.csv", content, TableConfig{})
		var got *EncodingError
		if !errors.As(err, &got) || got.Seems != name && (got.Seems != "" || !strings.Contains(err.Error(), name)) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		set, err := load(t, "a.csv", content, TableConfig{Encoding: name})
		if err != nil || !strings.HasPrefix(text, set.Examples[0].Text) || set.Examples[0].Text == "" {
			t.Errorf("%s: %+v, %v", name, set, err)
		}
	}
	// Bytes that the encoding which was named does not have are no text.
	if _, err := load(t, "a.csv", encoded("text,label\n"+foreignTexts["gb18030"], mustEncoding(t, "gb18030"))+"\xff\xff,x\n", TableConfig{Encoding: "gb18030"}); !errors.Is(err, ErrEncoding) {
		t.Errorf("damaged: %v", err)
	}
}

func mustEncoding(t *testing.T, name string) interface{ String(string) (string, error) } {
	t.Helper()
	e, err := htmlindex.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return e.NewEncoder()
}

// Central European letters leave it to the reader.
func TestCentralEuropean(t *testing.T) {
	e, err := htmlindex.Get("windows-1250")
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(t, "a.csv", encoded("text,label\nŻółta łódka była piękna,tak\nNudna książka,nie\n", e.NewEncoder()), TableConfig{})
	var got *EncodingError
	if !errors.As(err, &got) || got.Seems != "" || !strings.Contains(err.Error(), "windows-1250") {
		t.Errorf("%v", err)
	}
}

// UTF-16 is recognised and told.
func TestUTF16IsRecognised(t *testing.T) {
	for name, e := range map[string]interface{ String(string) (string, error) }{
		"marked":            unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"marked, the other": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
		"unmarked":          unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(),
	} {
		content, err := e.String("text,label\ncaf\u00e9,yes\nno,no\n")
		if err != nil {
			t.Fatal(err)
		}
		table, err := openText("a.csv", content, TableConfig{})
		if err != nil || len(table.Doubts()) != 1 || !strings.Contains(table.Doubts()[0], "UTF-16") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if set, err := table.Load(t.Context()); err != nil || set.Examples[0].Text != "caf\u00e9" {
			t.Errorf("%s: %+v, %v", name, set, err)
		}
	}
}
