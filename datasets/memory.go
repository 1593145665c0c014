package datasets

import (
	"bytes"
	"io/fs"
	"time"
)

// InMemory is a file system of one file, which OpenTableFS takes: a table that a
// program holds rather than a disk.
func InMemory(name string, data []byte) fs.FS { return memoryFS{name, data} }

type memoryFS struct {
	name string
	data []byte
}

// Open implements fs.FS.
func (m memoryFS) Open(name string) (fs.File, error) {
	if name != m.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{bytes.NewReader(m.data), m}, nil
}

// memoryFile is read at any place, as Parquet is.
type memoryFile struct {
	*bytes.Reader
	of memoryFS
}

// memoryFile implements fs.File and fs.FileInfo.
func (f *memoryFile) Stat() (fs.FileInfo, error) { return fileInfo{f.of}, nil }
func (f *memoryFile) Close() error               { return nil }

type fileInfo struct{ of memoryFS }

func (i fileInfo) Name() string       { return i.of.name }
func (i fileInfo) Size() int64        { return int64(len(i.of.data)) }
func (i fileInfo) Mode() fs.FileMode  { return 0o444 }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return false }
func (i fileInfo) Sys() any           { return nil }
