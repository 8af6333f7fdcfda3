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
	Styles  []string `arg:"" optional:"" name:"style" help:"Painting, or several paintings to blend. Omit it if --vary style lists the paintings."`

	Vary []string `sep:"none" group:"look" placeholder:"NAME=V1,V2,..." help:"An option of style or a setting of the recipe, and its values. May be given up to three times: for columns, rows and sheets. If a value contains a comma, separate the values by semicolons."`

	Folder  string   `group:"result" placeholder:"FOLDER" help:"Folder for the pictures and their numbers. Pictures already there are not painted again. Default: CONTENT-STYLE-sweep in the current folder, numbered if that contains another sweep."`
	Output  []string `short:"o" sep:"none" group:"result" placeholder:"FILE" help:"Output file: a contact sheet (.png, numbered if there are several) or a self-contained page (.html). May be repeated. Default: sheet.png in the folder of the sweep."`
	Figures string   `group:"result" placeholder:"FOLDER" help:"Write numbered figures with captions to a new folder, for use in your own report."`
	Lang    string   `group:"result" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of sheets, pages, figures and captions."`
	Size    longSide `group:"result" default:"256" placeholder:"PIXELS" help:"Long side of the pictures in pixels, or original for that of the photograph."`
	Enlarge bool     `group:"result" help:"Allow a --size larger than the photograph."`

	lossFlags
	runFlags
	controlFlags
	machineFlags

	Yes    bool   `group:"report" help:"Paint without asking, even if there are more than 200 pictures."`
	DryRun bool   `group:"report" help:"Print the number of pictures, the memory and the time, without painting."`
	CSV    string `name:"csv" group:"report" placeholder:"FILE" help:"Also write the numbers to a CSV file."`
	reportFlags
}

// Help is the long help of the command.
func (*sweepCommand) Help() string {
	return defaultRecipe + `

Paints the same picture with different values of an option and shows the results side by side:

  impasto sweep me.jpg @night --vary strength=0.1,1,10 --vary recipe=gatys,impasto -o sweep.html

Each picture is saved as soon as it is finished. After Ctrl-C or a failure, the same command resumes the sweep; with
more values in a list it paints only the new ones. --vary style=@night,@glass varies the painting.`
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
		return usagef("%d pictures are to be painted, which takes about %s; use --yes to start", n, clock(forecast.left))
	}
	if err := w.folder.Begin(); err != nil {
		return err
	}
	return errors.Join(w.paintAll(ctx, forecast), w.tell(ctx))
}

// settle does everything that is possible without painting: it finds every cell with its digest, and the folder with
// its contents.
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

// checkOutputs returns an error if a result could not be written.
func (s *sweepCommand) checkOutputs() error {
	for _, path := range s.Output {
		if ending := strings.ToLower(filepath.Ext(path)); ending != ".png" && ending != ".html" {
			return usagef("-o %s: the extension must be one of .png, .html", path)
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

// sweepWork runs one sweep, from the names of its inputs to the files of its results.
type sweepWork struct {
	*sweepCommand
	console
	axes   []study.SweepAxis
	cells  []*sweepCell
	folder *study.SweepFolder
	easel  easel

	recipeFile string // its digest, if --recipe names a file
}

// pending returns the cells that are not painted yet.
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
