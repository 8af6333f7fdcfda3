package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/internal/atomicfile"
	"github.com/impasto/impasto/study"
)

// inspectFlags are the flags of commands that look at layers.
type inspectFlags struct {
	Size longSide `group:"look" default:"512" placeholder:"PIXELS" help:"Long side of the picture in pixels, or original for its own."`
	CSV  string   `name:"csv" group:"report" placeholder:"FILE" help:"Also write the numbers to a CSV file."`
	JSON bool     `group:"report" help:"Print the result as one JSON object on standard output."`

	studyFlags
	machineFlags
}

type inspectFeaturesCommand struct {
	Image    string   `arg:"" help:"Picture: a file, or @NAME for a built-in one."`
	Layers   []string `group:"look" default:"relu3_1" placeholder:"LAYERS" help:"Layers to look at."`
	Channels int      `group:"look" default:"9" placeholder:"N" help:"Number of channels to show of each layer, strongest first."`
	Patches  int      `group:"look" default:"6" placeholder:"N" help:"Number of patches to show of each channel."`

	inspectFlags
}

// Run looks at the features.
func (f *inspectFeaturesCommand) Run(ctx context.Context, c console) error {
	if f.Channels < 1 || f.Patches < 1 {
		return usagef("--channels %d, --patches %d: both must be 1 or more", f.Channels, f.Patches)
	}
	if err := f.check(stem(f.Image)+"-features", ".png", ".html"); err != nil {
		return err
	}
	picture, err := loadAt(f.Image, f.Size.pixels)
	if err != nil {
		return err
	}
	model, err := f.look(ctx, c, f.Layers)
	if err != nil {
		return err
	}
	defer model.Close()
	studies, err := study.StudyFeatures(ctx, model, picture, f.Layers, f.Channels, f.Patches)
	if err != nil {
		return err
	}
	made := f.made(model, "inspect features", f.Image, f.Layers, fmt.Sprintf("--size %d --channels %d --patches %d", f.Size.pixels, f.Channels, f.Patches))
	if err := f.write(func(lang figure.Language) *figure.Report {
		return withMade(study.FeaturesReport(picture, studies, lang), made)
	}, nil); err != nil {
		return err
	}
	if err := writeCSV(f.CSV, channelRows(studies)); err != nil {
		return err
	}
	return f.print(c, model.Network().Name, picture, studies)
}

// featuresResult is what --json prints.
type featuresResult struct {
	Outputs []string        `json:"outputs"`
	Width   int             `json:"width"`
	Height  int             `json:"height"`
	Network string          `json:"network"`
	Layers  []featuresLayer `json:"layers"`
}

type featuresLayer struct {
	Name         string            `json:"name"`
	Channels     int               `json:"channels"`
	Height       int               `json:"height"`
	Width        int               `json:"width"`
	Field        int               `json:"receptive_field"` // pixels
	Stride       int               `json:"stride"`          // pixels
	Offset       int               `json:"offset"`          // of the receptive field of position 0, in pixels
	Dead         float64           `json:"dead"`            // share of values not above 0
	DeadChannels int               `json:"dead_channels"`
	Mean         float64           `json:"mean"`
	Norm         float64           `json:"norm"`
	Strongest    []featuresChannel `json:"strongest"`
}

type featuresChannel struct {
	Channel int           `json:"channel"`
	Norm    float64       `json:"norm"`
	Mean    float64       `json:"mean"`
	Max     float64       `json:"max"`
	Active  float64       `json:"active"` // share of positions
	Patches []patchResult `json:"patches"`
}

// patchResult is a patch: its position in the map, the value there, and the pixels of its receptive field, which
// may lie outside the picture.
type patchResult struct {
	X     int     `json:"x"`
	Y     int     `json:"y"`
	Value float64 `json:"value"`
	Seen  [4]int  `json:"seen"` // left, top, right, bottom
}

func patchResults(patches []study.Patch) []patchResult {
	results := make([]patchResult, len(patches))
	for i, p := range patches {
		results[i] = patchResult{p.X, p.Y, p.Value, [4]int{p.Seen.Min.X, p.Seen.Min.Y, p.Seen.Max.X, p.Seen.Max.Y}}
	}
	return results
}

func (f *inspectFeaturesCommand) print(c console, network string, picture *canvas.Picture, studies []*study.Features) error {
	result := featuresResult{Outputs: f.Output, Width: picture.Width, Height: picture.Height, Network: network}
	for _, s := range studies {
		layer := featuresLayer{Name: s.Layer.String(), Channels: s.Shape.Channels, Height: s.Shape.Height, Width: s.Shape.Width,
			Field: s.Field.Size, Stride: s.Field.Stride, Offset: s.Field.Start, Dead: s.Dead, DeadChannels: s.DeadChannels, Mean: s.Mean, Norm: s.Norm}
		for _, ch := range s.Channels[:min(f.Channels, len(s.Channels))] {
			layer.Strongest = append(layer.Strongest, featuresChannel{ch.Index, ch.Norm, ch.Mean, ch.Max, ch.Active, patchResults(ch.Patches)})
		}
		result.Layers = append(result.Layers, layer)
	}
	if f.JSON {
		return printJSON(c, result)
	}
	for _, l := range result.Layers {
		fmt.Fprintf(c.out, "%s: %d channels of %dx%d, receptive field %d px every %d px, %.3g %% not above 0, %s, mean %.4g, norm %.5g\n",
			l.Name, l.Channels, l.Width, l.Height, l.Field, l.Stride, 100*l.Dead, count(l.DeadChannels, "dead channel"), l.Mean, l.Norm)
		for _, ch := range l.Strongest {
			fmt.Fprintf(c.out, "  channel %d: norm %.5g, mean %.4g, maximum %.4g, active at %.3g %% of the positions\n", ch.Channel, ch.Norm, ch.Mean, ch.Max, 100*ch.Active)
		}
	}
	_, err := fmt.Fprintf(c.out, "written: %s\n", strings.Join(f.Output, ", "))
	return err
}

// channelRows returns the CSV rows of all channels of all layers, strongest first.
func channelRows(studies []*study.Features) [][]string {
	rows := [][]string{{"layer", "channel", "norm", "mean", "max", "active"}}
	for _, s := range studies {
		for _, ch := range s.Channels {
			rows = append(rows, []string{s.Layer.String(), strconv.Itoa(ch.Index), exact(ch.Norm), exact(ch.Mean), exact(ch.Max), exact(ch.Active)})
		}
	}
	return rows
}

// writeCSV writes rows to a file; it does nothing if path is empty.
func writeCSV(path string, rows [][]string) error {
	if path == "" {
		return nil
	}
	err := atomicfile.WriteFunc(path, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) })
	if err != nil {
		return fmt.Errorf("write the numbers to %s: %w", path, err)
	}
	return nil
}
