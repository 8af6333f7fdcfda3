package loss_test

import (
	"fmt"
	"log"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/loss"
)

// A style loss is told a painting's statistics and sees the rows of the result's map. Here both are one
// row of four positions with two features, and the result has them swapped: the Gram matrices differ, and so
// do the distributions.
func Example() {
	dev, err := cpu.New(cpu.Options{Threads: 1})
	if err != nil {
		log.Fatal(err)
	}
	defer dev.Close()
	shape := engine.Shape{Channels: 2, Height: 1, Width: 4}
	size := engine.Align(dev.MapBytes(shape, 1))
	arena, err := dev.NewArena(2 * size)
	if err != nil {
		log.Fatal(err)
	}
	defer arena.Close()
	painting, result := arena.Map(0, shape, 1), arena.Map(size, shape, 1)
	dev.WriteMap(painting, engine.All(shape), []float32{0, 0, 4, 4, 1, 1, 1, 1})
	dev.WriteMap(result, engine.All(shape), []float32{1, 1, 1, 1, 0, 0, 4, 4})

	observer := loss.NewObserver(dev, 2, nil)
	observer.Reduce(painting, engine.All(shape))
	learned := observer.Statistics()

	gram := loss.NewGram(dev, learned, nil, loss.Mean, 1)
	gram.Reduce(result, engine.All(shape))
	value, err := gram.Solve()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Gram %.2f\n", value)

	wasserstein := loss.NewWasserstein(dev, learned, nil, loss.Exact, 1)
	wasserstein.Reduce(result, engine.All(shape))
	if value, err = wasserstein.Solve(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Wasserstein %.2f\n", value)
	// Output:
	// Gram 24.50
	// Wasserstein 4.96
}
