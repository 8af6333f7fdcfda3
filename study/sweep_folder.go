package study

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/impasto/impasto/internal/atomicfile"
)

// SweepFolder is the folder of a sweep: sweep.json identifies the sweep, and the folder cells holds two files for each
// picture, its pixels and its record. The record is written last, so that only complete pictures have one.
type SweepFolder struct {
	Path     string
	Manifest SweepManifest
}

const (
	manifestName = "sweep.json"
	cellsName    = "cells"
	recordEnd    = ".json"
	begunEnd     = ".begun"
)

// SweepManifest identifies a sweep by the options that it varies, but not by their values: lists of values may grow.
type SweepManifest struct {
	Program string            `json:"program"`
	Command string            `json:"command"` // most recent command
	Vary    []string          `json:"vary"`    // names of the axes, sorted
	Fixed   map[string]string `json:"fixed"`   // options that are the same for all cells; a value may be "NAME SHA256"
	Figures []string          `json:"figures,omitempty"`
}

// SweepFolderError reports that a folder does not contain the expected sweep.
type SweepFolderError struct {
	Path    string
	Problem string // predicate of a sentence on the folder: "contains another sweep (...)"
}

func (e *SweepFolderError) Error() string { return "folder " + e.Path + " " + e.Problem }

// OpenSweepFolder opens the folder of a sweep and reports whether it already contains the sweep. It writes nothing. The
// error is a [*SweepFolderError] if the folder contains another sweep. A folder without a manifest is not an error: the
// caller decides whether it may have other contents.
func OpenSweepFolder(path string, m SweepManifest) (f *SweepFolder, there bool, err error) {
	f = &SweepFolder{Path: path, Manifest: m}
	text, err := os.ReadFile(filepath.Join(path, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the sweep in %s: %w", path, bare(err))
	}
	var kept SweepManifest
	if err := json.Unmarshal(text, &kept); err != nil {
		return nil, true, &SweepFolderError{path, fmt.Sprintf("has a damaged %s (%v)", manifestName, err)}
	}
	if why := m.unlike(&kept); why != "" {
		return nil, true, &SweepFolderError{path, fmt.Sprintf("contains another sweep (%s)", why)}
	}
	f.Manifest.Figures = kept.Figures
	return f, true, nil
}

// unlike returns how another manifest differs, "" if it is that of the same sweep.
func (m *SweepManifest) unlike(other *SweepManifest) string {
	if !slices.Equal(m.Vary, other.Vary) {
		return fmt.Sprintf("it varies %s, not %s", strings.Join(other.Vary, " and "), strings.Join(m.Vary, " and "))
	}
	all := maps.Clone(other.Fixed)
	maps.Copy(all, m.Fixed)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if mine, theirs := m.Fixed[name], other.Fixed[name]; mine != theirs {
			return fmt.Sprintf("its %s is %s, not %s", name, shortened(theirs), shortened(mine))
		}
	}
	return ""
}

// shortened formats a fixed value for a message; "NAME SHA256" is shown with the first digits of its digest.
func shortened(value string) string {
	if value == "" {
		return "unset"
	}
	if name, digest, ok := strings.Cut(value, " "); ok && len(digest) == 2*sha256.Size {
		return name + " (" + digest[:8] + ")"
	}
	return value
}

// Begin creates the folder and writes its manifest.
func (f *SweepFolder) Begin() error {
	if err := os.MkdirAll(filepath.Join(f.Path, cellsName), 0o777); err != nil {
		return fmt.Errorf("create the folder of the sweep: %w", err)
	}
	return f.writeJSON(filepath.Join(f.Path, manifestName), f.Manifest)
}

// SweepFile is the picture of a cell in the folder.
type SweepFile struct {
	Picture string `json:"picture"` // name of its file
	SHA256  string `json:"sha256"`  // of that file
}

// PicturePath returns the path of a picture.
func (f *SweepFolder) PicturePath(p SweepFile) string {
	return filepath.Join(f.Path, cellsName, p.Picture)
}

// Whole reports whether a picture exists as it was stored. It is false for a file in another folder.
func (f *SweepFolder) Whole(p SweepFile) bool {
	if p.Picture == "" || p.Picture != filepath.Base(p.Picture) {
		return false
	}
	data, err := os.ReadFile(f.PicturePath(p))
	return err == nil && digestOf(data) == p.SHA256
}

// Records returns the records in the folder, in the order of their file names, as JSON, which may be damaged.
func (f *SweepFolder) Records() ([][]byte, error) {
	entries, err := os.ReadDir(filepath.Join(f.Path, cellsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the sweep in %s: %w", f.Path, bare(err))
	}
	var records [][]byte
	for _, e := range entries {
		if filepath.Ext(e.Name()) != recordEnd {
			continue
		}
		text, err := os.ReadFile(filepath.Join(f.Path, cellsName, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the sweep in %s: %w", f.Path, bare(err))
		}
		records = append(records, text)
	}
	return records, nil
}

// Store writes an encoded PNG under a name without extension, and then the result of record for its file as JSON.
func (f *SweepFolder) Store(name string, picture []byte, record func(SweepFile) any) error {
	p := SweepFile{name + ".png", digestOf(picture)}
	if err := writeFile(f.PicturePath(p), picture); err != nil {
		return err
	}
	return f.writeJSON(f.file(name, recordEnd), record(p))
}

// Mark records that a picture is started, and Unmark that it has ended, successfully or not. Begun reports those that
// have not ended.
func (f *SweepFolder) Mark(name string) error {
	// The file is empty, so it cannot be incomplete.
	if err := os.WriteFile(f.file(name, begunEnd), nil, 0o666); err != nil {
		return fmt.Errorf("write to the folder of the sweep: %w", err)
	}
	return nil
}

// Unmark removes the mark of [SweepFolder.Mark].
func (f *SweepFolder) Unmark(name string) { os.Remove(f.file(name, begunEnd)) }

// Begun reports whether a picture is marked.
func (f *SweepFolder) Begun(name string) bool {
	_, err := os.Stat(f.file(name, begunEnd))
	return err == nil
}

func (f *SweepFolder) file(name, ending string) string {
	return filepath.Join(f.Path, cellsName, name+ending)
}

func (f *SweepFolder) writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeFile(path, append(text, '\n'))
}

func writeFile(path string, data []byte) error {
	if err := atomicfile.Write(path, data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// bare removes operation and path from an error of package os, for a message that names the path itself.
func bare(err error) error {
	if p := new(fs.PathError); errors.As(err, &p) {
		return p.Err
	}
	return err
}
