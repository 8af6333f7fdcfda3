// Package memory says how much memory a process can take.
package memory

// assumedMemory is what a system that does not say is taken to have.
const assumedMemory = 4 << 30

// Available returns how many bytes this process can still take: what the system has free, or less where
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
