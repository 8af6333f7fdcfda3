package study

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestClusterOrderIsAPermutation tries Gram matrices of random features with dead and equal channels.
func TestClusterOrderIsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "channels")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		features := make([][]float64, n)
		for i := range features {
			features[i] = make([]float64, 5)
			switch {
			case i > 0 && rng.IntN(4) == 0:
				copy(features[i], features[rng.IntN(i)])
			case rng.IntN(6) > 0:
				for k := range features[i] {
					features[i][k] = max(0, rng.NormFloat64())
				}
			}
		}
		order := clusterOrder(direct(features), n)
		slices.Sort(order)
		for i, v := range order {
			if i != v {
				t.Fatalf("%v is not a permutation of %d channels", order, n)
			}
		}
		if len(order) != n {
			t.Fatalf("%d of %d channels", len(order), n)
		}
	})
}

// direct computes the Gram matrix by its definition.
func direct(features [][]float64) []float64 {
	n := len(features)
	gram := make([]float64, n*n)
	for i := range n {
		for j := range n {
			for k, v := range features[i] {
				gram[i*n+j] += v * features[j][k]
			}
		}
	}
	return gram
}

// TestClusterOrderKeepsGroups mixes the channels of three groups and checks that each group is contiguous.
func TestClusterOrderKeepsGroups(t *testing.T) {
	const n, groups = 24, 3
	rng := rand.New(rand.NewPCG(1, 2))
	features := make([][]float64, n)
	for i := range features {
		features[i] = make([]float64, groups*4)
		for k := range 4 {
			features[i][i%groups*4+k] = 1 + 0.2*rng.Float64()
		}
	}
	changes := 0
	order := clusterOrder(direct(features), n)
	for i := 1; i < n; i++ {
		if order[i]%groups != order[i-1]%groups {
			changes++
		}
	}
	if changes != groups-1 {
		t.Errorf("%v changes group %d times", order, changes)
	}
}
