//go:build !linux && !darwin

package main

// peakBytes returns the peak resident memory of this process, 0 if it is unknown.
func peakBytes() int64 { return 0 }
