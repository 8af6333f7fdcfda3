package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/feature"
	"github.com/impasto/impasto/figure"
	"github.com/impasto/impasto/study"
)

// studyFlags set the files and the language of a study.
type studyFlags struct {
	Output  []string `short:"o" sep:"none" group:"result" placeholder:"FILE" help:"Output file: a sheet (.png) or a self-contained page (.html). May be repeated. Default: a sheet named after the picture, numbered so that no file is replaced."`
	Figures string   `group:"result" placeholder:"FOLDER" help:"Write numbered figures with captions to a new folder, for use in your own report."`
	Lang    string   `group:"result" default:"en" enum:"en,ko" placeholder:"en|ko" help:"Language of sheets, pages, figures and captions."`
}

// check sets the default output and checks the outputs before work begins. Name is the name of the default.
func (s *studyFlags) check(name string, endings ...string) error {
	if len(s.Output) == 0 {
		free, err := canvas.NextFree(cut(name, longestName) + ".png")
		if err != nil {
			return err
		}
		s.Output = []string{free}
	}
	for _, path := range s.Output {
		if !slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			return usagef("-o %s: the extension must be one of %s", path, strings.Join(endings, ", "))
		}
		if err := checkFile(path); err != nil {
			return err
		}
	}
	return freshFolder(s.Figures)
}

// checkFile returns an error if a file could not be written because of its folder.
func checkFile(path string) error {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: folder %s does not exist; create it first", path, folder)
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	case !info.IsDir():
		return fmt.Errorf("write %s: %s is not a folder", path, folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("write %s: it is a folder", path)
	}
	return nil
}

// freshFolder returns an error if a folder is not empty, since studies are never mixed. An empty path names no
// folder.
func freshFolder(path string) error {
	if path == "" {
		return nil
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return checkFile(path)
	case err != nil:
		return fmt.Errorf("write to %s: %w", path, err)
	case len(entries) > 0:
		return usagef("folder %s is not empty (it contains %s); name a new one", path, entries[0].Name())
	}
	return nil
}

// loadAt reads a picture and reduces it to a long side; 0 keeps the size.
func loadAt(name string, long int) (*canvas.Picture, error) {
	p, err := loadPicture(name)
	if err != nil || long == 0 {
		return p, err
	}
	if w, h := canvas.Fit(p.Width, p.Height, long, false); w != p.Width || h != p.Height {
		return canvas.Resize(p, w, h, canvas.Lanczos), nil
	}
	return p, nil
}

// look opens the network and checks that it has the layers. A layer that it does not have is a usage error.
func (m *machineFlags) look(ctx context.Context, c console, layers []string) (*impasto.Model, error) {
	model, err := m.open(ctx, c)
	if err != nil {
		return nil, err
	}
	net, err := feature.NetworkOf(model.Network())
	for i := 0; err == nil && i < len(layers); i++ {
		_, err = net.Layer(layers[i])
	}
	if err != nil {
		return nil, errors.Join(usageError{err}, model.Close())
	}
	return model, nil
}

// made returns the command line that reproduces a study.
func (s *studyFlags) made(model *impasto.Model, command, image string, layers []string, rest string) string {
	return fmt.Sprintf("impasto %s %s --layers %s %s (%s, network %s, %s)", command, image, strings.Join(layers, ","), rest,
		thisBuild().String(), model.Network().Name, model.Machine().Name)
}

func withMade(r *figure.Report, made string) *figure.Report {
	r.Made = made
	return r
}

// write writes a study to all outputs. The film is for .gif only and may be nil otherwise.
func (s *studyFlags) write(report func(figure.Language) *figure.Report, film *study.Film) error {
	for _, path := range s.Output {
		var err error
		switch strings.ToLower(filepath.Ext(path)) {
		case ".png":
			err = figure.WritePNG(path, report(figure.Language(s.Lang)).Sheet())
		case ".html":
			err = report(figure.Language(s.Lang)).WritePage(path)
		case ".gif":
			err = film.WriteGIF(path)
		}
		if err != nil {
			return err
		}
	}
	if s.Figures == "" {
		return nil
	}
	return report(figure.Language(s.Lang)).WriteFigures(s.Figures)
}
