// Package lines cuts text into lines wherever it was written.
package lines

import "bytes"

// Split returns a function for a bufio.Scanner that ends lines at LF, CRLF and CR. A
// line is yielded as soon as its end is read: the LF behind a CR is passed over with
// the next line.
func Split() func(data []byte, atEOF bool) (advance int, token []byte, err error) {
	after := false // a CR
	return func(data []byte, atEOF bool) (int, []byte, error) {
		skip := 0
		if after && len(data) > 0 {
			if after = false; data[0] == '\n' {
				skip = 1
			}
		}
		rest := data[skip:]
		if at := bytes.IndexAny(rest, "\r\n"); at >= 0 {
			after = rest[at] == '\r'
			return skip + at + 1, rest[:at:at], nil
		}
		if atEOF && len(rest) > 0 {
			return len(data), rest, nil
		}
		return skip, nil, nil
	}
}
