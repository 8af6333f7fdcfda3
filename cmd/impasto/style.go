package main

import (
	"context"

	"github.com/impasto/impasto/order"
)

type styleCommand struct {
	Content string   `arg:"" help:"Photograph: a file (${formats}), or @NAME for a built-in picture."`
	Styles  []string `arg:"" name:"style" help:"Painting, or several paintings to blend."`

	Output  string   `short:"o" group:"result" placeholder:"FILE" help:"Output file, ${written} by its extension; an existing file is replaced once the picture is complete. Default: CONTENT-STYLE.png in the current folder, numbered so that no file is replaced."`
	Depth   int      `group:"result" default:"8" placeholder:"8|16" help:"Bits per sample of a PNG."`
	Size    longSide `group:"result" default:"512" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for that of the photograph. The photograph is enlarged only with --enlarge."`
	Enlarge bool     `group:"result" help:"Allow a --size larger than the photograph."`
	Show    bool     `group:"result" help:"Also show the result in the terminal."`

	variationFlags
	lossFlags
	runFlags
	controlFlags
	machineFlags

	DryRun bool   `group:"report" help:"Print the plan with its memory and time, without painting."`
	Trace  string `group:"report" placeholder:"FILE" help:"Write every iteration to a CSV file: iteration, scale, evaluations, seconds, total, each term, gradient_l2."`
	reportFlags
}

// Help is the long help of the command.
func (*styleCommand) Help() string {
	return defaultRecipe + `

The picture starts as the photograph. Every step of the optimiser changes its pixels so that it keeps the
photograph's content and takes on the painting's style. Ctrl-C stops early and saves the picture so far; a second
Ctrl-C stops at once. A record of how the picture was painted is stored in its file.`
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
