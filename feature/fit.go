package feature

import (
	"cmp"
	"slices"
)

// fit gives every buffer an offset such that no two that are live at the same time overlap, and returns
// the end of the last one. Large buffers come first, each at the lowest free offset: within a few per cent
// of the lower bound for the few dozen buffers of a VGG.
func fit(buffers []*buffer) int64 {
	order := slices.Clone(buffers)
	slices.SortStableFunc(order, func(a, b *buffer) int { return cmp.Compare(b.bytes, a.bytes) })
	var placed []*buffer // by offset
	var end int64
	for _, b := range order {
		b.offset = lowest(placed, b)
		i, _ := slices.BinarySearchFunc(placed, b.offset, func(p *buffer, o int64) int { return cmp.Compare(p.offset, o) })
		placed = slices.Insert(placed, i, b)
		end = max(end, b.offset+b.bytes)
	}
	return end
}

// lowest returns the lowest offset at which b overlaps none of the placed buffers that are live with it.
func lowest(placed []*buffer, b *buffer) int64 {
	var at int64
	for _, p := range placed {
		if p.to < b.from || b.to < p.from {
			continue
		}
		if at+b.bytes <= p.offset {
			return at
		}
		at = max(at, p.offset+p.bytes)
	}
	return at
}
