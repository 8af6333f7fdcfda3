package study

import "math"

// clusterOrder returns an order of the channels of a symmetric matrix [n,n] in which channels that are often
// active together are adjacent: the leaves of average-linkage clustering with the distance 1 - cosine, computed by
// nearest-neighbour chains (Murtagh 1983) in O(n^2) memory and time. Clusters are joined at their nearest ends.
func clusterOrder(gram []float64, n int) []int {
	d := cosineDistances(gram, n)
	members := make([][]int, n)
	size := make([]float64, n)
	for i := range n {
		members[i], size[i] = []int{i}, 1
	}
	between := func(i, j int) float64 { return d[i*n+j] }
	var chain []int
	for joined := 0; joined < n-1; {
		if len(chain) == 0 {
			chain = append(chain, firstOf(members))
		}
		top := chain[len(chain)-1]
		next := nearest(members, top, between, chain)
		if len(chain) < 2 || next != chain[len(chain)-2] {
			chain = append(chain, next)
			continue
		}
		chain = chain[:len(chain)-2]
		for k := range n {
			if members[k] != nil && k != top && k != next {
				mean := (size[top]*between(top, k) + size[next]*between(next, k)) / (size[top] + size[next])
				d[next*n+k], d[k*n+next] = mean, mean
			}
		}
		members[next] = meet(members[next], members[top], cosines{gram, n})
		size[next] += size[top]
		members[top] = nil
		joined++
	}
	return members[firstOf(members)]
}

func firstOf(members [][]int) int {
	for i, m := range members {
		if m != nil {
			return i
		}
	}
	panic("study: no cluster is left")
}

// nearest returns the cluster nearest to i. Ties are resolved in favour of the one before i in the chain; otherwise
// the chain might not end.
func nearest(members [][]int, i int, between func(i, j int) float64, chain []int) int {
	best, least := -1, math.Inf(1)
	if len(chain) > 1 {
		best = chain[len(chain)-2]
		least = between(i, best)
	}
	for j, m := range members {
		if m != nil && j != i && (best < 0 || between(i, j) < least) {
			best, least = j, between(i, j)
		}
	}
	return best
}

// cosines gives access to the cosines of a Gram matrix.
type cosines struct {
	gram []float64
	n    int
}

// of returns G_ij / sqrt(G_ii G_jj), 0 if a channel is dead.
func (c cosines) of(i, j int) float64 {
	product := c.gram[i*c.n+i] * c.gram[j*c.n+j]
	if product <= 0 {
		return 0
	}
	return c.gram[i*c.n+j] / math.Sqrt(product)
}

func cosineDistances(gram []float64, n int) []float64 {
	c := cosines{gram, n}
	d := make([]float64, n*n)
	for i := range n {
		for j := range n {
			d[i*n+j] = 1 - c.of(i, j)
		}
	}
	return d
}

// meet joins two orders at their most similar ends.
func meet(a, b []int, c cosines) []int {
	first, last := func(v []int) int { return v[0] }, func(v []int) int { return v[len(v)-1] }
	best, most := 0, math.Inf(-1)
	for k, alike := range []float64{c.of(last(a), first(b)), c.of(last(a), last(b)), c.of(first(a), first(b)), c.of(first(a), last(b))} {
		if alike > most {
			best, most = k, alike
		}
	}
	if best >= 2 {
		a = reversed(a)
	}
	if best%2 == 1 {
		b = reversed(b)
	}
	return append(append(make([]int, 0, len(a)+len(b)), a...), b...)
}

func reversed(v []int) []int {
	r := make([]int, len(v))
	for i, x := range v {
		r[len(v)-1-i] = x
	}
	return r
}
