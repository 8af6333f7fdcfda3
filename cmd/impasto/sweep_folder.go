package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/transfer"
)

// A sweep lives in a folder: sweep.json says which sweep it is, and cells holds two files for each picture, its
// pixels and its numbers. The numbers are written last, so that a picture counts only when it is whole.
const (
	manifestName = "sweep.json"
	cellsName    = "cells"
)

type sweepFolder struct {
	path     string
	manifest sweepManifest
}

// sweepManifest tells sweeps apart: by what is varied, not by how far. Lists of values may grow.
type sweepManifest struct {
	Program string            `json:"program"`
	Command string            `json:"command"` // the last one
	Vary    []string          `json:"vary"`    // sorted
	Fixed   map[string]string `json:"fixed"`   // options that are the same for all cells
	Figures []string          `json:"figures,omitempty"`
}

// storedCell is a cell that is painted, as its file has it.
type storedCell struct {
	Digest     string            `json:"digest"`  // of the parameters
	Picture    string            `json:"picture"` // its file, in the same folder
	SHA256     string            `json:"sha256"`  // of that file
	Values     map[string]string `json:"values"`
	Parameters *sweepParameters  `json:"parameters"`
	Program    string            `json:"program"`
	ISA        string            `json:"isa"`

	Width       int                `json:"width"`
	Height      int                `json:"height"`
	Iterations  int                `json:"iterations"`
	Evaluations int                `json:"evaluations"`
	Seconds     float64            `json:"seconds"`
	FirstLoss   float64            `json:"first_loss"` // of the last scale
	LastLoss    float64            `json:"last_loss"`
	Terms       map[string]float64 `json:"terms"`
	Content     float64            `json:"content"` // sums of terms, with their weights
	Style       float64            `json:"style"`
	Variation   float64            `json:"tv"`
	FreeContent float64            `json:"content_per_weight"`
	FreeStyle   float64            `json:"style_per_weight"`
}

func newStoredCell(cell *sweepCell, plan *impasto.Plan, r *impasto.Result, isa string) *storedCell {
	c := &storedCell{Digest: cell.digest, Values: cell.values, Parameters: cell.parameters, Program: thisBuild().String(), ISA: isa,
		Width: r.Picture.Width, Height: r.Picture.Height, Iterations: r.Iterations, Evaluations: r.Evaluations,
		Seconds: r.Elapsed.Seconds(), FirstLoss: r.FirstLoss, LastLoss: r.LastLoss, Terms: termValues(r.Terms)}
	for _, t := range r.Terms {
		switch t.Kind {
		case transfer.ContentTerm:
			c.Content += t.Value
		case transfer.StyleTerm:
			c.Style += t.Value
		case transfer.VariationTerm:
			c.Variation += t.Value
		}
	}
	last := cell.recipe
	if n := len(plan.Scales()); n > 0 {
		if at, err := cell.recipe.At(n-1, n); err == nil {
			last = at
		}
	}
	if alpha := (&painter{recipe: last}).contentWeight(c.Width * c.Height); alpha > 0 {
		c.FreeContent = c.Content / alpha
	}
	if beta := last.Style.Weight * last.Style.Strength; beta > 0 {
		c.FreeStyle = c.Style / beta
	}
	return c
}

// manifest is that of this sweep.
func (w *sweepWork) manifest() sweepManifest {
	m := sweepManifest{Program: thisBuild().String(), Command: w.command(), Fixed: map[string]string{}}
	for _, a := range w.axes {
		m.Vary = append(m.Vary, a.name)
	}
	slices.Sort(m.Vary)
	for _, o := range w.fixedOptions() {
		m.Fixed[o[0]] = o[1]
	}
	p := w.cells[0].parameters
	m.Fixed["content"] = p.Content.Name + " " + p.Content.SHA256
	if !slices.Contains(m.Vary, "style") {
		for i, s := range p.Styles {
			m.Fixed[fmt.Sprintf("style %d", i+1)] = s.Name + " " + s.SHA256
		}
	}
	if !slices.Contains(m.Vary, "network") {
		m.Fixed["network"] = p.Network.Name + " " + p.Network.SHA256
	}
	if recipe.IsFile(w.Recipe) && !slices.Contains(m.Vary, "recipe") {
		m.Fixed["recipe"] = p.Recipe + " " + w.recipeFile
	}
	for what, in := range p.Others {
		if !slices.Contains(m.Vary, what) {
			m.Fixed[what] = in.Name + " " + in.SHA256
		}
	}
	return m
}

// unlike tells in what another manifest is that of another sweep; "" where it is the same.
func (m *sweepManifest) unlike(other *sweepManifest) string {
	if !slices.Equal(m.Vary, other.Vary) {
		return fmt.Sprintf("it varies %s, not %s", strings.Join(other.Vary, " and "), strings.Join(m.Vary, " and "))
	}
	names := slices.Sorted(maps.Keys(m.Fixed))
	for name := range other.Fixed {
		if _, ok := m.Fixed[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		mine, theirs := m.Fixed[name], other.Fixed[name]
		if mine == theirs {
			continue
		}
		for _, v := range []*string{&mine, &theirs} {
			if *v == "" {
				*v = "unset"
			}
			if text, digest, ok := strings.Cut(*v, " "); ok && len(digest) == 2*sha256.Size {
				*v = text + " (" + digest[:8] + ")"
			}
		}
		return fmt.Sprintf("its %s is %s, not %s", name, theirs, mine)
	}
	return ""
}

// openFolder finds the folder of the sweep, which may not be there yet. A folder with anything else in it is
// refused where the user named it, and passed over where not.
func (w *sweepWork) openFolder() (*sweepFolder, error) {
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

func (w *sweepWork) tryFolder(path string) (*sweepFolder, error) {
	f := &sweepFolder{path: path, manifest: w.manifest()}
	text, err := os.ReadFile(filepath.Join(path, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, freshFolder(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the sweep in %s: %w", path, unwrapPath(err))
	}
	var there sweepManifest
	if err := json.Unmarshal(text, &there); err != nil {
		return nil, usagef("%s in %s is no sweep's (%v): name a new folder", manifestName, path, err)
	}
	if why := f.manifest.unlike(&there); why != "" {
		return nil, usagef("the folder %s holds another sweep (%s): name a new one with --folder", path, why)
	}
	f.manifest.Figures = there.Figures
	return f, nil
}

// admit takes a folder of figures that is new, or that this sweep wrote before.
func (f *sweepFolder) admit(figures string) error {
	if figures == "" {
		return nil
	}
	full, err := filepath.Abs(figures)
	if err != nil {
		return err
	}
	if slices.Contains(f.manifest.Figures, full) {
		return nil
	}
	if err := freshFolder(figures); err != nil {
		return err
	}
	f.manifest.Figures = append(f.manifest.Figures, full)
	return nil
}

// recall finds the cells that are painted already: those whose parameters have the same digest and whose
// picture is whole.
func (f *sweepFolder) recall(cells []*sweepCell) error {
	files, err := filepath.Glob(filepath.Join(escapeGlob(f.path), cellsName, "*.json"))
	if err != nil {
		return err
	}
	byDigest := map[string]*sweepCell{}
	for _, cell := range cells {
		byDigest[cell.digest] = cell
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the sweep in %s: %w", f.path, err)
		}
		var s storedCell
		if json.Unmarshal(text, &s) != nil {
			continue // damaged: it is painted again
		}
		cell := byDigest[s.Digest]
		if cell == nil || s.Picture != filepath.Base(s.Picture) {
			continue
		}
		if data, err := os.ReadFile(filepath.Join(f.path, cellsName, s.Picture)); err == nil && sumOf(data) == s.SHA256 {
			cell.stored = &s
		}
	}
	return nil
}

// escapeGlob makes a path stand for itself in a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path)
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// begin makes the folder and says what is in it.
func (f *sweepFolder) begin(w *sweepWork) error {
	if err := os.MkdirAll(filepath.Join(f.path, cellsName), 0o777); err != nil {
		return fmt.Errorf("make the folder of the sweep: %w", err)
	}
	text, err := json.MarshalIndent(f.manifest, "", "  ")
	if err != nil {
		return err
	}
	return replace(filepath.Join(f.path, manifestName), append(text, '\n'))
}

// file is where something of a cell is kept.
func (f *sweepFolder) file(cell *sweepCell, ending string) string {
	return filepath.Join(f.path, cellsName, cell.fileName()+ending)
}

// fileName is made of a cell's values, for people, and of its digest, for the program.
func (cell *sweepCell) fileName() string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '=', r == '-':
			return r
		case r == ',':
			return -1
		}
		return '_'
	}, strings.ReplaceAll(strings.ReplaceAll(cell.label, ", ", "_"), "@", ""))
	return cut(plain, longestName) + "-" + cell.digest[:12]
}

// mark notes that a cell is begun, unmark that it came to an end, good or bad: begun tells those that did not.
func (f *sweepFolder) mark(cell *sweepCell) error {
	if err := os.WriteFile(f.file(cell, ".begun"), nil, 0o666); err != nil {
		return fmt.Errorf("write into the folder of the sweep: %w", err)
	}
	return nil
}

func (f *sweepFolder) unmark(cell *sweepCell) { os.Remove(f.file(cell, ".begun")) }

func (f *sweepFolder) begun(cell *sweepCell) bool {
	_, err := os.Stat(f.file(cell, ".begun"))
	return err == nil
}

// store writes a picture, and then its numbers.
func (f *sweepFolder) store(cell *sweepCell, s *storedCell, picture *canvas.Picture, o canvas.EncodeOptions) (*storedCell, error) {
	var encoded bytes.Buffer
	if err := canvas.Encode(&encoded, picture, canvas.PNG, o); err != nil {
		return nil, err
	}
	s.Picture, s.SHA256 = cell.fileName()+".png", sumOf(encoded.Bytes())
	if err := replace(f.file(cell, ".png"), encoded.Bytes()); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return s, replace(f.file(cell, ".json"), append(text, '\n'))
}

// replace writes beside a file and renames, so that there is never half of it.
func replace(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".sweep-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, unwrapPath(err))
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
