package memory

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// systemMemory returns MemAvailable of /proc/meminfo in bytes, or 0 if it is missing.
func systemMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}

// containerMemory returns what remains of the limits of this process's control groups, or 0 if there
// are none.
func containerMemory() int64 {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	return groupMemory("/sys/fs/cgroup", string(groups))
}

// groupMemory reads the limits under root, of version 2 ("0::/path") and version 1 ("4:memory:/path").
// A container often sees its own group at the root, whatever the path says, so the root counts too.
func groupMemory(root, groups string) int64 {
	least := int64(0)
	consider := func(dir, limit, used string) {
		max, current := number(filepath.Join(dir, limit)), number(filepath.Join(dir, used))
		if max > 0 && max < 1<<60 && (least == 0 || max-current < least) {
			least = max - current
		}
	}
	for line := range strings.Lines(groups) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		for _, path := range []string{part[2], "/"} {
			switch {
			case part[1] == "":
				consider(filepath.Join(root, path), "memory.max", "memory.current")
			case strings.Contains(","+part[1]+",", ",memory,"):
				consider(filepath.Join(root, "memory", path), "memory.limit_in_bytes", "memory.usage_in_bytes")
			}
		}
	}
	return least
}

// number reads a file with one number, or returns 0 if it holds none ("max").
func number(path string) int64 {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
