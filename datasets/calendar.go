package datasets

import "math"

// CalendarPart is a part of the calendar that becomes inputs of its own.
type CalendarPart string

// The parts. A month and an hour become two inputs each, a place on a circle, so
// that December is next to January; a weekday becomes seven, of which one is 1. A
// missing time has zeros.
const (
	Month   CalendarPart = "month"
	Weekday CalendarPart = "weekday"
	Hour    CalendarPart = "hour"
)

// parts are all of them.
var parts = []CalendarPart{Month, Weekday, Hour}

func (p CalendarPart) width() int {
	switch p {
	case Month, Hour:
		return 2
	case Weekday:
		return 7
	}
	return 0
}

// sine holds sin(i*15 degrees) for a quarter of the circle: the same bits
// everywhere.
var sine = [7]float32{0, 0.25881904, 0.5, 0.70710677, 0.8660254, 0.9659258, 1}

// turn returns the sine of i*15 degrees.
func turn(i int) float32 {
	switch i = (i%24 + 24) % 24; {
	case i <= 6:
		return sine[i]
	case i <= 12:
		return sine[12-i]
	}
	return -turn(i - 12)
}

// of returns the part of a time in days, from 0 on.
func (p CalendarPart) of(days float64) int {
	t := dayTime(days)
	switch p {
	case Month:
		return int(t.Month()) - 1
	case Weekday:
		return int(t.Weekday())
	}
	return t.Hour()
}

// inputs sets the part's inputs.
func (p CalendarPart) inputs(to []float32, days float64) {
	clear(to)
	if math.IsNaN(days) {
		return
	}
	switch k := p.of(days); p {
	case Month:
		to[0], to[1] = turn(2*k), turn(2*k+6)
	case Weekday:
		to[k] = 1
	case Hour:
		to[0], to[1] = turn(k), turn(k+6)
	}
}

// partsOf returns the parts that differ among times.
func partsOf(days []float64) (differ []CalendarPart) {
	for _, p := range parts {
		for _, x := range days {
			if p.of(x) != p.of(days[0]) {
				differ = append(differ, p)
				break
			}
		}
	}
	return differ
}
