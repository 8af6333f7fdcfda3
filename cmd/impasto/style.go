package main

import (
	"context"

	"github.com/impasto/impasto/order"
)

type styleCommand struct {
	Content string   `arg:"" help:"Photograph: a file (PNG, JPEG, GIF, WebP, TIFF, BMP), or @NAME for a built-in picture."`
	Styles  []string `arg:"" name:"style" help:"Painting, or several to blend."`

	Output  string   `short:"o" group:"result" placeholder:"FILE" help:"Where the picture goes, PNG or JPEG by its ending; a complete picture replaces what is there. Default: CONTENT-STYLE.png in the current folder, numbered so that nothing is replaced."`
	Depth   int      `group:"result" default:"8" placeholder:"8|16" help:"Bits of a PNG's samples."`
	Size    longSide `group:"result" default:"512" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for the photograph's own. A photograph is never enlarged, unless with --enlarge."`
	Enlarge bool     `group:"result" help:"Let --size exceed the photograph."`
	Show    bool     `group:"result" help:"Show the result in the terminal, too."`

	variationFlags
	lossFlags
	runFlags
	controlFlags
	machineFlags

	DryRun bool   `group:"report" help:"Print the plan, its memory and its time, and paint nothing."`
	Trace  string `group:"report" placeholder:"FILE" help:"Write every iteration to a CSV file: iteration, scale, evaluations, seconds, total, each term, gradient_l2."`
	reportFlags
}

// Help is the long help of the command.
func (*styleCommand) Help() string {
	return defaultRecipe + `

The picture starts as the photograph, and every step of the optimiser moves its pixels so that it
keeps the photograph's content and takes on the painting's style. Ctrl-C ends early and keeps the picture so far;
a second Ctrl-C ends at once. The picture carries a record of how it was painted.`
}

// Validate is called by kong.
func (s *styleCommand) Validate() error {
	if err := s.variationFlags.check(); err != nil {
		return err
	}
	return s.machineFlags.Validate()
}

// order returns the order of the first picture.
func (s *styleCommand) order() (order.Order, error) {
	o, err := (&request{content: s.Content, styles: s.Styles, size: s.Size, enlarge: s.Enlarge, network: s.Network,
		output: outputOf(s.Output, s.Depth), loss: &s.lossFlags, run: &s.runFlags, control: &s.controlFlags}).order()
	if err != nil {
		return o, err
	}
	return o, s.vary(&o)
}

// Run paints.
func (s *styleCommand) Run(ctx context.Context, c console) error {
	o, err := s.order()
	if err != nil {
		return err
	}
	return (&painter{console: c, machine: s.machineFlags, report: s.reportFlags, order: o, variations: s.Variations,
		output: s.Output, show: s.Show, dryRun: s.DryRun, tracePath: s.Trace}).run(ctx)
}
