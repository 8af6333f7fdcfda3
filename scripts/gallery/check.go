package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/impasto/impasto/canvas"
)

// checkPages returns an error if a page lacks a sheet, if a sheet lacks its file, or if the sheets are
// too large for a repository.
func checkPages(docs string) error {
	var bytes int64
	files := []string{printFile}
	for _, s := range sheets() {
		files = append(files, filepath.ToSlash(s.file()))
	}
	for _, file := range files {
		size, err := checkShown(docs, file)
		if err != nil {
			return err
		}
		bytes += size
	}
	if bytes > mostBytes {
		return fmt.Errorf("the sheets take %d bytes; at most %d are allowed", bytes, int64(mostBytes))
	}
	return nil
}

// checkShown checks that a page shows a sheet, images/PAGE/NAME.jpg, and returns the size of its file in bytes.
func checkShown(docs, file string) (int64, error) {
	page := path.Base(path.Dir(file))
	text, err := os.ReadFile(filepath.Join(docs, page+".md"))
	if err != nil {
		return 0, err
	}
	if !strings.Contains(string(text), "]("+file+")") {
		return 0, fmt.Errorf("%s.md shows no %s", page, file)
	}
	local := filepath.Join(docs, filepath.FromSlash(file))
	if _, err := canvas.OpenHeader(local, canvas.Limits{}); err != nil {
		return 0, fmt.Errorf("%w; make it with go run ./scripts/gallery", err)
	}
	info, err := os.Stat(local)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// mostBytes limits the size of all sheets together: everyone who clones the repository downloads them.
const mostBytes = 4 << 20
