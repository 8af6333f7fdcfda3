package main

import "golang.org/x/sys/unix"

// peakBytes returns the peak resident memory of this process.
func peakBytes() int64 {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Maxrss // bytes on macOS, unlike elsewhere
}
