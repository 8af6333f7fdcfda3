package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/impasto/impasto/internal/atomicfile"
)

// lockPause is the interval at which a lock held by another process is tried again.
const lockPause = 50 * time.Millisecond

// lock waits until no other process downloads or imports the network, and returns the function that unlocks. The
// lock is an empty file, which stays; only its being locked counts, and the lock ends with the process that holds it.
func (s *Store) lock(ctx context.Context, name string) (release func(), err error) {
	if s.Dir == "" {
		return nil, errors.New("importing networks: the store has no folder")
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for networks: %w; set IMPASTO_CACHE to another", err)
	}
	f, err := os.OpenFile(filepath.Join(s.Dir, name+".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("writing into the folder for networks: %w; set IMPASTO_CACHE to another", err)
	}
	report := false
	for {
		ok, err := tryLock(f)
		if ok {
			return func() { f.Close() }, nil
		}
		if err == nil && !report {
			report = true
			s.reporter(Progress{Network: name, Stage: Waiting, Note: "another process is downloading it"})
		}
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(lockPause):
		}
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("waiting for the network %s: %w", name, err)
		}
	}
}

// keptBytes is the size of the convolutions of the largest network, in float32.
const keptBytes = 81 << 20

// room checks that n more bytes fit into the folder.
func (s *Store) room(n int64) error {
	free, known := freeBytes(s.Dir)
	if known && n > 0 && free < uint64(n) {
		return fmt.Errorf("%d MB are needed in %s, but %d MB are free; set IMPASTO_CACHE to another folder",
			n>>20+1, s.Dir, free>>20)
	}
	return nil
}

// ImportOptions supply what a file does not state itself.
type ImportOptions struct {
	// Name is the name of the network. If empty, it is the name of the published network whose file it is, or
	// otherwise the file's own name.
	Name string
	// Preprocessing is that of the network; if empty, the one stated by the file or the table of networks.
	// Networks that were trained in Caffe need FromCaffe.
	Preprocessing Preprocessing
}

// Import installs the network in a file under a name, and returns the entry. The name of a published network is
// reserved for its own file.
func (s *Store) Import(ctx context.Context, path string, o ImportOptions) (Entry, error) {
	e, err := s.importFile(ctx, path, o)
	if err != nil {
		var about *fs.PathError
		if errors.As(err, &about) && about.Path == path {
			err = about.Err // the message already has the path
		}
		return Entry{}, fmt.Errorf("importing %s: %w", path, err)
	}
	return e, nil
}

func (s *Store) importFile(ctx context.Context, path string, o ImportOptions) (Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return Entry{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Entry{}, err
	}
	if !info.Mode().IsRegular() {
		return Entry{}, errors.New("it is not a regular file")
	}
	// The network is read before the digest is computed, so that a file of another kind is reported at once.
	m, err := Read(ctx, f, info.Size())
	if err != nil {
		return Entry{}, err
	}
	digest, err := s.digest(ctx, filepath.Base(path), f, info.Size())
	if err != nil {
		return Entry{}, err
	}
	n, err := s.identify(filepath.Base(path), digest, o)
	if err != nil {
		return Entry{}, err
	}
	if m.Source == "" {
		m.Source, m.SourceSHA256 = path, digest
	}
	release, err := s.lock(ctx, n.Name)
	if err != nil {
		return Entry{}, err
	}
	defer release()
	if err := s.room(min(keptBytes, info.Size())); err != nil {
		return Entry{}, err
	}
	return s.keep(n, m)
}

// identify returns the network that a file with the given name and digest holds.
func (s *Store) identify(file, digest string, o ImportOptions) (Network, error) {
	n := Network{Name: o.Name, Summary: "imported"}
	for _, k := range s.known() {
		switch {
		case k.SHA256 == digest && !k.BuiltIn && (o.Name == "" || o.Name == k.Name):
			n = k
		case k.Name == o.Name:
			return n, fmt.Errorf("it is not the published %s, whose SHA-256 is %s; choose another name", k.Name, k.SHA256)
		}
	}
	if n.Name == "" {
		n.Name = strings.ToLower(strings.TrimSuffix(file, filepath.Ext(file)))
		if _, known := s.lookup(n.Name); known {
			return n, fmt.Errorf("it is not the published %s; choose another name (--as)", n.Name)
		}
	}
	if o.Preprocessing != "" {
		n.Preprocessing = o.Preprocessing
	}
	return n, checkName(n.Name)
}

// keep writes the network's file under a temporary name and renames it, so that a file with the final name is
// always complete. The lock must be held.
func (s *Store) keep(n Network, m *Model) (Entry, error) {
	s.reporter(Progress{Network: n.Name, Stage: Importing})
	m.Name = n.Name
	if n.Padding != "" {
		m.Padding = n.Padding
	}
	if n.Licence != "" {
		m.Licence = n.Licence
	}
	if err := n.Preprocessing.apply(m); err != nil {
		return Entry{}, err
	}
	for _, path := range s.drafts(n.Name) { // left by a process that was killed
		os.Remove(path)
	}
	draft, err := atomicfile.Create(filepath.Join(s.Dir, n.Name+keptSuffix))
	if err != nil {
		return Entry{}, err
	}
	defer draft.Discard()
	h := sha256.New()
	if err := Write(io.MultiWriter(draft, h), m, Float32); err != nil {
		return Entry{}, err
	}
	name := n.Name + "-" + hex.EncodeToString(h.Sum(nil))[:16] + keptSuffix
	if err := draft.CommitAs(name); err != nil {
		return Entry{}, err
	}
	path := filepath.Join(s.Dir, name)
	for _, old := range s.versions(n.Name) {
		if old != path {
			os.Remove(old)
		}
	}
	return Entry{Network: n, Path: path, Kept: draft.Size()}, nil
}
