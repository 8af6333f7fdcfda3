package study_test

import (
	"fmt"
	"image"
	"strings"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

// The table of a page with two strengths and two recipes.
func ExampleSweep() {
	terms := func(content, style float64) map[transfer.Kind]float64 {
		return map[transfer.Kind]float64{transfer.ContentTerm: content, transfer.StyleTerm: style}
	}
	sweep := &study.Sweep{
		Axes: []study.SweepAxis{{Name: "strength", Values: []string{"1", "10"}}, {Name: "recipe", Values: []string{"gatys", "impasto"}}},
		Cells: []study.SweepCell{
			{Painted: true, Width: 512, Height: 384, Total: 4900, Terms: terms(1040, 3860)},
			{Painted: true, Width: 512, Height: 384, Total: 40300, Terms: terms(1270, 39000)},
			{Painted: true, Width: 512, Height: 384, Total: 16, Terms: terms(0.9, 15.1)},
			{Problem: "the loss is not a number"},
		},
		Open: func(cell, long int) (image.Image, error) { return image.NewRGBA(image.Rect(0, 0, long, long*3/4)), nil },
	}
	for _, section := range sweep.Report(figure.English).Sections {
		if section.Table != nil {
			for _, row := range section.Table.Rows {
				fmt.Println(strings.Join(row[:min(5, len(row))], " "))
			}
		}
	}
	fmt.Println(sweep.Indices(sweep.At(1, 0)))
	// Output:
	// 1 gatys 4900 1040 3860
	// 10 gatys 40300 1270 39000
	// 1 impasto 16 0.9 15.1
	// 10 impasto failed
	// [1 0]
}
