"""Records what transformers makes of odd lines.

Writes wordpiece.json and bytepair.json, two small tokenizers trained on the
lines themselves, as tokenizer.json has them, and subword.jsonl: an object a
line, with

    text       and its ids by a BertTokenizer in lower case ("uncased"), one
               that keeps case and accents ("cased"), a RobertaTokenizer
               ("bytes") and one with add_prefix_space ("spaced"), and where
               in the text, in bytes, the pieces of "uncased" stand ("places")
    or first, second, limit and the ids and types of the pair by the
               BertTokenizer, and the ids by the RobertaTokenizer ("bytes")

Training breaks ties at random, so another run has other pieces, and ids that
fit them.

    pip install transformers==5.24.0 tokenizers==0.23.3
    python subword.py
"""

import json

from tokenizers import ByteLevelBPETokenizer, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from transformers import BertTokenizer, RobertaTokenizer

LINES = [
    "", " ", "  \t\r\n\x0b\x0c \x85\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000 ", "a", " a ", "\n\n\nnew\n\nlines \n",
    "The film isn't good, but I can't say they'd have done it better; we've seen worse, and I'm sure you'll agree it's art.",
    "DON'T SHOUT! I'LL, WE'VE, THEY'RE", "'s 't 're 've 'm 'll 'd 'x '' ' 'S", "rock'n'roll 'tis o'clock ''quoted'' don’t",
    "well-known state-of-the-art -- and—dashes–too… ... .hack //Sign #1 @user $5.99 50% a+b=c <b>bold</b> &amp; ~`^|\\_{}[]",
    "café naïve Ångström Zoë façade El Niño São Paulo Đorđe Łódź Øre Ħ ŧ ı İ", "e\u0301 n\u0303 o\u0308\u0304 a\u0323\u0302 a\u0302\u0323 ế ệ \u0301alone q\u0307\u0323",
    "İstanbul ISPARTA ışık I i ı İ i\u0307 Dİ", "Straße STRASSE ẞ ß ﬁne ﬂow ﬀ ﬃ ĳ Ĳ ŉ ǆ ǅ Ǆ", "ΌΔΟΣ ΣΊΣΥΦΟΣ σίσυφος ς Σ ΑΣ, ΐ ΰ ᾳ ῼ \u1fbe \u037e \u0387",
    "Привет, Мир! ЁЛКА ёлка Ѐ Й й Ї Ґ", "Հայերեն և ՛՜՝՞ գիր։", "ქართული ენა ᲥᲐᲠᲗᲣᲚᲘ Ⴀ", "Ꭰ ꭰ Ᏸ ᏸ Ⲁ ⲁ Ⴟ 𐐀 𐐨 𞤀 𞤢 𐲀 Ꟗ",
    "東京都は日本の首都です。", "中文字符，混合English和數字123。", "豈更車賈 丽丸乁 𠀀𪜀𫝀𫠠\U0002b820\U0002ceb0\U00030000 々〇〡",
    "カタカナ ひらがな ガギグ が か\u3099 ﾊﾟﾝ ー〜・「」", "한국어 텍스트 각 갛 ㄱㄴㄷ 가각 ꥠ ힰ", "ภาษาไทยไม่มีช่องว่าง กำลัง น้ำ", "ລາວ မြန်မာဘာသာ ភាសាខ្មែរ བོད་ཡིག",
    "العربية مَرْحَبًا بِكَ لا إله ٱلسَّلَامُ ﷺ ﻻ ١٢٣ ۴۵ ، ؟", "עברית שָׁלוֹם \u05be׳״ בְּרֵאשִׁית \ufb2a", "हिन्दी में कि क्षत्रिय ज़िंदगी क़ १२३ ।", "বাংলা ক্ষ தமிழ் కన్నడ ಕನ್ನಡ മലയാളം සිංහල ਪੰਜਾਬੀ ગુજરાતી ଓଡ଼ିଆ",
    "ኢትዮጵያ ፡።፣ ⵜⵉⴼⵉⵏⴰⵖ ᓀᐦᐃᔭᐍᐏᐣ ᚠᚢᚦ᛫ ᠮᠣᠩᠭᠣᠯ \u180e", "👍 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷 ❤️ ☺ ☹︎ 1️⃣ 🤷🏾‍♀️ ©️ ™", "∀x∈ℝ: ⌈x⌉ ≠ x ≢ ∄ ∑∫√∞ ½ ⅓ ² ³ ① ⑳ Ⅷ ⅷ Å K Ω ℵ",
    "\x00null\x01\x02 \x07bell \x1b[31m esc \x7f del \x80\x9f c1 \ufffd bad", "soft\u00adhyphen zero\u200bwidth \u200cnon\u200djoin \u2060word \ufeffbom \u200emark\u200f \u202aembed\u202c \u2066iso\u2069",
    "\ue000private\uf8ff \U000f0000 \U0010fffd x\ue123y", "unassigned \u0378 \u0e3f\u0e3b \U0001fbff \U000e0080 \u2fe0", "tags \U000e0001\U000e0041 variation \ufe0f\U000e0100 combining \u20dd\u20e3\u1ab0",
    "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e\u030f\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317\u0318\u0319\u031a\u031b\u031c\u031d\u031e\u031f\u0320\u0321\u0322",
    "k\u302f\u302e\u1dfb k\u1dfb\u302f \U0001d165\U0001d16d\U0001d15f \u1b35\u1b44 \U000114bc \U000110bb", "\u0344 \u0958 \u2126 \u212b \u1fee \u0340\u0341\u0343 \u0374",
    "https://example.com/a/b?c=d&e=f#g http://www.foo.org, mail@some-host.co.uk C:\\dir\\file.txt", "U.S.A. Mr. Dr. e.g. i.e. a.m. 3.14 1,000,000 10/10 7:30 24-7 2nd 1990s",
    "a" * 99 + " " + "a" * 100 + " " + "a" * 101, "é" * 100 + " " + "é" * 101, "e\u0301" * 60 + " " + "\u200b" * 120 + "x", "supercalifragilisticexpialidocious antidisestablishmentarianism floccinaucinihilipilification",
    "[CLS] text [SEP] more [MASK] end[PAD] [UNK]", "a[MASK]b [mask] [ MASK ] [MASK [[SEP]] [SEP][SEP]", "<s> text </s> more <mask> end<pad> <unk> a<mask>b < mask > <MASK>", "##ing ing ## # ##a a##b [unused0] Ġ Ċ Ġthe",
    "x" * 30 + "y" * 30 + "!?" * 20, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bababababab", "trailing space ", " leading", "two  spaces   three    four", "tab\tsep\tvalues", "mixed \u00a0 \u3000spaces\u2003here \n end",
    "1 22 333 4444 12abc abc12 ١٢abc x² ½a 中1文2", "Don't!Stop?Now...ok;yes:no,maybe", "\"quoted\" “curly” ‘single’ «guillemets» „low“ ‹x› 『日』", "¡Hola! ¿Qué tal? · • ‣ ※ § ¶ † ‡ ° ′ ″ ¦ ¬ ¨ ¯ ´ ¸",
    "camelCase snake_case kebab-case SCREAMING_CASE x1y2z3 HTML5 C++ C# .NET", "for (int i = 0; i < n; i++) { a[i] += b[i] * c; } // done", "ᾼͅ ΑΙ ᾈ ᾀ ǰ ḧ ẘ ŉ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝐛𝐨𝐥𝐝 ⓐⓑ ＦＵＬＬ ｗｉｄｔｈ ﾊﾝｶｸ ᵃᵇ ₁₂",
]
WORDS = "the a of and to in is it that film movie good bad great not very was for with as but one all they you".split()
PAIRS = [("", ""), ("a", ""), ("", "a film"), ("the film is good", "a"), ("a", "the film is good and very bad"),
         ("the film is good", "the movie is bad"), ("it was one of all", "they")]


def directory(name, tokenizer):
    saved = json.loads(tokenizer.backend_tokenizer.to_str())
    with open(name, "w") as f:
        json.dump(saved, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")


def main():
    corpus = LINES + [" ".join(WORDS)] * 3
    t = Tokenizer(WordPiece(unk_token="[UNK]"))
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = set()
    for lower in (True, False):
        t.normalizer = normalizers.BertNormalizer(lowercase=lower)
        t.train_from_iterator(corpus, WordPieceTrainer(vocab_size=1500, special_tokens=special, show_progress=False))
        pieces |= set(t.get_vocab())
    # Half of the rare pieces are left out, so that some words are unknown.
    rest = sorted(p for p in pieces - set(special) if len(p) > 3 or sum(map(ord, p)) % 4)
    vocab = {p: i for i, p in enumerate(special + rest)}
    uncased = BertTokenizer(vocab=vocab)
    cased = BertTokenizer(vocab=vocab, do_lower_case=False)
    directory("wordpiece.json", uncased)

    b = ByteLevelBPETokenizer()
    b.train_from_iterator(corpus, vocab_size=700, min_frequency=2, show_progress=False,
                          special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    model = json.loads(b._tokenizer.to_str())["model"]
    merges = [tuple(m) for m in model["merges"]]
    roberta = RobertaTokenizer(vocab=model["vocab"], merges=merges)
    spaced = RobertaTokenizer(vocab=model["vocab"], merges=merges, add_prefix_space=True)
    directory("bytepair.json", roberta)

    with open("subword.jsonl", "w") as f:
        for text in LINES:
            out = {"text": text}
            for name, t in (("uncased", uncased), ("cased", cased), ("bytes", roberta), ("spaced", spaced)):
                out[name] = t(text)["input_ids"]
            at = [0]
            for c in text:
                at.append(at[-1] + len(c.encode()))
            out["places"] = [[at[a], at[b]] for a, b in uncased(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]]
            print(json.dumps(out, separators=(",", ":")), file=f)
        for first, second in PAIRS:
            for limit in [4, 5, 6, 7, 8, 9, 10, 12, 100]:
                # As a batch: alone, a second text that is empty counts as none.
                o = uncased([first], [second], truncation="longest_first", max_length=limit)
                out = {"first": first, "second": second, "limit": limit, "uncased": o["input_ids"][0], "types": o["token_type_ids"][0]}
                out["bytes"] = roberta([first], [second], truncation="longest_first", max_length=limit)["input_ids"][0]
                print(json.dumps(out, separators=(",", ":")), file=f)


main()
