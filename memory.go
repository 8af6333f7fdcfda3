package impasto

// assumedMemory is what a system that does not tell is taken to have.
const assumedMemory = 4 << 30

// available returns how many bytes this process can still take: what the system has free, or less where
// a container's limit is lower.
func available() int64 {
	free := systemMemory()
	if free <= 0 {
		free = assumedMemory
	}
	if limit := containerMemory(); limit > 0 {
		free = min(free, limit)
	}
	return free
}
