// Package spelling finds the names that someone may have meant.
package spelling

import (
	"slices"
	"strings"
)

// Nearest returns the count names that are most like a word, the most similar first; fewer where there are not so many.
func Nearest(word string, names []string, count int) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return Distance(word, a) - Distance(word, b) })
	return sorted[:min(count, len(sorted))]
}

// Distance is how many letters one name has and the other has not, in their order and without regard to
// case: small for slips of the keyboard and for parts of a name. A letter that was changed, or swapped with
// its neighbour, counts 2.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1) // longest common subsequences
	for i := range len(a) {
		diagonal := 0
		for j := range len(b) {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return len(a) + len(b) - 2*row[len(b)]
}
