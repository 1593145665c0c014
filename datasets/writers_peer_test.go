package datasets

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// readByParquetGo reads by github.com/parquet-go/parquet-go, for comparison.
func readByParquetGo(t *testing.T, path string) (map[string][]*string, map[string]error, error) {
	names, err := writtenParts(path)
	if err != nil {
		return nil, nil, err
	}
	cells, problems := map[string][]*string{}, map[string]error{}
	for _, name := range names {
		if err := peerFile(name, cells, problems); err != nil {
			return nil, nil, err
		}
	}
	return cells, problems, nil
}

func peerFile(name string, cells map[string][]*string, problems map[string]error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return err
	}
	for _, c := range p.Root().Columns() {
		if !c.Leaf() || c.MaxRepetitionLevel() > 0 {
			problems[c.Name()] = errors.New("nested")
			continue
		}
		if err := peerColumn(p, c, cells); err != nil {
			problems[c.Name()] = err
		}
	}
	return nil
}

func peerColumn(p *parquet.File, c *parquet.Column, cells map[string][]*string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if cells[c.Name()] == nil {
		cells[c.Name()] = []*string{}
	}
	for _, g := range p.RowGroups() {
		pages := g.ColumnChunks()[c.Index()].Pages()
		for {
			page, err := pages.ReadPage()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			values := make([]parquet.Value, page.NumValues())
			n, err := page.Values().ReadValues(values)
			if err != nil && err != io.EOF {
				return err
			}
			for _, v := range values[:n] {
				cells[c.Name()] = append(cells[c.Name()], peerCell(c, v))
			}
		}
		if err := pages.Close(); err != nil {
			return err
		}
	}
	return nil
}

// peerCell writes a value by its logical type.
func peerCell(c *parquet.Column, v parquet.Value) *string {
	if v.IsNull() {
		return nil
	}
	s := v.String()
	var logical format.LogicalTypeValue
	if l := c.Type().LogicalType(); l != nil {
		logical = l.Value
	} else if v.Kind() == parquet.FixedLenByteArray && c.Type().Length() == 2 { // it does not tell of half-precision numbers
		logical = new(format.Float16Type)
	}
	var number int64
	switch v.Kind() {
	case parquet.Int32:
		number = int64(v.Int32())
	case parquet.Int64:
		number = v.Int64()
	}
	bytes := v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray
	// scaled is what a number counts of a second.
	scaled := func(u format.TimeUnit) int64 {
		switch u.Value.(type) {
		case *format.MilliSeconds:
			return 1e3
		case *format.MicroSeconds:
			return 1e6
		}
		return 1e9
	}
	switch l := logical.(type) {
	case *format.DecimalType:
		x := big.NewInt(0)
		if bytes {
			b := v.ByteArray()
			if x.SetBytes(b); len(b) > 0 && b[0] >= 0x80 {
				x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
		} else {
			x = big.NewInt(number)
		}
		s = new(big.Rat).SetFrac(x, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.Scale)), nil)).FloatString(int(l.Scale))
	case *format.DateType:
		s = time.Unix(number*86400, 0).UTC().Format("2006-01-02")
	case *format.TimestampType:
		per := scaled(l.Unit)
		s = time.Unix(number/per, number%per*(1e9/per)).UTC().Format("2006-01-02T15:04:05.999999999")
	case *format.TimeType:
		s = time.Unix(0, number*(1e9/scaled(l.Unit))).UTC().Format("15:04:05.999999999")
	case *format.IntType:
		if s = strconv.FormatInt(number, 10); !l.IsSigned {
			if s = strconv.FormatUint(uint64(number), 10); v.Kind() == parquet.Int32 {
				s = strconv.FormatUint(uint64(uint32(number)), 10)
			}
		}
	case *format.Float16Type: // its Value says nothing of it; taken as it is meant
		b := v.ByteArray()
		s = fmt.Sprint(halfOf(uint16(b[0]) | uint16(b[1])<<8))
	case *format.UUIDType:
		b := v.ByteArray()
		s = fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	default:
		if bytes {
			s = string(v.ByteArray())
		} else if v.Kind() == parquet.Int96 {
			x := v.Int96()
			s = time.Unix((int64(x[2])-2440588)*86400, int64(uint64(x[1])<<32|uint64(x[0]))).UTC().Format("2006-01-02T15:04:05.999999999")
		}
	}
	s = strings.Clone(s)
	return &s
}

// halfOf is an IEEE 754 binary16 without subnormal numbers, which no writer here
// writes.
func halfOf(b uint16) float64 {
	if b&0x7fff == 0 {
		return 0
	}
	x := math.Ldexp(1+float64(b&1023)/1024, int(b>>10&31)-15)
	if b>>15 != 0 {
		return -x
	}
	return x
}
