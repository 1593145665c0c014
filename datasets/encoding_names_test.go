package datasets

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// The names are those of the WHATWG's list with its encodings, but for ISO-8859-1,
// which is read as such, and those that other programs write.
func TestEncodingNames(t *testing.T) {
	for name := range strings.FieldsSeq(`866 cp866 csibm866 ibm866 csisolatin2 iso-8859-2 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
		csisolatin3 iso-8859-3 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 csisolatin4 iso-8859-4 l4 latin4 iso_8859-4:1988
		csisolatincyrillic cyrillic iso-8859-5 iso88595 iso_8859-5:1988 arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6 iso_8859-6:1987
		csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso_8859-7:1987 sun_eu_greek csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e
		iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical csisolatin6 iso-8859-10 iso8859-10 iso885910 l6 latin6 iso-8859-13 iso885913 iso-8859-14
		csisolatin9 iso-8859-15 iso885915 l9 iso-8859-16 cskoi8r koi koi8 koi8-r koi8_r koi8-ru koi8-u csmacintosh mac macintosh x-mac-roman
		dos-874 iso-8859-11 tis-620 windows-874 cp1250 windows-1250 x-cp1250 cp1251 windows-1251 x-cp1251 ascii us-ascii cp1252 windows-1252 x-cp1252
		cp1253 windows-1253 x-cp1253 cp1254 csisolatin5 iso-8859-9 iso_8859-9 l5 latin5 windows-1254 cp1255 windows-1255 cp1256 windows-1256 cp1257
		windows-1257 cp1258 windows-1258 x-mac-cyrillic x-mac-ukrainian chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
		big5 big5-hkscs cn-big5 csbig5 x-x-big5 cseucpkdfmtjapanese euc-jp x-euc-jp csiso2022jp iso-2022-jp csshiftjis ms932 ms_kanji shift-jis shift_jis sjis
		windows-31j x-sjis cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949`) {
		want, err := htmlindex.Get(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, spelt := range []string{name, " " + strings.ToUpper(name)} {
			if got := encodingNamed(spelt); got != want {
				t.Errorf("%q is %v, want %v", spelt, got, want)
			}
		}
	}
	for _, name := range []string{"latin1", "Latin-1", "ISO-8859-1", "iso_8859-1:1987", "iso88591"} {
		if got := encodingNamed(name); got != charmap.ISO8859_1 {
			t.Errorf("%q is %v", name, got)
		}
	}
	for name, page := range map[string]string{"cp932": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5", "1252": "windows-1252", "ANSI": "windows-1252"} {
		if want, err := htmlindex.Get(page); err != nil || encodingNamed(name) != want {
			t.Errorf("%q is %v, want %v, %v", name, encodingNamed(name), want, err)
		}
	}
	for _, name := range []string{"", "utf-8", "utf-16le", "utf-16be", "replacement", "x-user-defined", "iso-8859-12", "iso-8859-x", "windows-", "-1252", "ebcdic"} {
		if got := encodingNamed(name); got != nil {
			t.Errorf("%q is %v, want none", name, got)
		}
	}
}
