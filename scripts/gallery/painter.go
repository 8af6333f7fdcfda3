package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/weights/vgg16"
)

// errTime ends the work where the time that was given is over.
var errTime = errors.New("the time is over")

// shot is one picture of a sheet: an order with a label.
type shot struct {
	label string
	order order.Order
}

// newShot makes one of a photograph and a painting: names of pictures that are built in, or files. Changes are settings
// of the recipe that differ.
func newShot(label, photo, painting string, size int, recipe string, changes map[string]string) shot {
	return shot{label, order.Order{
		Photograph: order.Input{Name: inputName(photo)},
		Paintings:  []order.Painting{{Picture: order.Input{Name: inputName(painting)}, Share: 1}},
		Recipe:     order.Recipe{Name: recipe}, Settings: changes, Size: size, Enlarge: true,
	}}
}

// inputName is what an order calls a picture.
func inputName(name string) string {
	if slices.Contains(examples.Names(), name) {
		return "@" + name
	}
	return name
}

func (s *shot) photo() string    { return s.order.Photograph.Name }
func (s *shot) painting() string { return s.order.Paintings[0].Picture.Name }

// title names the pair and the recipe.
func (s *shot) title() string {
	return fmt.Sprintf("%s %s %s", plainName(s.photo()), plainName(s.painting()), s.order.Recipe.Name)
}

// painter paints shots with the built-in network and keeps them.
type painter struct {
	model    *impasto.Model
	cache    string
	deadline time.Time                 // zero: none
	learned  map[string]*impasto.Style // by the digest of the painting
	network  string                    // digest of the model's
}

func newPainter(ctx context.Context, cache string, limit time.Duration) (*painter, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	model, err := impasto.Open(ctx, vgg16.Network(), impasto.Settings{})
	if err != nil {
		return nil, err
	}
	p := &painter{model: model, cache: cache, learned: map[string]*impasto.Style{}, network: model.Network().Digest()}
	if limit > 0 {
		p.deadline = time.Now().Add(limit)
	}
	return p, nil
}

func (p *painter) close() { p.model.Close() }

// resolver finds the pictures of shots.
var resolver = order.Resolver{TrustNames: true, BuiltIn: examples.Open}

// style returns what is learned of a painting, the same for all shots with it.
func (p *painter) style(ctx context.Context, sha256 string, painting *canvas.Picture) (*impasto.Style, error) {
	if s := p.learned[sha256]; s != nil {
		return s, nil
	}
	s, err := p.model.Learn(ctx, impasto.Painting{Picture: painting, Weight: 1})
	p.learned[sha256] = s
	return s, err
}

// identify notes the digests of what a shot is made from, and returns its pictures.
func (p *painter) identify(ctx context.Context, s *shot) (*order.Pictures, error) {
	inputs, err := resolver.Identify(ctx, &s.order)
	if err != nil {
		return nil, err
	}
	network := p.model.Network()
	s.order.Network = order.Input{Name: network.Name, SHA256: p.network}
	return inputs.Pictures(&s.order, canvas.Limits{})
}

// kept returns where the cache has a shot that is identified: the name changes with everything that decides the picture.
func (p *painter) kept(s *shot) (string, error) {
	digest, err := s.order.Digest()
	if err != nil {
		return "", err
	}
	return filepath.Join(p.cache, fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(s.title(), " ", "-"), s.order.Size, digest[:12])), nil
}

// paint returns the picture of a shot, from the cache where it is there.
func (p *painter) paint(ctx context.Context, s *shot) (*canvas.Picture, error) {
	pictures, err := p.identify(ctx, s)
	if err != nil {
		return nil, err
	}
	file, err := p.kept(s)
	if err != nil {
		return nil, err
	}
	if done, err := canvas.Open(file, canvas.Limits{}); err == nil {
		return done, nil
	}
	if !p.deadline.IsZero() && time.Now().After(p.deadline) {
		return nil, errTime
	}
	r, err := s.order.FinishedRecipe()
	if err != nil {
		return nil, err
	}
	style, err := p.style(ctx, s.order.Paintings[0].Picture.SHA256, pictures.Paintings[0])
	if err != nil {
		return nil, err
	}
	result, err := p.model.Stylize(ctx, pictures.Photograph, style, impasto.Options{Recipe: r, Size: s.order.Size, Enlarge: s.order.Enlarge})
	if err != nil {
		return nil, err
	}
	fmt.Printf("%s: %s, %d iterations, %.0f s\n", s.title(), s.label, result.Iterations, result.Elapsed.Seconds())
	result.Picture.Clamp()
	return result.Picture, canvas.Save(file, result.Picture, canvas.EncodeOptions{})
}
