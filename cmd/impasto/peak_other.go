//go:build !linux && !darwin

package main

// peakBytes returns the most memory that this process had resident so far, 0 where it is not known.
func peakBytes() int64 { return 0 }
