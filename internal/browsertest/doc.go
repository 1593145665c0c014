// Package browsertest drives the page of zoo serve, and that of zoo page, in a real
// Chromium. It is a module of its own, so that the zoo's dependencies are not those of a
// browser's driver:
//
//	cd internal/browsertest && go test ./...
//
// Without Chromium the tests are skipped, or fail where ZOO_BROWSER=must. The screenshots
// are kept in the directory that ZOO_SCREENSHOTS names.
package browsertest
