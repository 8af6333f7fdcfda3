package main

import (
	"context"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
)

type demoCommand struct {
	Content string `arg:"" optional:"" default:"@cat" help:"Photograph."`
	Style   string `arg:"" optional:"" default:"@marble" help:"Painting."`

	Output string `short:"o" group:"result" placeholder:"FILE" help:"Where the picture goes. Default: impasto-demo.png in the current folder, numbered so that nothing is replaced."`
	Show   bool   `group:"result" help:"Show the result in the terminal, too."`

	machineFlags
	reportFlags
}

// Help is the long help of the command.
func (*demoCommand) Help() string {
	return "Paints with recipe " + recipe.Default + " at 256 pixels, within seconds."
}

// demoSettings make a picture within seconds: at 128 pixels, where strokes and colours find their place,
// then at 256.
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
