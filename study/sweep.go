package study

import (
	"image"
	"slices"

	"github.com/impasto/impasto/transfer"
)

// Sweep is one picture painted again and again with other values of one to three options, and everything else
// the same.
type Sweep struct {
	// Axes are the options that vary. The values of the first make columns, those of the second rows, and
	// each value of the third has a sheet of its own.
	Axes []SweepAxis
	// Cells hold one combination of values each, in order, the first axis fastest.
	Cells []SweepCell
	// Open returns the picture of a painted cell, whose long side may be reduced to so many pixels.
	Open func(cell, long int) (image.Image, error)
	// Settings are names and values of all that is the same, or follows from the axes.
	Settings [][2]string
}

// SweepAxis is an option with the values that it takes.
type SweepAxis struct {
	Name   string
	Values []string
}

// SweepCell is the result of one combination of values.
type SweepCell struct {
	Painted bool
	Problem string // why it could not be painted; empty where it was, or where nobody has tried yet

	Width, Height int // pixels
	Iterations    int
	Seconds       float64

	Total float64                   // loss at the end
	Terms map[transfer.Kind]float64 // how much of it each kind is, with its weight
	// Content and Style divided by their weights; 0 where a weight is 0.
	FreeContent, FreeStyle float64
}

// Painted counts the cells that have a picture.
func (s *Sweep) Painted() int {
	n := 0
	for _, c := range s.Cells {
		if c.Painted {
			n++
		}
	}
	return n
}

// At returns the number of the cell with the given values, one index for each axis.
func (s *Sweep) At(indices ...int) int {
	cell := 0
	for k := len(s.Axes) - 1; k >= 0; k-- {
		cell = cell*len(s.Axes[k].Values) + indices[k]
	}
	return cell
}

// Indices returns which value of each axis a cell has: the inverse of At.
func (s *Sweep) Indices(cell int) []int {
	indices := make([]int, len(s.Axes))
	for k, a := range s.Axes {
		indices[k] = cell % len(a.Values)
		cell /= len(a.Values)
	}
	return indices
}

// The most rows and columns of one sheet: what can be looked at.
const (
	mostColumns = 8
	mostRows    = 10
	// A single option makes rows of so many pictures.
	rowOfOne = 6
)

// contactSheet is a part of a sweep that is drawn as one figure: rows of cells with their labels.
type contactSheet struct {
	cells [][]int
	heads [][]string // of the columns, for each row; a row without has those of the row above
	sides []string   // of the rows; none for a sweep over one option
	third int        // index of the third axis' value
}

// contactSheets parts the cells into sheets.
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

// grid is the sheet of some columns and rows.
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

// rowsOfOne are the sheets of one option: its values line by line, in lines of equal length.
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
