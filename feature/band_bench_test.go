package feature_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
)

// BenchmarkBand times VGG-19 with the textbook's losses at 512 pixels for several heights of a band;
// 0 is the plan's own choice.
func BenchmarkBand(b *testing.B) {
	const size = 512
	dev, err := cpu.New(cpu.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer dev.Close()
	s := newSceneOf(b, dev, narrow(feature.VGG19, feature.VGG19.Channels, 1), engine.PadZero, size, size, scenes["textbook"])
	for _, rows := range []int{0, 8, 16, 32, 64, 128, 512} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			plan, err := s.x.Plan(s.job(feature.Job{Gradient: true, Keep: feature.KeepAll, BandRows: rows}))
			if err != nil {
				b.Fatal(err)
			}
			image := engine.Align(4 * 3 * size * size)
			arena, err := dev.NewArena(2*image + plan.Bytes())
			if err != nil {
				b.Fatal(err)
			}
			defer arena.Close()
			pixels := arena.Image(0, size, size)
			if err := dev.Write(pixels, noise(rand.New(rand.NewPCG(1, 2)), 3*size*size)); err != nil {
				b.Fatal(err)
			}
			pass := s.place(b, plan, arena, 2*image)
			for b.Loop() {
				if err := pass.Evaluate(b.Context(), pixels, arena.Image(image, size, size)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
