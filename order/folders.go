package order

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// entry is a file in one of the folders that may be a picture.
type entry struct {
	path string
	size int64
}

// pictureEndings are the extensions of the formats that package canvas reads.
var pictureEndings = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp"}

// list returns the files of the folders that may be pictures, by extension and size, each folder in the order of
// its names. Hidden folders are skipped. It stops at the limit of entries.
func (s *search) list() []entry {
	if s.listed {
		return s.entries
	}
	s.listed = true
	seen := 0
	for _, folder := range s.LookIn {
		filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error { // the only error is our own, to stop
			if seen++; seen > s.limits.Files {
				return fs.SkipAll
			}
			switch {
			case err != nil:
				return nil // nothing can be found in a folder that cannot be read
			case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.Type().IsRegular() || !slices.Contains(pictureEndings, strings.ToLower(filepath.Ext(path))):
				return nil
			}
			if info, err := d.Info(); err == nil && info.Size() > 0 && info.Size() <= s.limits.FileBytes {
				s.entries = append(s.entries, entry{path, info.Size()})
			}
			return nil
		})
	}
	return s.entries
}

// byContents looks for inputs with a digest among all files of the folders, whatever their names.
func (s *search) byContents(ctx context.Context) error {
	wanted := map[string][]Input{}
	for in := range s.lost {
		if in.SHA256 != "" {
			wanted[in.SHA256] = append(wanted[in.SHA256], in)
		}
	}
	hashed := int64(0)
	for _, e := range s.list() {
		if len(wanted) == 0 || hashed+e.size > s.limits.HashBytes {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		hashed += e.size
		digest, err := hashFile(e)
		if err != nil {
			continue // gone or unreadable: not a match
		}
		inputs, ok := wanted[digest]
		if !ok {
			continue
		}
		f, err := s.open(e.path)
		if err == nil && f.sha256 == digest {
			s.left -= int64(len(f.data))
			for _, in := range inputs {
				s.found[in] = f
			}
			delete(wanted, digest)
		}
	}
	return nil
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
