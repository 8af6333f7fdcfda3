package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/canvas"
)

// checkPages returns an error where a page lacks a sheet, or a sheet its file, or where the sheets are
// more than a repository should carry.
func checkPages(docs string) error {
	var bytes int64
	for _, s := range sheets() {
		page := filepath.Join(docs, s.set+".md")
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		if link := "](" + filepath.ToSlash(s.file()) + ")"; !strings.Contains(string(text), link) {
			return fmt.Errorf("%s shows no %s", page, filepath.ToSlash(s.file()))
		}
		file := filepath.Join(docs, s.file())
		if _, err := canvas.OpenHeader(file, canvas.Limits{}); err != nil {
			return fmt.Errorf("%w; go run ./scripts/gallery %s makes it", err, s.set)
		}
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		bytes += info.Size()
	}
	if bytes > mostBytes {
		return fmt.Errorf("the sheets take %d bytes; %d are the most", bytes, int64(mostBytes))
	}
	return nil
}

// mostBytes bounds all sheets together: everyone who clones the repository fetches them.
const mostBytes = 4 << 20
