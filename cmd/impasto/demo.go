package main

import (
	"context"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

type demoCommand struct {
	Content string `arg:"" optional:"" default:"@cat" help:"Photograph."`
	Style   string `arg:"" optional:"" default:"@marble" help:"Painting."`

	Output string `short:"o" group:"result" placeholder:"FILE" help:"Output file, PNG or JPEG by its extension. Default: impasto-demo.png in the current folder, numbered so that no file is replaced."`
	Show   bool   `group:"result" help:"Also show the result in the terminal."`

	machineFlags
	reportFlags
}

// Help is the long help of the command.
func (*demoCommand) Help() string {
	return "The recipe is " + recipe.Default + ", the size 256 pixels; painting takes seconds."
}

// demoSettings paints a picture within seconds: at 128 pixels, where strokes and colours are placed, and then at
// 256.
var demoSettings = map[string]string{
	"scales": "2", "scale-ratio": "2", "smallest-scale": "128", "iterations": "50", "coarse-iterations": "2", "first-iterations": "2",
}

// demoSize is the long side of the demonstration's result.
const demoSize = 256

// Run paints the demonstration.
func (d *demoCommand) Run(ctx context.Context, c console) error {
	if d.Output == "" {
		var err error
		if d.Output, err = canvas.NextFree("impasto-demo.png"); err != nil {
			return err
		}
	}
	o, err := (&request{content: d.Content, styles: []string{d.Style}, size: longSide{demoSize}, network: d.Network,
		output: outputOf(d.Output, 0), settings: demoSettings}).order()
	if err != nil {
		return err
	}
	return (&painter{console: c, machine: d.machineFlags, report: d.reportFlags, order: o, output: d.Output, show: d.Show}).run(ctx)
}
