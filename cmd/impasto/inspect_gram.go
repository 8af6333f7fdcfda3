package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
)

type inspectGramCommand struct {
	Image  string       `arg:"" help:"Picture: a file, or @NAME for a built-in one."`
	Second string       `arg:"" optional:"" help:"Second picture, to compare with the first: both matrices, their difference and the style loss."`
	Layers []string     `group:"look" default:"relu2_1" placeholder:"LAYERS" help:"Layers to look at."`
	Pair   *channelPair `group:"look" placeholder:"I,J" help:"Two channels, to show their maps, the product of the maps and its sum."`
	Pairs  int          `group:"look" default:"4" placeholder:"N" help:"Number of pairs of channels to show, largest entries first."`

	inspectFlags
}

// channelPair is the value of --pair.
type channelPair [2]int

// UnmarshalText parses a pair such as 12,40.
func (p *channelPair) UnmarshalText(text []byte) error {
	i, j, _ := strings.Cut(string(text), ",")
	var failed [2]error
	p[0], failed[0] = strconv.Atoi(i)
	p[1], failed[1] = strconv.Atoi(j)
	if errors.Join(failed[:]...) != nil || p[0] < 0 || p[1] < 0 {
		return fmt.Errorf("%q is not a pair of channels; write it as 12,40, counting from 0", text)
	}
	return nil
}

// patchesOfPair is the number of patches shown of each pair.
const patchesOfPair = 6

// Run looks at Gram matrices.
func (g *inspectGramCommand) Run(ctx context.Context, c console) error {
	pictures, err := g.pictures()
	if err != nil {
		return err
	}
	model, err := g.look(ctx, c, g.Layers)
	if err != nil {
		return err
	}
	defer model.Close()
	studies, err := g.study(ctx, model, pictures)
	if err != nil {
		return err
	}
	made := g.made(model, "inspect gram", strings.Join(g.names(), " "), g.Layers, g.settings())
	if err := g.write(func(lang figure.Language) *figure.Report {
		if len(pictures) == 2 {
			return withMade(study.GramPairReport([2]*canvas.Picture(pictures), studies[0], studies[1], lang), made)
		}
		return withMade(study.GramReport(pictures[0], studies[0], lang), made)
	}, nil); err != nil {
		return err
	}
	if err := writeCSV(g.CSV, gramRows(studies)); err != nil {
		return err
	}
	return g.print(c, model.Network().Name, studies)
}

// pictures checks the command line and loads the picture or pictures.
func (g *inspectGramCommand) pictures() ([]*canvas.Picture, error) {
	if g.Pairs < 0 {
		return nil, usagef("--pairs: %d; it must be 0 or more", g.Pairs)
	}
	names := g.names()
	if len(names) == 2 && g.Pair != nil {
		return nil, usagef("--pair shows the maps of one picture; two are given")
	}
	if err := g.check(strings.Join(stems(names), "-")+"-gram", ".png", ".html"); err != nil {
		return nil, err
	}
	pictures := make([]*canvas.Picture, len(names))
	for i, name := range names {
		var err error
		if pictures[i], err = loadAt(name, g.Size.pixels); err != nil {
			return nil, err
		}
	}
	return pictures, nil
}

func (g *inspectGramCommand) names() []string {
	if g.Second == "" {
		return []string{g.Image}
	}
	return []string{g.Image, g.Second}
}

// settings returns the flags that determine the numbers.
func (g *inspectGramCommand) settings() string {
	switch {
	case g.Pair != nil:
		return fmt.Sprintf("--size %d --pair %d,%d", g.Size.pixels, g.Pair[0], g.Pair[1])
	case g.Second != "":
		return fmt.Sprintf("--size %d", g.Size.pixels)
	}
	return fmt.Sprintf("--size %d --pairs %d", g.Size.pixels, g.Pairs)
}

// study studies each picture.
func (g *inspectGramCommand) study(ctx context.Context, model *impasto.Model, pictures []*canvas.Picture) ([][]*study.Gram, error) {
	studies := make([][]*study.Gram, len(pictures))
	for i, p := range pictures {
		var err error
		o := study.GramOptions{Pairs: g.Pairs, Asked: (*[2]int)(g.Pair), Patches: patchesOfPair}
		studies[i], err = study.StudyGram(ctx, model, p, g.Layers, o)
		if pair := new(study.PairError); errors.As(err, &pair) {
			return nil, usagef("--pair: %w", err)
		} else if err != nil {
			return nil, err
		}
	}
	return studies, nil
}

// gramResult is what --json prints.
type gramResult struct {
	Outputs []string    `json:"outputs"`
	Network string      `json:"network"`
	Layers  []gramLayer `json:"layers"`
}

type gramLayer struct {
	Name      string        `json:"name"`
	Channels  int           `json:"channels"`
	StyleLoss *float64      `json:"style_loss,omitempty"` // between two pictures
	Pictures  []gramPicture `json:"pictures"`
}

type gramPicture struct {
	Positions   int        `json:"positions"`
	Rank90      int        `json:"rank_90"` // number of eigenvalues that make up 90 % of the sum
	Eigenvalues []float64  `json:"eigenvalues"`
	Order       []int      `json:"order"` // of the channels, clustered
	Pairs       []gramPair `json:"pairs"`
}

type gramPair struct {
	Channels    [2]int        `json:"channels"`
	Gram        float64       `json:"gram"` // G
	PerPosition float64       `json:"gram_per_position"`
	Cosine      float64       `json:"cosine"`
	Both        float64       `json:"both_active"` // share of positions
	Patches     []patchResult `json:"patches"`
}

func gramPictureOf(g *study.Gram) gramPicture {
	p := gramPicture{g.Shape.Positions(), g.Rank(0.9), g.Eigenvalues, g.Order, nil}
	for _, pair := range g.Pairs {
		p.Pairs = append(p.Pairs, gramPair{[2]int{pair.I, pair.J}, pair.Entry * float64(g.Shape.Positions()), pair.Entry, pair.Cosine, pair.Both, patchResults(pair.Patches)})
	}
	return p
}

func (g *inspectGramCommand) print(c console, network string, studies [][]*study.Gram) error {
	result := gramResult{Outputs: g.Output, Network: network}
	for i, first := range studies[0] {
		layer := gramLayer{Name: first.Layer.String(), Channels: first.Shape.Channels}
		for _, s := range studies {
			layer.Pictures = append(layer.Pictures, gramPictureOf(s[i]))
		}
		if len(studies) == 2 {
			e := study.StyleLoss(first, studies[1][i])
			layer.StyleLoss = &e
		}
		result.Layers = append(result.Layers, layer)
	}
	if g.JSON {
		return printJSON(c, result)
	}
	for _, l := range result.Layers {
		if l.StyleLoss != nil {
			fmt.Fprintf(c.out, "%s: style loss %.5g\n", l.Name, *l.StyleLoss)
			continue
		}
		p := l.Pictures[0]
		fmt.Fprintf(c.out, "%s: %d channels, %d positions, %d eigenvalues make up 90 %% of the sum\n", l.Name, l.Channels, p.Positions, p.Rank90)
		for _, pair := range p.Pairs {
			fmt.Fprintf(c.out, "  channels %d and %d: G %.5g, G/N %.4g, cosine %.3f, both active at %.3g %% of the positions\n",
				pair.Channels[0], pair.Channels[1], pair.Gram, pair.PerPosition, pair.Cosine, 100*pair.Both)
		}
	}
	_, err := fmt.Fprintf(c.out, "written: %s\n", strings.Join(g.Output, ", "))
	return err
}

// gramRows returns the CSV rows of the entries of all matrices on and above the diagonal.
func gramRows(studies [][]*study.Gram) [][]string {
	rows := [][]string{{"picture", "layer", "i", "j", "gram_per_position"}}
	for k, pictures := range studies {
		for _, g := range pictures {
			n := g.Shape.Channels
			for i := range n {
				for j := i; j < n; j++ {
					rows = append(rows, []string{strconv.Itoa(k + 1), g.Layer.String(), strconv.Itoa(i), strconv.Itoa(j), exact(g.Matrix[i*n+j])})
				}
			}
		}
	}
	return rows
}
