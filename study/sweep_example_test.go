package study_test

import (
	"fmt"
	"image"
	"strings"

	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
)

// Two strengths in two recipes: what the table of the page says.
func ExampleSweep() {
	sweep := &study.Sweep{
		Axes: []study.SweepAxis{{Name: "strength", Values: []string{"1", "10"}}, {Name: "recipe", Values: []string{"gatys", "impasto"}}},
		Cells: []study.SweepCell{
			{Painted: true, Width: 512, Height: 384, Total: 4900, Content: 1040, Style: 3860},
			{Painted: true, Width: 512, Height: 384, Total: 40300, Content: 1270, Style: 39000},
			{Painted: true, Width: 512, Height: 384, Total: 16, Content: 0.9, Style: 15.1},
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
