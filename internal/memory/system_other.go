//go:build !linux && !darwin && !windows

package memory

func systemMemory() int64 { return 0 }

func containerMemory() int64 { return 0 }
