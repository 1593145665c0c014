// Package texts is labelled texts as data: an IMDB archive or a table of the
// user's own, read, tokenised once and cached, split, reported on, and what a
// classifier is measured on.
package texts
