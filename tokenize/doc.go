// Package tokenize turns text into tokens and tokens into ids.
package tokenize
