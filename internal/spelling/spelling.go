// Package spelling finds names that are similar to a given one.
package spelling

import (
	"slices"
	"strings"
)

// Nearest returns the count names most similar to a word, the most similar first, or all if there are fewer.
func Nearest(word string, names []string, count int) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return Distance(word, a) - Distance(word, b) })
	return sorted[:min(count, len(sorted))]
}

// Distance is the number of letters that one name has and the other does not, in order and without regard to
// case: small for typing errors and for parts of a name. A changed letter, or one swapped with
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
