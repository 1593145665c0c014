package weights

import (
	"fmt"
	"unicode/utf8"
)

// parse reads the header's JSON.
func (f *File) parse(header []byte) error {
	if !utf8.Valid(header) {
		return fmt.Errorf("%w: header is not UTF-8", ErrFormat)
	}
	if len(header) == 0 || header[0] != '{' {
		return fmt.Errorf("%w: header must begin with '{'", ErrFormat)
	}
	c := &cursor{b: header}
	err := c.object(func(key string) error {
		if key == metadataKey {
			return f.parseMetadata(c)
		}
		if _, ok := f.index[key]; ok {
			return c.errorf("tensor %.200q given twice", key)
		}
		info, err := parseTensor(c, key)
		if err != nil {
			return err
		}
		f.index[key] = len(f.infos)
		f.infos = append(f.infos, info)
		return nil
	})
	if err != nil {
		return err
	}
	for ; c.i < len(header); c.i++ {
		if header[c.i] != ' ' {
			return c.errorf("expected only spaces after the header, found %s", c.found())
		}
	}
	return nil
}

func (f *File) parseMetadata(c *cursor) error {
	if f.metadata != nil {
		return c.errorf("%s given twice", metadataKey)
	}
	f.metadata = map[string]string{}
	return c.object(func(key string) error {
		if _, ok := f.metadata[key]; ok {
			return c.errorf("metadata %.200q given twice", key)
		}
		value, err := c.string()
		f.metadata[key] = value
		return err
	})
}

func parseTensor(c *cursor, name string) (Info, error) {
	info := Info{Name: name}
	if name == "" {
		return info, c.errorf("tensor without a name")
	}
	var seen [3]bool
	once := func(field int, key string) error {
		if seen[field] {
			return c.errorf("tensor %.200q: %s given twice", name, key)
		}
		seen[field] = true
		return nil
	}
	err := c.object(func(key string) error {
		switch key {
		case "dtype":
			if err := once(0, key); err != nil {
				return err
			}
			s, err := c.string()
			if err != nil {
				return err
			}
			d, ok := dtypeByName[s]
			if !ok {
				return c.errorf("tensor %.200q: unknown dtype %.200q", name, s)
			}
			info.DType = d
			return nil
		case "shape":
			if err := once(1, key); err != nil {
				return err
			}
			return c.array(func() error {
				n, err := c.integer()
				if err != nil {
					return fmt.Errorf("tensor %.200q: shape: %w", name, err)
				}
				if len(info.Shape) == maxDimensions {
					return c.errorf("tensor %.200q: more than %d dimensions", name, maxDimensions)
				}
				info.Shape = append(info.Shape, n)
				return nil
			})
		case "data_offsets":
			if err := once(2, key); err != nil {
				return err
			}
			n, offsets := 0, [2]int{}
			err := c.array(func() (err error) {
				if n == 2 {
					return c.errorf("tensor %.200q: data_offsets of more than two numbers", name)
				}
				if offsets[n], err = c.integer(); err != nil {
					return fmt.Errorf("tensor %.200q: data_offsets: %w", name, err)
				}
				n++
				return nil
			})
			if err == nil && n != 2 {
				err = c.errorf("tensor %.200q: data_offsets of %d numbers, expected 2", name, n)
			}
			info.Begin, info.End = int64(offsets[0]), int64(offsets[1])
			return err
		}
		return c.errorf("tensor %.200q: unknown field %.200q", name, key)
	})
	if err != nil {
		return info, err
	}
	for i, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[i] {
			return info, c.errorf("tensor %.200q: no %s", name, key)
		}
	}
	return info, nil
}
