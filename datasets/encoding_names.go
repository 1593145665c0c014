package datasets

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// encodingNamed returns an encoding of the WHATWG's list, or ISO-8859-1, which that
// list takes for Windows-1252; nil for UTF-8, UTF-16 and unknown names. It does not
// ask x/text/encoding/htmlindex, whose tables every program would carry, also one that
// reads no data.
func encodingNamed(name string) encoding.Encoding {
	name = strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(strings.TrimSpace(name)))
	switch name {
	case "latin1", "latin-1", "l1", "csisolatin1":
		return charmap.ISO8859_1
	case "ascii", "us-ascii", "ansi":
		return charmap.Windows1252
	case "latin2", "latin-2", "l2", "csisolatin2":
		return charmap.ISO8859_2
	case "latin3", "latin-3", "l3", "csisolatin3":
		return charmap.ISO8859_3
	case "latin4", "latin-4", "l4", "csisolatin4":
		return charmap.ISO8859_4
	case "cyrillic", "csisolatincyrillic":
		return charmap.ISO8859_5
	case "arabic", "csisolatinarabic", "asmo-708", "ecma-114":
		return charmap.ISO8859_6
	case "greek", "greek8", "csisolatingreek", "ecma-118", "elot-928", "sun-eu-greek":
		return charmap.ISO8859_7
	case "hebrew", "visual", "csisolatinhebrew", "csiso88598e", "iso-8859-8-e":
		return charmap.ISO8859_8
	case "logical", "iso-8859-8-i", "csiso88598i":
		return charmap.ISO8859_8I
	case "latin5", "latin-5", "l5", "csisolatin5":
		return charmap.Windows1254
	case "latin6", "latin-6", "l6", "csisolatin6":
		return charmap.ISO8859_10
	case "latin9", "latin-9", "l9", "csisolatin9":
		return charmap.ISO8859_15
	case "koi8-r", "koi8", "koi", "cskoi8r":
		return charmap.KOI8R
	case "koi8-u", "koi8-ru":
		return charmap.KOI8U
	case "macintosh", "mac", "csmacintosh", "x-mac-roman":
		return charmap.Macintosh
	case "x-mac-cyrillic", "x-mac-ukrainian":
		return charmap.MacintoshCyrillic
	case "tis-620", "dos-874":
		return charmap.Windows874
	case "ibm866", "csibm866":
		return charmap.CodePage866
	case "gb18030":
		return simplifiedchinese.GB18030
	case "gbk", "gb2312", "gb-2312", "gb-2312-80", "csgb2312", "chinese", "csiso58gb231280", "x-gbk", "iso-ir-58":
		return simplifiedchinese.GBK
	case "big5", "big5-hkscs", "cn-big5", "csbig5", "x-x-big5":
		return traditionalchinese.Big5
	case "euc-jp", "x-euc-jp", "cseucpkdfmtjapanese":
		return japanese.EUCJP
	case "shift-jis", "sjis", "x-sjis", "csshiftjis", "ms932", "ms-kanji", "windows-31j":
		return japanese.ShiftJIS
	case "iso-2022-jp", "csiso2022jp":
		return japanese.ISO2022JP
	case "euc-kr", "cseuckr", "korean", "csksc56011987", "ks-c-5601-1987", "ks-c-5601-1989", "ksc5601", "ksc-5601", "iso-ir-149":
		return korean.EUCKR
	}
	for _, prefix := range []string{"iso-8859-", "iso8859-", "iso8859"} {
		if number, ok := strings.CutPrefix(name, prefix); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(number, ":1987"), ":1988"))
			return latin(n)
		}
	}
	for _, prefix := range []string{"windows-", "windows", "x-cp", "cp-", "cp", "ibm-", "ibm", ""} {
		if number, ok := strings.CutPrefix(name, prefix); ok {
			if n, err := strconv.Atoi(number); err == nil {
				return codePage(n)
			}
		}
	}
	return nil
}

// latin is a part of ISO 8859, nil for one that there is not. As on the Web part 9 is
// Windows-1254 and part 11 Windows-874.
func latin(part int) encoding.Encoding {
	switch part {
	case 1:
		return charmap.ISO8859_1
	case 2:
		return charmap.ISO8859_2
	case 3:
		return charmap.ISO8859_3
	case 4:
		return charmap.ISO8859_4
	case 5:
		return charmap.ISO8859_5
	case 6:
		return charmap.ISO8859_6
	case 7:
		return charmap.ISO8859_7
	case 8:
		return charmap.ISO8859_8
	case 9:
		return charmap.Windows1254
	case 10:
		return charmap.ISO8859_10
	case 11:
		return charmap.Windows874
	case 13:
		return charmap.ISO8859_13
	case 14:
		return charmap.ISO8859_14
	case 15:
		return charmap.ISO8859_15
	case 16:
		return charmap.ISO8859_16
	}
	return nil
}

// codePage is one of Windows or DOS, nil for one that is not read.
func codePage(number int) encoding.Encoding {
	switch number {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 866:
		return charmap.CodePage866
	case 874:
		return charmap.Windows874
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case 1250:
		return charmap.Windows1250
	case 1251:
		return charmap.Windows1251
	case 1252:
		return charmap.Windows1252
	case 1253:
		return charmap.Windows1253
	case 1254:
		return charmap.Windows1254
	case 1255:
		return charmap.Windows1255
	case 1256:
		return charmap.Windows1256
	case 1257:
		return charmap.Windows1257
	case 1258:
		return charmap.Windows1258
	}
	return nil
}
