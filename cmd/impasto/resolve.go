package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto"
	"github.com/impasto/impasto/canvas"
	"github.com/impasto/impasto/examples"
	"github.com/impasto/impasto/order"
	"github.com/impasto/impasto/recipe"
)

// sitting is an order ready to be painted: its inputs are identified and decoded, and its network is open.
type sitting struct {
	order    order.Order
	recipe   recipe.Recipe // finished
	pictures *order.Pictures
	model    *impasto.Model
	style    *impasto.Style
}

// sit prepares the user's order. The sitting must be closed.
func (m *machineFlags) sit(ctx context.Context, c console, o order.Order) (*sitting, error) {
	s, err := resolve(ctx, o, trusting())
	if err != nil {
		return nil, err
	}
	return s, s.open(ctx, c, m)
}

// trusting returns the resolver of names on the command line.
func trusting() *order.Resolver { return &order.Resolver{TrustNames: true, BuiltIn: examples.Open} }

// resolve finds and decodes the inputs of a valid order.
func resolve(ctx context.Context, o order.Order, from *order.Resolver) (*sitting, error) {
	s := &sitting{order: o}
	var err error
	if s.recipe, err = o.FinishedRecipe(); err != nil {
		return nil, err
	}
	inputs, err := from.Identify(ctx, &s.order)
	if err != nil {
		return nil, missingInput(err)
	}
	if s.pictures, err = inputs.Pictures(&s.order, canvas.Limits{}); err != nil {
		return nil, unusableInput(err)
	}
	return s, nil
}

// open opens the network and learns from the paintings. If it fails, nothing is left open.
func (s *sitting) open(ctx context.Context, c console, m *machineFlags) error {
	var err error
	if s.model, err = m.open(ctx, c); err != nil {
		return err
	}
	network := s.model.Network()
	s.order.Network = order.Input{Name: network.Name, SHA256: network.Digest()}
	// A layer that the network does not have is a usage error.
	if err := s.model.Check(&s.recipe); err != nil {
		return errors.Join(usageError{err}, s.close())
	}
	if s.style, err = s.model.Learn(ctx, s.paintings()...); err != nil {
		return errors.Join(err, s.close())
	}
	return nil
}

func (s *sitting) close() error { return s.model.Close() }

// paintings joins the pictures of the paintings with their names, shares and masks.
func (s *sitting) paintings() []impasto.Painting {
	all := make([]impasto.Painting, len(s.order.Paintings))
	for i, p := range s.order.Paintings {
		all[i] = impasto.Painting{Name: filepath.Base(p.Picture.Name), Picture: s.pictures.Paintings[i], Weight: p.Share}
		if s.pictures.Masks != nil {
			all[i].Mask = s.pictures.Masks[i]
		}
	}
	return all
}

// options returns the options of a plan of the order. The size is limited to that of the photograph; notes says so and
// names the flag to enlarge it.
func (s *sitting) options() impasto.Options {
	size := s.order.Size
	if !s.order.Enlarge {
		size = min(size, s.long())
	}
	return impasto.Options{Recipe: s.recipe, Size: size, Enlarge: s.order.Enlarge, Seed: s.order.Seed,
		Masks: s.pictures.Regions, StrengthMap: s.pictures.StrengthMap, Start: s.pictures.Start}
}

// plan plans the order. The error names changes that would work.
func (s *sitting) plan(ctx context.Context, o impasto.Options) (*impasto.Plan, error) {
	plan, err := s.model.Plan(s.pictures.Photograph, s.style, o)
	if err != nil {
		return nil, s.withWhatWorks(ctx, err, o)
	}
	return plan, nil
}

// notes returns notes on the order in addition to those of its plan.
func (s *sitting) notes() []string {
	var notes []string
	for i, colour := range s.pictures.Colours {
		notes = append(notes, fmt.Sprintf("%s is painted where %s is %s", s.order.Paintings[i].Picture.Name, s.order.RegionMap.Name, colour))
	}
	if p := s.pictures.Photograph; s.order.Size > s.long() && !s.order.Enlarge {
		notes = append(notes, fmt.Sprintf("the photograph is %dx%d and is not enlarged to %d pixels; use --enlarge to enlarge it", p.Width, p.Height, s.order.Size))
	}
	return notes
}

// long returns the long side of the photograph in pixels.
func (s *sitting) long() int { return max(s.pictures.Photograph.Width, s.pictures.Photograph.Height) }

// missingInput returns an error that lists the files that could not be read in one line.
func missingInput(err error) error {
	missing := new(order.MissingError)
	if !errors.As(err, &missing) {
		return err
	}
	var lines []string
	usage := false
	for _, in := range missing.Inputs {
		line, mistake := missingLine(&in)
		lines, usage = append(lines, line), usage || mistake
	}
	err = errors.New(strings.Join(lines, "; "))
	if usage {
		return usageError{err}
	}
	return err
}

// missingAs is missingInput for a file that was resolved separately from its order, where it has the given path.
func missingAs(path string, err error) error {
	if missing := new(order.MissingError); errors.As(err, &missing) {
		for i := range missing.Inputs {
			missing.Inputs[i].Path = path
		}
	}
	return missingInput(err)
}

// missingLine says why a file could not be read, and whether that is a usage error.
func missingLine(in *order.MissingInput) (line string, usage bool) {
	name, flag := in.Input.Name, flagOf(in.Path)
	absent := errors.Is(in.Err, fs.ErrNotExist)
	switch {
	case strings.HasPrefix(name, "@"):
		return joinWords(flag, in.Err.Error()), true
	case flag == "--init" && absent && filepath.Ext(name) == "":
		return fmt.Sprintf("--init %s: neither a file nor one of %s", name, strings.Join(starts(), ", ")), true
	case flag == "" && absent && filepath.Ext(name) == "":
		// Perhaps a command was meant: impasto stile a b.
		return fmt.Sprintf("read picture %s: %v; impasto --help lists the commands, @NAME is a built-in picture (%s)",
			name, in.Err, strings.Join(examples.Names(), ", ")), false
	}
	return joinWords(flag, fmt.Sprintf("read picture %s: %v", name, in.Err)), false
}

// joinWords puts a flag before a message.
func joinWords(flag, text string) string {
	if flag == "" {
		return text
	}
	return flag + ": " + text
}

// unusableInput adds the flag of an unusable picture to its error.
func unusableInput(err error) error {
	var field *order.FieldError
	if !errors.As(err, &field) {
		return err
	}
	if flag := flagOf(field.Path); flag != "" {
		return fmt.Errorf("%s: %w", flag, field.Err)
	}
	return field.Err
}
