// Package memory reports how much memory a process can use.
package memory

// assumedMemory is assumed for systems that do not report their memory.
const assumedMemory = 4 << 30

// Available returns the number of bytes that this process can still use: the free memory of the system, or less if
// a container's limit is lower.
func Available() int64 {
	free := systemMemory()
	if free <= 0 {
		free = assumedMemory
	}
	if limit := containerMemory(); limit > 0 {
		free = min(free, limit)
	}
	return free
}
