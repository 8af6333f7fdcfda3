package memory

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGroupMemory reads limits of control groups of both versions.
func TestGroupMemory(t *testing.T) {
	for name, c := range map[string]struct {
		groups string
		files  map[string]string
		want   int64
	}{
		"none":          {"0::/user\n", nil, 0},
		"no limit":      {"0::/\n", map[string]string{"memory.max": "max\n", "memory.current": "5\n"}, 0},
		"version 2":     {"0::/box\n", map[string]string{"box/memory.max": "1000\n", "box/memory.current": "300\n"}, 700},
		"own root":      {"0::/../elsewhere\n", map[string]string{"memory.max": "1000\n", "memory.current": "100\n"}, 900},
		"version 1":     {"4:cpu,memory:/box\n", map[string]string{"memory/box/memory.limit_in_bytes": "50\n", "memory/box/memory.usage_in_bytes": "20\n"}, 30},
		"the lower one": {"0::/box\n", map[string]string{"memory.max": "500\n", "box/memory.max": "1000\n"}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range c.files {
				path := filepath.Join(root, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got := groupMemory(root, c.groups); got != c.want {
				t.Errorf("%d bytes left, want %d", got, c.want)
			}
		})
	}
}

func TestSystemMemory(t *testing.T) {
	if got := Available(); got < 1<<20 {
		t.Errorf("this system has %d bytes available", got)
	}
}
