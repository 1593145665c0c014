// Package weights keeps trained models: named tensors in safetensors files,
// and the artefact, a directory that holds everything needed to predict.
//
// # Tensors
//
// [Write] and [Read] speak the safetensors format: eight bytes with the
// length of a JSON header, the header, and the values of all tensors. Values
// are float32 in memory and F32, F16 or BF16 in the file; reading is exact,
// writing rounds to nearest even. What is written has the bytes that the
// reference implementation writes. What is read may come from strangers: the
// header is checked in full before a value is touched, and nothing is
// allocated on its word. Refused are
//
//   - a file shorter than the header says, or a header of more than 100 MB;
//   - a header that is not UTF-8, that is not exactly one JSON object that
//     begins in the first byte and is followed by nothing but spaces, that
//     has a key twice, or an unknown, missing or misspelt field;
//   - a dtype that the format does not know, negative, fractional or more
//     than 64 dimensions, a product of dimensions that overflows;
//   - a tensor whose bytes are not as many as its shape takes, tensors that
//     overlap or leave a hole, values cut short, bytes after the last tensor.
//
// The format's other types (F64, C64, I8 to I64, U8 to U64, BOOL, F8_E5M2,
// F8_E4M3 and F8_E8M0) are opened and listed too, but not converted: [File.Raw]
// returns the bytes of a tensor of any type, such as the I8 of quantised
// weights or a table of n-grams in U8. NaN and infinities are part of the
// format: [File.CheckFinite] finds them in F32, F16 and BF16.
//
// # The artefact
//
// An artefact is a directory of these files. Files that card.json does not
// list are ignored.
//
//	model.safetensors  the weights
//	vocab.txt          the vocabulary; a model without one has no such file
//	NAME.vocab.txt     a further vocabulary: Artefact.Vocabs["NAME"]
//	other names        what else the model reads: Artefact.Files
//	config.json        how to build the model and prepare its inputs
//	card.json          what the model is, and checksums of the files above
//	card.md            card.json for readers; never read by programs
//
// [Artefact.Pack] makes one file of it, a ZIP archive of these files.
//
// The tensors of model.safetensors have the names of PyTorch's state_dict,
// and every value is finite. vocab.txt is what [tokenize.Vocab.WriteTo]
// writes, and so are the vocabularies under names, such as source.vocab.txt and
// target.vocab.txt of a translator. Files under other names, such as a
// tokenizer.json or the word pieces of a model from elsewhere, are kept byte for
// byte. All names are lower-case letters, digits, '_' and '-' in words joined by
// single dots, at most 100 in all, and none that Windows takes for a device; so
// none leaves the directory, hides, or is one of those above in another
// spelling. config.json is one JSON object:
//
//	format      1, the version of this specification
//	model       the architecture, as its package under models calls it: "linear",
//	            "lstm", "mlp", "word2vec", ...
//	config      a JSON object, the architecture's own configuration
//	tokenizer   {"version": tokenize.Version, "config": {"lower": true}};
//	            absent for a model that takes no text; needs a vocabulary,
//	            vocab.txt or one under a name
//	classes     distinct names, in the order of the labels; absent for a
//	            regressor
//	preprocess  a JSON object, what else happens to an input; may be absent
//
// card.json is "format" and the fields of [Card]. Its files are
// model.safetensors, config.json, vocab.txt if the artefact has one, and those
// under names, each with its length and SHA-256.
//
// Both are UTF-8. Every key must be known, spelt exactly and given once;
// strings hold no control characters but newlines and tabs. [MaxWeights],
// [MaxVocab], [MaxJSON] and [MaxFile] bound the files, [MaxFiles] the number of
// those under names. A program refuses artefacts of
// another format version, and models whose tokenizer has another version than
// its own, because they would predict something else.
//
// A new version of an artefact is put in place of an old one through the
// directory .next: it appears there complete, by one rename, and its files
// are then moved up one by one, card.json last. A reader therefore looks for
// each file in .next first. Files that only the old version's card lists are
// removed; files that neither lists stay.
package weights
