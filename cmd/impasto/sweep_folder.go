package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/study"
	"github.com/impasto/impasto/transfer"
)

// storedCell is a painted cell as stored in its file.
type storedCell struct {
	Digest string `json:"digest"` // of the order
	study.SweepFile
	Values  map[string]string `json:"values"`
	Order   order.Order       `json:"order"`
	Program string            `json:"program"`
	ISA     string            `json:"isa"`

	Width          int                `json:"width"`
	Height         int                `json:"height"`
	Iterations     int                `json:"iterations"`
	Evaluations    int                `json:"evaluations"`
	Seconds        float64            `json:"seconds"`
	FirstLoss      float64            `json:"first_loss"` // of the last scale
	LastLoss       float64            `json:"last_loss"`
	Terms          map[string]float64 `json:"terms"`
	Content        float64            `json:"content"` // sums of terms, with their weights
	Style          float64            `json:"style"`
	TotalVariation float64            `json:"tv"`
	Reduced        float64            `json:"reduced,omitempty"`
	FreeContent    float64            `json:"content_per_weight"`
	FreeStyle      float64            `json:"style_per_weight"`
}

func newStoredCell(cell *sweepCell, plan *impasto.Plan, r *impasto.Result, isa string) *storedCell {
	c := &storedCell{Digest: cell.digest, Values: cell.Values, Order: cell.order.Portable(), Program: thisBuild().String(), ISA: isa,
		Width: r.Picture.Width, Height: r.Picture.Height, Iterations: r.Iterations, Evaluations: r.Evaluations,
		Seconds: r.Elapsed.Seconds(), FirstLoss: r.FirstLoss, LastLoss: r.LastLoss, Terms: termValues(r.Terms)}
	for _, t := range r.Terms {
		*c.of(t.Kind) += t.Value
	}
	last := plan.Recipe()
	if n := len(plan.Scales()); n > 0 {
		if at, err := last.At(n-1, n); err == nil {
			last = at
		}
	}
	if alpha := contentWeight(&last, c.Width*c.Height); alpha > 0 {
		c.FreeContent = c.Content / alpha
	}
	if beta := last.Style.Weight * last.Style.Strength; beta > 0 {
		c.FreeStyle = c.Style / beta
	}
	return c
}

// of returns a pointer to the sum of the terms of a kind.
func (c *storedCell) of(kind transfer.Kind) *float64 {
	switch kind {
	case transfer.ContentTerm:
		return &c.Content
	case transfer.StyleTerm:
		return &c.Style
	case transfer.TotalVariationTerm:
		return &c.TotalVariation
	case transfer.ReducedTerm:
		return &c.Reduced
	}
	panic("impasto: a term of kind " + string(kind))
}

// manifest returns the manifest of this sweep.
func (w *sweepWork) manifest() study.SweepManifest {
	m := study.SweepManifest{Program: thisBuild().String(), Command: w.command(), Fixed: map[string]string{}}
	for _, a := range w.axes {
		m.Vary = append(m.Vary, a.Name)
	}
	slices.Sort(m.Vary)
	for _, o := range w.fixedOptions() {
		m.Fixed[o[0]] = o[1]
	}
	o := &w.cells[0].order
	identity := func(in order.Input) string { return stem(in.Name) + " " + in.SHA256 }
	m.Fixed["content"] = identity(o.Photograph)
	if !slices.Contains(m.Vary, "style") {
		for i, p := range o.Paintings {
			m.Fixed[fmt.Sprintf("style %d", i+1)] = identity(p.Picture)
		}
	}
	if !slices.Contains(m.Vary, "network") {
		m.Fixed["network"] = identity(o.Network)
	}
	if recipe.IsFile(w.Recipe) && !slices.Contains(m.Vary, "recipe") {
		m.Fixed["recipe"] = o.Recipe.Name + " " + w.recipeFile
	}
	for what, in := range otherInputs(o) {
		if !slices.Contains(m.Vary, what) {
			m.Fixed[what] = identity(in)
		}
	}
	return m
}

// openFolder finds the folder of the sweep, which need not exist. A folder with other contents is an error if the user
// named it, and is skipped otherwise.
func (w *sweepWork) openFolder() (*study.SweepFolder, error) {
	if w.Folder != "" {
		return w.tryFolder(w.Folder)
	}
	name := stem(w.Content)
	for _, s := range w.Styles {
		name += "-" + stem(s)
	}
	const most = 1000
	var err error
	for i := range most {
		path := cut(name, longestName) + "-sweep"
		if i > 0 {
			path += fmt.Sprintf("-%d", i+1)
		}
		f, refused := w.tryFolder(path)
		if refused == nil {
			return f, nil
		}
		err = refused
	}
	return nil, err
}

func (w *sweepWork) tryFolder(path string) (*study.SweepFolder, error) {
	f, there, err := study.OpenSweepFolder(path, w.manifest())
	if other := new(study.SweepFolderError); errors.As(err, &other) {
		return nil, usagef("%w; name a new one with --folder", err)
	}
	if err == nil && !there {
		err = freshFolder(path)
	}
	return f, err
}

// admit accepts a folder of figures that is new or was written by this sweep.
func (w *sweepWork) admit(figures string) error {
	if figures == "" {
		return nil
	}
	full, err := filepath.Abs(figures)
	if err != nil {
		return err
	}
	m := &w.folder.Manifest
	if slices.Contains(m.Figures, full) {
		return nil
	}
	if err := freshFolder(figures); err != nil {
		return err
	}
	m.Figures = append(m.Figures, full)
	return nil
}

// recall finds the cells that are already painted: those with a record of the same digest and a complete
// picture.
func (w *sweepWork) recall() error {
	byDigest := map[string]*sweepCell{}
	for _, cell := range w.cells {
		byDigest[cell.digest] = cell
	}
	records, err := w.folder.Records()
	if err != nil {
		return err
	}
	for _, text := range records {
		var s storedCell
		if json.Unmarshal(text, &s) != nil {
			continue // damaged: it is painted again
		}
		if cell := byDigest[s.Digest]; cell != nil && w.folder.Whole(s.SweepFile) {
			cell.stored = &s
		}
	}
	return nil
}

// file returns the name of the cell's files.
func (cell *sweepCell) file() string { return cell.FileName(cell.digest) }

// store saves the picture of a cell with its numbers.
func (w *sweepWork) store(cell *sweepCell, s *storedCell, picture *canvas.Picture, o canvas.EncodeOptions) error {
	var encoded bytes.Buffer
	if err := canvas.Encode(&encoded, picture, canvas.PNG, o); err != nil {
		return err
	}
	err := w.folder.Store(cell.file(), encoded.Bytes(), func(p study.SweepFile) any {
		s.SweepFile = p
		return s
	})
	if err == nil {
		cell.stored = s
	}
	return err
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
