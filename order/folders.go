package order

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/impasto/impasto/canvas"
)

// entry is a file in one of the folders that may be a picture.
type entry struct {
	path string
	size int64
}

// list returns the files of the folders that may be pictures, by extension, each folder in the order of its names.
// Hidden folders and empty files are skipped. It stops at the limit of entries. The error is that of a context that
// ended.
func (s *search) list(ctx context.Context) ([]entry, error) {
	if s.listed {
		return s.entries, nil
	}
	var entries []entry
	seen, endings := 0, canvas.Endings()
	for _, folder := range s.LookIn {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if seen++; seen > s.limits.Files {
				return fs.SkipAll
			}
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return nil // nothing can be found in a folder that cannot be read
			case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.Type().IsRegular() || !slices.Contains(endings, strings.ToLower(filepath.Ext(path))):
				return nil
			}
			if info, err := d.Info(); err == nil && info.Size() > 0 {
				entries = append(entries, entry{path, info.Size()})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	s.entries, s.listed = entries, true
	return entries, nil
}

// byContents looks for inputs with a digest among all files of the folders, whatever their names. Files that are over
// a limit are skipped.
func (s *search) byContents(ctx context.Context) error {
	wanted := map[string][]Input{}
	for in := range s.lost {
		if in.SHA256 != "" {
			wanted[in.SHA256] = append(wanted[in.SHA256], in)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	entries, err := s.list(ctx)
	if err != nil {
		return err
	}
	hashed := int64(0)
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.size > s.limits.FileBytes || hashed+e.size > s.limits.HashBytes {
			continue
		}
		hashed += e.size
		digest, err := hashFile(e)
		if err != nil {
			continue // gone or unreadable: not a match
		}
		if inputs, ok := wanted[digest]; ok && s.take(e.path, digest, inputs) {
			if delete(wanted, digest); len(wanted) == 0 {
				return nil
			}
		}
	}
	return nil
}

// take opens the file that has the contents of some inputs, and reports whether it could. If not, the inputs are lost
// for the reason why.
func (s *search) take(path, digest string, inputs []Input) bool {
	f, err := s.open(path)
	switch {
	case err != nil:
		for _, in := range inputs {
			s.lost[in] = fmt.Errorf("%s: %w", path, err)
		}
		return false
	case f.sha256 != digest:
		return false // it has just changed
	}
	s.left -= int64(len(f.data))
	for _, in := range inputs {
		s.found[in] = f
	}
	return true
}

func hashFile(e entry) (string, error) {
	f, err := os.Open(e.path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, e.size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
