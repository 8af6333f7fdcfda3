package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/recipe"
	"github.com/impasto/impasto/weights/vgg16"
)

// errTime ends the work where the time that was given is over.
var errTime = errors.New("the time is over")

// shot is one picture to paint, of pictures that are built in.
type shot struct {
	label           string
	photo, painting string
	size            int
	recipe          string
	changes         map[string]string // settings of the recipe that differ
}

// painter paints shots with the built-in network and keeps them.
type painter struct {
	model    *impasto.Model
	cache    string
	deadline time.Time // zero: none
	learned  map[string]*impasto.Style
}

func newPainter(ctx context.Context, cache string, limit time.Duration) (*painter, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
	if err != nil {
		return nil, err
	}
	p := &painter{model: model, cache: cache, learned: map[string]*impasto.Style{}}
	if limit > 0 {
		p.deadline = time.Now().Add(limit)
	}
	return p, nil
}

func (p *painter) close() { p.model.Close() }

// builtIn returns a picture of package examples.
func builtIn(name string) (*canvas.Picture, error) {
	data, err := examples.Open(name)
	if err != nil {
		return nil, err
	}
	return canvas.Decode(bytes.NewReader(data), canvas.Limits{})
}

// style returns what is learned of a painting, the same for all shots with it.
func (p *painter) style(ctx context.Context, name string) (*impasto.Style, error) {
	if s := p.learned[name]; s != nil {
		return s, nil
	}
	painting, err := open(name)
	if err != nil {
		return nil, err
	}
	s, err := p.model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
	p.learned[name] = s
	return s, err
}

// settings returns the recipe of a shot with its changes.
func (s *shot) settings() (recipe.Recipe, error) {
	r, err := recipe.Find(s.recipe)
	if err != nil {
		return r, err
	}
	return r, r.Override(s.changes)
}

// kept returns where the cache has a shot: the name changes with everything that decides the picture.
func (p *painter) kept(s *shot, r recipe.Recipe) string {
	r.Sentence, r.Source = "", ""
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", r))
	return filepath.Join(p.cache, fmt.Sprintf("%s-%s-%d-%s-%x.png", plainName(s.photo), plainName(s.painting), s.size, s.recipe, sum[:6]))
}

// paint returns the picture of a shot, from the cache where it is there.
func (p *painter) paint(ctx context.Context, s *shot) (*canvas.Picture, error) {
	r, err := s.settings()
	if err != nil {
		return nil, err
	}
	file := p.kept(s, r)
	if done, err := canvas.Open(file, canvas.Limits{}); err == nil {
		return done, nil
	}
	if !p.deadline.IsZero() && time.Now().After(p.deadline) {
		return nil, errTime
	}
	photo, err := open(s.photo)
	if err != nil {
		return nil, err
	}
	style, err := p.style(ctx, s.painting)
	if err != nil {
		return nil, err
	}
	result, err := p.model.Stylize(ctx, photo, style, impasto.Options{Recipe: r, Size: s.size, Enlarge: true})
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s %s %s: %s, %d iterations, %.0f s\n", s.photo, s.painting, s.recipe, s.label, result.Iterations, result.Elapsed.Seconds())
	result.Picture.Clamp()
	return result.Picture, canvas.Save(file, result.Picture, canvas.EncodeOptions{})
}
