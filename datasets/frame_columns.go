package datasets

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// frameColumns chooses the columns to be read.
func (t *Table) frameColumns(cfg FrameConfig) (y *frameReader, columns []*frameReader, err error) {
	target := t.target.column
	if cfg.Target != "" {
		target, err = t.find(cfg.Target)
	} else {
		err = t.target.err
	}
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]string{cfg.Features, cfg.Categorical, cfg.Ignore} {
		for _, name := range list {
			if _, err := t.find(name); err != nil {
				return nil, nil, err
			}
			if name == t.columns[target] {
				return nil, nil, fmt.Errorf("column %q is the target and cannot be a feature or ignored", name)
			}
		}
	}
	for _, name := range cfg.Ignore {
		if slices.Contains(cfg.Features, name) || slices.Contains(cfg.Categorical, name) {
			return nil, nil, fmt.Errorf("column %q is both to be read and to be ignored", name)
		}
	}
	problem := func(i int) string {
		if i < len(t.problems) {
			return t.problems[i]
		}
		return ""
	}
	if why := problem(target); why != "" {
		return nil, nil, fmt.Errorf("column %q, the target, %s", t.columns[target], why)
	}
	marks := newMarks(t.cfg.Missing)
	reader := func(i int) *frameReader {
		return &frameReader{name: t.columns[i], noun: t.noun(), index: i, marks: marks, codes: map[string]int32{}, counting: true, whole: true}
	}
	for i, name := range t.columns {
		asked := slices.Contains(cfg.Features, name)
		if i == target || slices.Contains(cfg.Ignore, name) || len(cfg.Features) > 0 && !asked {
			if slices.Contains(cfg.Categorical, name) {
				return nil, nil, fmt.Errorf("column %q is categorical, but none of the features", name)
			}
			continue
		}
		c := reader(i)
		c.categorical = slices.Contains(cfg.Categorical, name)
		c.asked = asked || c.categorical
		if why := problem(i); why != "" {
			if c.asked {
				return nil, nil, fmt.Errorf("column %q %s", name, why)
			}
			continue
		}
		columns = append(columns, c)
	}
	y = reader(target)
	y.target = true
	return y, columns, nil
}

// Select yields the rows of the table with the cells of the named columns in
// the order given. The sequence ends after the first error. A cell is valid
// until the next row is read.
func (t *Table) Select(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return t.choice(ctx, false, names)
}

// SelectRows is Select for Features: numbers of Parquet and JSON have an exponent,
// as in 1.234e0, lest a Reading with the decimal comma take them for 1234.
func (t *Table) SelectRows(ctx context.Context, names ...string) iter.Seq2[Row, error] {
	return t.choice(ctx, true, names)
}

func (t *Table) choice(ctx context.Context, exponents bool, names []string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		want := make([]int, len(names))
		for i, name := range names {
			var err error
			if want[i], err = t.find(name); err != nil {
				yield(Row{}, t.fail(0, err))
				return
			}
		}
		cells, bare := make([]string, len(names)), make([]bool, len(names))
		if err := t.each(ctx, want, func(r Row) (bool, error) {
			for i, c := range want {
				if cells[i] = r.Cells[c]; exponents {
					cells[i] = r.Feature(c)
				}
				if r.Bare != nil {
					bare[i] = r.Bare[c]
				}
			}
			row := Row{Line: r.Line, Cells: cells}
			if r.Bare != nil {
				row.Bare = bare
			}
			return yield(row, nil), nil
		}); err != nil {
			yield(Row{}, err)
		}
	}
}

// Feature returns a cell as SelectRows has it: a number of Parquet or JSON with an
// exponent, so that no one takes 1.234 for 1234.
func (r Row) Feature(column int) string {
	cell := r.Cells[column]
	if r.isTyped(column) && strings.Contains(cell, ".") && !strings.ContainsAny(cell, "eE") {
		return cell + "e0"
	}
	return cell
}
