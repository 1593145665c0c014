package parquet

import (
	"errors"
	"fmt"
	"slices"
)

// kind is a physical type.
type kind int32

const (
	boolean kind = iota
	int32s
	int64s
	int96s
	floats
	doubles
	byteArray
	fixedByteArray
)

func (k kind) String() string {
	names := [...]string{"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("type %d", int32(k))
	}
	return names[k]
}

// width returns the bytes of a plain value, 0 where they vary.
func (c *column) width() int {
	switch c.kind {
	case int32s, floats:
		return 4
	case int64s, doubles:
		return 8
	case int96s:
		return 12
	case fixedByteArray:
		return c.length
	}
	return 0
}

// element is one of the schema, which is a tree in preorder.
type element struct {
	column
	children   int32
	repetition int32
}

// parse reads the footer, a FileMetaData.
func (f *File) parse(footer []byte) error {
	t := &thrift{b: footer}
	var schema []element
	encrypted := false
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 2 && typ == tList:
			t.list(tStruct, func() { schema = append(schema, t.schemaElement()) })
		case id == 3 && typ == tI64:
			f.rows = t.int()
		case id == 4 && typ == tList:
			t.list(tStruct, func() { f.groups = append(f.groups, t.group()) })
		case id == 5 && typ == tList:
			t.list(tStruct, func() {
				var key, value string
				t.fields(func(id int16, typ byte) bool {
					switch {
					case id == 1 && typ == tBinary:
						key = t.string()
					case id == 2 && typ == tBinary:
						value = t.string()
					default:
						return false
					}
					return true
				})
				f.meta[key] = value
			})
		case id == 8:
			encrypted = true
			return false
		default:
			return false
		}
		return true
	})
	switch {
	case errors.Is(t.err, errShort):
		return corrupt("%w", t.err)
	case t.err != nil:
		return t.err
	case encrypted:
		return unsupported("the file is encrypted")
	}
	if err := f.flatten(schema); err != nil {
		return err
	}
	return f.check()
}

// schemaElement reads a SchemaElement.
func (t *thrift) schemaElement() element {
	e := element{column: column{kind: -1}}
	converted := int32(-1)
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == tI32:
			e.kind = kind(t.i32())
		case id == 2 && typ == tI32:
			e.length = int(t.i32())
		case id == 3 && typ == tI32:
			e.repetition = t.i32()
		case id == 4 && typ == tBinary:
			e.name = t.string()
		case id == 5 && typ == tI32:
			e.children = t.i32()
		case id == 6 && typ == tI32:
			converted = t.i32()
		case id == 7 && typ == tI32:
			if scale := int(t.i32()); e.scale == 0 {
				e.scale = scale
			}
		case id == 10 && typ == tStruct:
			t.logicalType(&e)
		default:
			return false
		}
		return true
	})
	if e.logical == none && e.problem == "" && !e.unsigned {
		e.convertedType(converted)
	}
	return e
}

func (t *thrift) group() (g group) {
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == tList:
			t.list(tStruct, func() { g.chunks = append(g.chunks, t.chunk()) })
		case id == 3 && typ == tI64:
			g.rows = t.int()
		default:
			return false
		}
		return true
	})
	return g
}

func (t *thrift) chunk() (c chunk) {
	var data, dictionary int64
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 || id == 8: // file_path, crypto_metadata
			c.elsewhere = true
		case id == 3 && typ == tStruct:
			t.fields(func(id int16, typ byte) bool {
				switch {
				case id == 1 && typ == tI32:
					c.kind = kind(t.i32())
				case id == 4 && typ == tI32:
					c.codec = t.i32()
				case id == 5 && typ == tI64:
					c.values = t.int()
				case id == 7 && typ == tI64:
					c.size = t.int()
				case id == 9 && typ == tI64:
					data = t.int()
				case id == 11 && typ == tI64:
					dictionary = t.int()
				default:
					return false
				}
				return true
			})
			return true
		}
		return false
	})
	c.start = data
	if dictionary > 0 && dictionary < data { // some writers set it without having one
		c.start = dictionary
	}
	return c
}

// flatten finds the top-level columns of the schema.
func (f *File) flatten(schema []element) error {
	if len(schema) == 0 {
		return corrupt("there is no schema")
	}
	leaf, next := 0, 1
	// tree passes over an element and what is below it.
	var tree func(depth int) error
	tree = func(depth int) error {
		if next >= len(schema) || depth > maxDepth {
			return corrupt("the schema is no tree")
		}
		e := schema[next]
		next++
		if e.children == 0 {
			leaf++
			return nil
		}
		for i := int32(0); i < e.children; i++ {
			if err := tree(depth + 1); err != nil {
				return err
			}
		}
		return nil
	}
	for i := int32(0); i < schema[0].children; i++ {
		first := leaf
		at := next
		if err := tree(0); err != nil {
			return err
		}
		c := schema[at].column
		c.leaf = first
		c.optional = schema[at].repetition == 1
		switch {
		case schema[at].children != 0 || schema[at].repetition > 1:
			c.problem = "is nested or repeated"
		case c.kind < 0 || c.kind > fixedByteArray:
			return corrupt("column %q is of %v", c.name, c.kind)
		case c.kind == fixedByteArray && (c.length <= 0 || c.length > 1<<20):
			return corrupt("column %q has values of %d bytes", c.name, c.length)
		}
		c.settle()
		f.columns = append(f.columns, c)
	}
	if next != len(schema) {
		return corrupt("the schema has %d elements too many", len(schema)-next)
	}
	// Some writers leave groups without rows, and what they say of their columns
	// means nothing.
	f.groups = slices.DeleteFunc(f.groups, func(g group) bool { return g.rows == 0 })
	for i, g := range f.groups {
		if len(g.chunks) != leaf {
			return corrupt("row group %d has %d columns of %d", i, len(g.chunks), leaf)
		}
	}
	return nil
}

// check compares what the footer says with the size of the file.
func (f *File) check() error {
	var rows int64
	// A column of one value costs a few bytes whatever its length, so that
	// the size alone does not bound the rows; more than these nobody stores.
	limit := 1<<20 + 100*f.size
	for i, g := range f.groups {
		if g.rows < 0 || g.rows > limit {
			return corrupt("row group %d claims %d rows in a file of %d bytes", i, g.rows, f.size)
		}
		rows += g.rows
		for _, c := range f.columns {
			k := g.chunks[c.leaf]
			if c.problem != "" || k.elsewhere {
				continue
			}
			switch {
			case k.kind != c.kind:
				return corrupt("column %q is %v, and %v in row group %d", c.name, c.kind, k.kind, i)
			case k.values != g.rows:
				return corrupt("column %q has %d values for %d rows in row group %d", c.name, k.values, g.rows, i)
			case k.start < 4 || k.size < 0 || k.start > f.size || k.size > f.size-k.start:
				return corrupt("column %q lies outside the file in row group %d", c.name, i)
			}
		}
	}
	if rows != f.rows || rows > limit {
		return corrupt("the file claims %d rows, its row groups %d", f.rows, rows)
	}
	return nil
}
