package study

import (
	"image"
	"slices"

	"github.com/impasto/impasto/transfer"
)

// Sweep is one picture painted with different values of one to three options, everything else being equal.
type Sweep struct {
	// Axes are the options that vary: the first over columns, the second over rows, and the third over sheets.
	Axes []SweepAxis
	// Cells hold one combination of values each; the first axis varies fastest.
	Cells []SweepCell
	// Open returns the picture of a painted cell, whose long side may be reduced to the given number of pixels.
	Open func(cell, long int) (image.Image, error)
	// Settings are the names and values of settings that are constant or depend on the axes.
	Settings [][2]string
}

// SweepAxis is an option with its values.
type SweepAxis struct {
	Name   string
	Values []string
}

// SweepCell is the result of one combination of values.
type SweepCell struct {
	Painted bool
	Problem string // why it could not be painted; empty if it was, or has not been tried

	Width, Height int // pixels
	Iterations    int
	Seconds       float64

	Total float64                   // final loss
	Terms map[transfer.Kind]float64 // the weighted sum of each kind of term
	// Content and style loss divided by their weights; 0 if a weight is 0.
	FreeContent, FreeStyle float64
}

// Painted returns the number of cells with a picture.
func (s *Sweep) Painted() int {
	n := 0
	for _, c := range s.Cells {
		if c.Painted {
			n++
		}
	}
	return n
}

// At returns the index of the cell with the given values, one index for each axis.
func (s *Sweep) At(indices ...int) int {
	cell := 0
	for k := len(s.Axes) - 1; k >= 0; k-- {
		cell = cell*len(s.Axes[k].Values) + indices[k]
	}
	return cell
}

// Indices returns the index of the value of each axis for a cell: the inverse of At.
func (s *Sweep) Indices(cell int) []int {
	indices := make([]int, len(s.Axes))
	for k, a := range s.Axes {
		indices[k] = cell % len(a.Values)
		cell /= len(a.Values)
	}
	return indices
}

// The largest numbers of rows and columns of a legible sheet.
const (
	mostColumns = 8
	mostRows    = 10
	// The number of pictures in a row for a single option.
	rowOfOne = 6
)

// contactSheet is a part of a sweep that is drawn as one figure: rows of cells with their labels.
type contactSheet struct {
	cells [][]int
	heads [][]string // of the columns, for each row; a row without heads has those of the row above
	sides []string   // labels of the rows; none for a sweep over one option
	third int        // index of the third axis' value
}

// contactSheets divides the cells into sheets.
func (s *Sweep) contactSheets() []contactSheet {
	if len(s.Axes) == 1 {
		return s.rowsOfOne()
	}
	third := 1
	if len(s.Axes) == 3 {
		third = len(s.Axes[2].Values)
	}
	var sheets []contactSheet
	for k := range third {
		for rows := range slices.Chunk(upTo(len(s.Axes[1].Values)), mostRows) {
			for columns := range slices.Chunk(upTo(len(s.Axes[0].Values)), mostColumns) {
				sheets = append(sheets, s.grid(columns, rows, k))
			}
		}
	}
	return sheets
}

// grid returns the sheet of the given columns and rows.
func (s *Sweep) grid(columns, rows []int, third int) contactSheet {
	sheet := contactSheet{third: third, heads: make([][]string, len(rows))}
	for _, i := range columns {
		sheet.heads[0] = append(sheet.heads[0], s.Axes[0].Values[i])
	}
	for _, j := range rows {
		var row []int
		for _, i := range columns {
			row = append(row, s.At([]int{i, j, third}[:len(s.Axes)]...))
		}
		sheet.cells = append(sheet.cells, row)
		sheet.sides = append(sheet.sides, s.Axes[1].Values[j])
	}
	return sheet
}

// rowsOfOne returns the sheets of one option, with its values in rows of equal length.
func (s *Sweep) rowsOfOne() []contactSheet {
	values := s.Axes[0].Values
	lines := (len(values) + rowOfOne - 1) / rowOfOne
	length := (len(values) + lines - 1) / lines
	var sheets []contactSheet
	for part := range slices.Chunk(upTo(len(values)), length*mostRows) {
		sheet := contactSheet{}
		for row := range slices.Chunk(part, length) {
			sheet.cells = append(sheet.cells, row)
			sheet.heads = append(sheet.heads, values[row[0]:row[len(row)-1]+1])
		}
		sheets = append(sheets, sheet)
	}
	return sheets
}

// upTo returns 0, 1, ... n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
