package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

type reconstructCommand struct {
	Content reconstructContentCommand `cmd:"" help:"Reconstruct pictures from the features of one layer at a time, to show what each layer keeps of the content."`
	Style   reconstructStyleCommand   `cmd:"" help:"Synthesise textures, at any size, from the Gram matrices of more and more layers, to show what these keep of the style."`
}

// descentFlags are the flags of both kinds of reconstruction.
type descentFlags struct {
	Size       longSide `group:"look" default:"224" placeholder:"PIXELS" help:"Long side of the picture in pixels, or original for its own."`
	Iterations int      `group:"optimisation" placeholder:"N" help:"Steps of L-BFGS for each picture. Default: 200, or 500 for content from the second block."`
	Seed       uint64   `group:"optimisation" default:"0" placeholder:"N" help:"Seed of the white noise."`
	Frames     string   `group:"result" placeholder:"FOLDER" help:"Write the pictures of the iterations to a new folder."`

	studyFlags
	machineFlags
	reportFlags
}

type reconstructContentCommand struct {
	Image  string   `arg:"" help:"Picture: a file, or @NAME for a built-in one."`
	Layers []string `group:"look" default:"relu1_2,relu2_2,relu3_3,relu4_2,relu5_1" placeholder:"LAYERS" help:"Layers, with one picture for each."`

	descentFlags
}

type reconstructStyleCommand struct {
	Image   string      `arg:"" help:"Picture: a file, or @NAME for a built-in one."`
	Layers  []string    `group:"look" default:"relu1_1,relu2_1,relu3_1,relu4_1,relu5_1" placeholder:"LAYERS" help:"Layers: the first picture is made from the first layer, the second from the first two, and so on."`
	Texture textureSize `group:"result" placeholder:"WxH" help:"Size of the textures in pixels, such as 512x256. Default: that of the picture."`

	descentFlags
}

// textureSize is the value of --texture; zero means the size of the picture.
type textureSize struct{ width, height int }

// UnmarshalText parses a size such as 512x256.
func (t *textureSize) UnmarshalText(text []byte) error {
	w, h, _ := strings.Cut(string(text), "x")
	var failed [2]error
	t.width, failed[0] = strconv.Atoi(w)
	t.height, failed[1] = strconv.Atoi(h)
	if errors.Join(failed[:]...) != nil || t.width < 1 || t.height < 1 {
		return fmt.Errorf("%q is not a size; write width and height in pixels, as 512x256", text)
	}
	return nil
}

// Run reconstructs from content.
func (r *reconstructContentCommand) Run(ctx context.Context, c console) error {
	w := r.work("content", r.Image, r.Layers)
	return w.run(ctx, c, func(m *impasto.Model, picture *canvas.Picture, d study.Descent) ([]*study.Reconstruction, error) {
		return study.ReconstructContent(ctx, m, picture, r.Layers, d)
	}, study.ContentReport)
}

// Run reconstructs from style.
func (r *reconstructStyleCommand) Run(ctx context.Context, c console) error {
	w := r.work("style", r.Image, r.Layers)
	return w.run(ctx, c, func(m *impasto.Model, picture *canvas.Picture, d study.Descent) ([]*study.Reconstruction, error) {
		width, height := r.Texture.width, r.Texture.height
		if width == 0 {
			width, height = picture.Width, picture.Height
		}
		return study.ReconstructStyle(ctx, m, picture, r.Layers, width, height, d)
	}, study.StyleReport)
}

func (f *descentFlags) work(kind, image string, layers []string) *reconstructionWork {
	return &reconstructionWork{descentFlags: f, kind: kind, image: image, layers: layers}
}

// reconstructionWork runs one reconstruction, from the names of its inputs to the files of its results.
type reconstructionWork struct {
	*descentFlags
	kind, image string
	layers      []string
}

type (
	reconstructFunc func(m *impasto.Model, picture *canvas.Picture, d study.Descent) ([]*study.Reconstruction, error)
	reportFunc      func(picture *canvas.Picture, done []*study.Reconstruction, lang figure.Language) *figure.Report
)

func (w *reconstructionWork) run(ctx context.Context, c console, reconstruct reconstructFunc, report reportFunc) error {
	if w.Iterations < 0 {
		return usagef("--iterations: %d; it must be 1 or more", w.Iterations)
	}
	if err := w.check(stem(w.image)+"-"+w.kind, ".png", ".html", ".gif"); err != nil {
		return err
	}
	if err := freshFolder(w.Frames); err != nil {
		return err
	}
	picture, err := w.load(w.image)
	if err != nil {
		return err
	}
	model, err := w.look(ctx, c, w.layers)
	if err != nil {
		return err
	}
	defer model.Close()
	film := study.NewFilm(w.layers)
	progress := &descentReporter{console: c, how: w.Progress, layers: w.layers, picture: picture}
	done, err := reconstruct(model, picture, study.Descent{Iterations: w.Iterations, Seed: w.Seed,
		Progress: func(i int, p *impasto.Progress) error {
			progress.tell(i, p)
			if w.Frames != "" || slices.ContainsFunc(w.Output, isGIF) {
				return film.See(i, p)
			}
			return nil
		}})
	progress.close()
	if len(done) == 0 {
		return err
	}
	made := w.made(model, "reconstruct "+w.kind, w.image, w.layers, w.settings())
	failed := w.write(func(lang figure.Language) *figure.Report { return withMade(report(picture, done, lang), made) }, film)
	if failed == nil && w.Frames != "" {
		failed = film.WriteFrames(w.Frames)
	}
	if failed == nil {
		failed = w.print(c, model, picture, done)
	}
	switch {
	case failed != nil:
		return errors.Join(err, failed)
	case err != nil && ctx.Err() != nil:
		return interrupted{fmt.Sprintf("%d of %d pictures are in %s", len(done), len(w.layers), strings.Join(w.Output, ", "))}
	}
	return err
}

// settings returns the flags that determine the numbers.
func (f *descentFlags) settings() string {
	s := fmt.Sprintf("--size %d --seed %d", f.Size.pixels, f.Seed)
	if f.Iterations > 0 {
		s += fmt.Sprintf(" --iterations %d", f.Iterations)
	}
	return s
}

func isGIF(path string) bool { return strings.EqualFold(filepath.Ext(path), ".gif") }

// load reads a picture at the requested size.
func (w *reconstructionWork) load(name string) (*canvas.Picture, error) {
	return loadAt(name, w.Size.pixels)
}

// descentReporter reports each reconstruction as a run of its own.
type descentReporter struct {
	console
	how     string
	layers  []string
	picture *canvas.Picture
	current int // counts from 1
	reporter
}

func (d *descentReporter) tell(i int, p *transfer.Progress) {
	if d.current != i+1 {
		d.close()
		d.current = i + 1
		if d.how != "none" && d.how != "json" {
			d.notef("%s (%d of %d)", d.layers[i], i+1, len(d.layers))
		}
		d.reporter = newReporter(d.how, d.console, []transfer.Scale{{Width: p.Width, Height: p.Height, Iterations: p.Iterations}})
	}
	d.reporter.tell(p)
}

func (d *descentReporter) close() {
	if d.reporter != nil {
		d.reporter.close()
		d.reporter = nil
	}
}

// reconstructResult is what --json prints.
type reconstructResult struct {
	Kind    string             `json:"kind"`
	Outputs []string           `json:"outputs"`
	Width   int                `json:"width"`
	Height  int                `json:"height"`
	Network string             `json:"network"`
	Seed    uint64             `json:"seed"`
	Layers  []reconstructLayer `json:"layers"`
}

type reconstructLayer struct {
	Name      string    `json:"name"`
	FirstLoss float64   `json:"first_loss"`
	LastLoss  float64   `json:"last_loss"`
	PSNR      float64   `json:"psnr,omitempty"` // dB
	Seconds   float64   `json:"seconds"`
	Losses    []float64 `json:"losses"` // at the start and after each iteration
}

func (w *reconstructionWork) print(c console, model *impasto.Model, picture *canvas.Picture, done []*study.Reconstruction) error {
	result := reconstructResult{Kind: w.kind, Outputs: w.Output, Width: picture.Width, Height: picture.Height, Network: model.Network().Name, Seed: w.Seed}
	for _, r := range done {
		result.Layers = append(result.Layers, reconstructLayer{r.Name(), r.Start(), r.End(), r.PSNR, r.Elapsed.Seconds(), r.Curve})
	}
	if w.JSON {
		return printJSON(c, result)
	}
	for _, l := range result.Layers {
		quality := ""
		if l.PSNR != 0 {
			quality = fmt.Sprintf(", PSNR %.1f dB", l.PSNR)
		}
		fmt.Fprintf(c.out, "%s: loss %.5g -> %.5g%s, %.3g s\n", l.Name, l.FirstLoss, l.LastLoss, quality, l.Seconds)
	}
	_, err := fmt.Fprintf(c.out, "written: %s\n", strings.Join(w.Output, ", "))
	return err
}
