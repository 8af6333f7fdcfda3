package feature_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/impasto/impasto/engine"
	"github.com/impasto/impasto/engine/cpu"
	"github.com/impasto/impasto/feature"
)

// digest runs a plan on a fast device and returns a hash of the bits of the values and the gradient.
func digest(t *testing.T, s *scene, job feature.Job, pixels []float32) uint64 {
	t.Helper()
	plan, err := s.x.Plan(s.job(job))
	if err != nil {
		t.Fatal(err)
	}
	size := engine.Align(int64(4 * len(pixels)))
	arena, err := s.dev.NewArena(2*size + plan.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer arena.Close()
	image, gradient := arena.Image(0, s.height, s.width), arena.Image(size, s.height, s.width)
	if err := s.dev.Write(image, pixels); err != nil {
		t.Fatal(err)
	}
	values := s.values(t, s.place(t, plan, arena, 2*size), image, gradient)
	h := fnv.New64a()
	for _, v := range values {
		_ = binary.Write(h, binary.LittleEndian, math.Float64bits(v))
	}
	numbers := make([]float32, len(pixels))
	if err := s.dev.Read(numbers, gradient); err != nil {
		t.Fatal(err)
	}
	_ = binary.Write(h, binary.LittleEndian, numbers)
	return h.Sum64()
}

// TestPlanBits checks that every memory plan and height of the bands gives the same bits, from run to run and
// for any number of threads, on every instruction set. It logs the digests, for comparing builds.
func TestPlanBits(t *testing.T) {
	pixels := noise(rand.New(rand.NewPCG(1, 2)), 3*139*93)
	for _, isa := range cpu.ISAs() {
		var want uint64
		for _, threads := range []int{1, 2, 3, 7} {
			dev, err := cpu.New(cpu.Options{ISA: isa, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			s := newScene(t, dev, engine.PadReplicate, 139, 93, scenes["textbook"])
			for _, job := range []feature.Job{
				{Keep: feature.KeepAll, BandRows: 1 << 20}, {Keep: feature.KeepAll}, {Keep: feature.KeepAll},
				{Keep: feature.KeepNone}, {Keep: feature.KeepNone, BandRows: 4}, {Keep: feature.KeepAll, BandRows: 12},
			} {
				job.Gradient = true
				got := digest(t, s, job, pixels)
				if want == 0 {
					want = got
				}
				if got != want {
					t.Errorf("%s, %d threads, keep %d, bands of %d rows: digest %x, want %x", isa, threads, job.Keep, job.BandRows, got, want)
				}
			}
			if err := dev.Close(); err != nil {
				t.Error(err)
			}
		}
		t.Logf("digest %s %x", isa, want)
	}
}
