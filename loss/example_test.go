package loss_test

import (
	"fmt"
	"log"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/loss"
)

// A style loss learns from a painting's map and sees the rows of the result's. Here both are one row of four
// positions with two features, and the result has them swapped: the Gram matrices differ, and so do the
// distributions.
func Example() {
	dev, err := cpu.New(cpu.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer dev.Close()
	shape := engine.Shape{Channels: 2, Height: 1, Width: 4}
	painting := []float32{0, 0, 4, 4, 1, 1, 1, 1}
	result := []float32{1, 1, 1, 1, 0, 0, 4, 4}
	for _, name := range []string{"gram", "wasserstein"} {
		distance, err := loss.FindDistance(name)
		if err != nil {
			log.Fatal(err)
		}
		value, err := compare(dev, distance, shape, painting, result)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %.2f\n", name, value)
	}
	// Output:
	// gram 24.50
	// wasserstein 4.96
}

// compare takes a distance of one layer's features from those of a painting.
func compare(dev engine.Device, distance loss.Distance, shape engine.Shape, painting, result []float32) (float64, error) {
	shapes := []engine.Shape{shape}
	term := distance.New(dev, shapes, loss.Options{Normalization: loss.Mean})
	learner := distance.Learner(dev, shapes)
	mapBytes, results := engine.Align(dev.MapBytes(shape, shape.Height)), engine.Align(dev.ScalarsBytes(term.Scalars()))
	arena, err := dev.NewArena(mapBytes + results + term.Bytes() + learner.Bytes())
	if err != nil {
		return 0, err
	}
	defer arena.Close()
	features, scalars := arena.Map(0, shape, shape.Height), arena.Scalars(mapBytes, term.Scalars())

	if err := learner.Place(loss.Site{Arena: arena, Offset: mapBytes + results + term.Bytes()}); err != nil {
		return 0, err
	}
	if err := show(dev, features, painting, learner.Reset, learner.Tap(0)); err != nil {
		return 0, err
	}
	lesson, err := learner.Lesson()
	if err != nil {
		return 0, err
	}

	if err := term.Place(loss.Site{Arena: arena, Offset: mapBytes + results, Results: scalars}); err != nil {
		return 0, err
	}
	defer term.Close()
	if err := term.Teach([]loss.Lesson{lesson}, []float64{1}); err != nil {
		return 0, err
	}
	if err := show(dev, features, result, term.Reset, term.Tap(0)); err != nil {
		return 0, err
	}
	if err := term.Solve(); err != nil {
		return 0, err
	}
	// The results of a new arena are zero; before a second evaluation they would be reset.
	values := make([]float64, scalars.Len())
	if err := dev.ReadScalars(values, scalars); err != nil {
		return 0, err
	}
	return term.Value(values)
}

// show lets a tap see features, as a pass of the network does.
func show(dev engine.Device, m engine.Map, features []float32, reset func() error, tap loss.Tap) error {
	if err := dev.WriteMap(m, engine.All(m.Shape()), features); err != nil {
		return err
	}
	if err := reset(); err != nil {
		return err
	}
	return tap.Reduce(m, engine.All(m.Shape()))
}
