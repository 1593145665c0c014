package kernel

import "fmt"

// GatherRows copies row ids[i] of table, whose rows are width floats, to row i of
// dst. It panics when an id is outside the table.
func GatherRows(dst, table []float32, ids []int32, width int) {
	checkRows("GatherRows", len(dst), len(ids), width)
	for i, id := range ids {
		copy(dst[i*width:][:width], row("GatherRows", table, id, width))
	}
}

// AddRows adds row i of src, whose rows are width floats, to row rows[i] of dst,
// for i ascending. It panics when a row is outside dst.
func AddRows(dst []float32, rows []int32, src []float32, width int) {
	checkRows("AddRows", len(src), len(rows), width)
	for i, r := range rows {
		add(row("AddRows", dst, r, width), src[i*width:][:width])
	}
}

func checkRows(name string, floats, rows, width int) {
	if width < 0 || floats != rows*width {
		panic(fmt.Sprintf("kernel: %s: %d floats for %d rows of %d", name, floats, rows, width))
	}
}

// row returns row id of table.
func row(name string, table []float32, id int32, width int) []float32 {
	if first := int(id) * width; id >= 0 && first+width <= len(table) {
		return table[first:][:width]
	}
	panic(fmt.Sprintf("kernel: %s: row %d is outside the table of %d floats in rows of %d", name, id, len(table), width))
}
