package reference

import "github.com/impasto/impasto/engine"

// band is a number of rows of a feature map in plain memory.
type band[T number] struct {
	channels int
	rows     engine.Rows
	width    int
	data     []T // [C, rows, W]
}

func newBand[T number](channels int, rows engine.Rows, width int) band[T] {
	return band[T]{channels, rows, width, make([]T, channels*rows.Len()*width)}
}

// row returns row y of channel c, counted from the top of the complete map.
func (b band[T]) row(c, y int) []T {
	at := (c*b.rows.Len() + y - b.rows.From) * b.width
	return b.data[at : at+b.width]
}

// each calls do for every position of every channel.
func (b band[T]) each(do func(c, y, x int, v *T)) {
	for c := range b.channels {
		for y := b.rows.From; y < b.rows.To; y++ {
			row := b.row(c, y)
			for x := range row {
				do(c, y, x, &row[x])
			}
		}
	}
}

// widen returns b with n more columns on either side: column x reads source(x), or a zero if that is
// negative.
func (b band[T]) widen(n int, source func(x int) int) band[T] {
	wide := newBand[T](b.channels, b.rows, b.width+2*n)
	wide.each(func(c, y, x int, v *T) {
		if at := source(x - n); at >= 0 {
			*v = b.row(c, y)[at]
		}
	})
	return wide
}

// add adds o, which has the same rows.
func (b band[T]) add(o band[T]) {
	for i, v := range o.data {
		b.data[i] += v
	}
}

// reach returns the rows that a 3x3 convolution reads for r; those beyond the map do not exist.
func reach(r engine.Rows) engine.Rows { return engine.Rows{From: r.From - 1, To: r.To + 1} }
