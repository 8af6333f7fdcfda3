package main

import "context"

type styleCommand struct {
	Content string   `arg:"" help:"Photograph: a file (PNG, JPEG, GIF, WebP, TIFF, BMP), or @NAME for a built-in picture."`
	Styles  []string `arg:"" name:"style" help:"Painting, or several to blend."`

	Output  string   `short:"o" group:"result" placeholder:"FILE" help:"Where the picture goes, PNG or JPEG by its ending; a complete picture replaces what is there. Default: CONTENT-STYLE.png in the current folder, numbered so that nothing is replaced."`
	Size    longSide `group:"result" default:"512" placeholder:"PIXELS" help:"Long side of the result in pixels, or original for the photograph's own. A photograph is never enlarged, unless with --enlarge."`
	Enlarge bool     `group:"result" help:"Let --size exceed the photograph."`
	Preview bool     `group:"result" help:"Draw the result in the terminal, too."`

	variationFlags
	lossFlags `set:"recipe=impasto"`
	runFlags
	controlFlags
	machineFlags

	DryRun bool   `group:"report" help:"Print the plan, its memory and its time, and paint nothing."`
	Trace  string `group:"report" placeholder:"FILE" help:"Write every iteration to a CSV file: iteration, scale, evaluations, seconds, total, each term, gradient_l2."`
	reportFlags
}

// Help is the long help of the command.
func (*styleCommand) Help() string {
	return `The picture starts as the photograph, and every step of the optimiser moves its pixels so that it
keeps the photograph's content and takes on the painting's style. Ctrl-C ends early and keeps the picture so far;
a second Ctrl-C ends at once.`
}

// Validate is called by kong.
func (s *styleCommand) Validate() error {
	if err := s.variationFlags.check(); err != nil {
		return err
	}
	return s.machineFlags.Validate()
}

// Run paints.
func (s *styleCommand) Run(ctx context.Context, c console) error {
	chosen, err := s.recipeAt(s.Effort, s.runFlags.values())
	if err != nil {
		return err
	}
	s.vary(&chosen)
	start, _ := s.start()
	return (&painter{
		console: c, machine: s.machineFlags, report: s.reportFlags, recipe: chosen,
		content: s.Content, styles: s.Styles, control: s.controlFlags, start: start, seed: s.Seed, variations: s.Variations,
		size: s.Size.pixels, enlarge: s.Enlarge,
		output: s.Output, preview: s.Preview, dryRun: s.DryRun, tracePath: s.Trace,
	}).run(ctx)
}
