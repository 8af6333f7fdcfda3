package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/study"
)

type sweepCommand struct {
	Content string   `arg:"" help:"Photograph: a file, or @NAME for a built-in picture."`
	Styles  []string `arg:"" optional:"" name:"style" help:"Painting, or several to blend. None where --vary style lists them."`

	Vary []string `sep:"none" group:"look" placeholder:"NAME=V1,V2,..." help:"An option of style, or a setting of the recipe, and the values that it takes. May be repeated, three times at most: columns, rows, sheets. Where a value has a comma itself, separate them by semicolons."`

	Folder  string   `group:"result" placeholder:"FOLDER" help:"Where the pictures and their numbers are kept. What is there already is not painted again. Default: CONTENT-STYLE-sweep in the current folder, numbered where that holds another sweep."`
	Output  []string `short:"o" sep:"none" group:"result" placeholder:"FILE" help:"Where the sweep goes, by the ending: .png is the contact sheet (numbered, where there are several), .html a page of its own with everything inside. May be repeated. Default: sheet.png in the folder of the sweep."`
	Figures string   `group:"result" placeholder:"FOLDER" help:"Write numbered figures with captions, for a report of your own, into a new folder."`
	Lang    string   `group:"result" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of sheets, pages, figures and captions."`
	Size    longSide `group:"result" default:"256" placeholder:"PIXELS" help:"Long side of the pictures in pixels, or original for the photograph's own."`
	Enlarge bool     `group:"result" help:"Let --size exceed the photograph."`

	lossFlags
	runFlags
	controlFlags
	machineFlags

	Yes    bool   `group:"report" help:"Begin, however many pictures there are."`
	DryRun bool   `group:"report" help:"Print what would be painted, its memory and its time, and paint nothing."`
	CSV    string `name:"csv" group:"report" placeholder:"FILE" help:"Write the numbers as CSV, too."`
	reportFlags
}

// Help is the long help of the command.
func (*sweepCommand) Help() string {
	return defaultRecipe + `

Paints the same picture with other values of an option and lays the results side by side:

  impasto sweep me.jpg @night --vary strength=0.1,1,10 --vary recipe=gatys,impasto -o sweep.html

Each picture is kept as soon as it is finished. After Ctrl-C, or a failure, the same command goes on where it
ended; with more values in a list it paints only those that are new. --vary style=@night,@glass varies the painting.`
}

// askBeyond is the number of pictures that a sweep paints without --yes.
const askBeyond = 200

// Run sweeps.
func (s *sweepCommand) Run(ctx context.Context, c console) error {
	axes, err := s.axes()
	if err != nil {
		return err
	}
	w := &sweepWork{sweepCommand: s, console: c, axes: axes}
	if err := w.settle(ctx); err != nil {
		return err
	}
	defer w.close()
	forecast, err := w.forecast(ctx)
	if err != nil {
		return err
	}
	if s.DryRun {
		return w.printForecast(forecast)
	}
	if n := len(w.pending()); n > askBeyond && !s.Yes {
		return usagef("%d pictures are to be painted, which takes about %s; say --yes to begin", n, clock(forecast.left))
	}
	if err := w.folder.Begin(); err != nil {
		return err
	}
	return errors.Join(w.paintAll(ctx, forecast), w.tell(ctx))
}

// settle finds all that can be found out without painting: every cell with its digest, the folder and what is
// in it.
func (w *sweepWork) settle(ctx context.Context) error {
	if err := w.checkOutputs(); err != nil {
		return err
	}
	if err := w.makeCells(); err != nil {
		return err
	}
	if err := w.identify(ctx); err != nil {
		return err
	}
	var err error
	if w.folder, err = w.openFolder(); err != nil {
		return err
	}
	if err := w.admit(w.Figures); err != nil {
		return err
	}
	return w.recall()
}

// checkOutputs fails where a result could not be written.
func (s *sweepCommand) checkOutputs() error {
	for _, path := range s.Output {
		if ending := strings.ToLower(filepath.Ext(path)); ending != ".png" && ending != ".html" {
			return usagef("-o %s: the ending must be one of .png, .html", path)
		}
		if err := checkFile(path); err != nil {
			return err
		}
	}
	if s.CSV == "" {
		return nil
	}
	return checkFile(s.CSV)
}

// sweepWork is one sweep from names to files.
type sweepWork struct {
	*sweepCommand
	console
	axes   []study.SweepAxis
	cells  []*sweepCell
	folder *study.SweepFolder
	easel  easel

	recipeFile string // its digest, where --recipe names a file
}

// pending lists the cells that are still to be painted.
func (w *sweepWork) pending() []*sweepCell {
	var cells []*sweepCell
	for _, cell := range w.cells {
		if cell.stored == nil {
			cells = append(cells, cell)
		}
	}
	return cells
}

func (w *sweepWork) close() { w.easel.close() }
