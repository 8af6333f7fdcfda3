package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/impasto/impasto/internal/atomicfile"
)

// Store finds networks by name, and keeps those that are not built in, in a folder. It stores only the
// convolutions, as a safetensors file whose name ends in the first 16 digits of its SHA-256; a file with
// another digest is never used. Many processes may use one folder at the same time.
//
// The zero value has no folder, and uses Networks.
type Store struct {
	// Dir is the folder. It is created when needed.
	Dir string
	// Client downloads; nil means http.DefaultClient, which honours the proxy variables of the environment.
	Client *http.Client
	// Mirrors are addresses to try first: MIRROR/FILE must be the file with that name.
	Mirrors []string
	// Offline forbids downloads.
	Offline bool
	// BuiltIn returns the network that is part of the program; nil if there is none.
	BuiltIn func() *Model
	// Known are the networks that can be downloaded by name; nil means Networks.
	Known []Network
	// Progress, if not nil, is called from time to time during long operations, from one goroutine at a time.
	Progress func(Progress)
	// Retries is the number of retries of a server without progress; 0 means 5, a negative value none.
	Retries int
	// Backoff is the pause before the first retry; each further one is twice as long. 0 means a second.
	Backoff time.Duration
	// Stall is the time after which a connection without data is given up; 0 means 30 seconds.
	Stall time.Duration
}

// Progress is the progress of a Store.
type Progress struct {
	Network string
	Stage   Stage
	// Done and Total are in bytes. Total is 0 if unknown.
	Done, Total int64
	// Note says what went wrong and what is tried next.
	Note string
}

// Stage is the operation of a Store.
type Stage string

// The stages, in order.
const (
	Waiting     Stage = "waiting" // for another process that downloads the same network
	Downloading Stage = "downloading"
	Verifying   Stage = "verifying"
	Importing   Stage = "importing"
)

// FromEnvironment returns a store in the platform's cache folder (the folder "impasto" in os.UserCacheDir), or in
// IMPASTO_CACHE. The addresses in IMPASTO_MIRROR, separated by spaces, are tried first; the networks in the file
// IMPASTO_NETWORKS (see ParseNetworks) are added, and replace ours of the same name.
func FromEnvironment() (*Store, error) {
	s := &Store{Dir: os.Getenv("IMPASTO_CACHE"), Mirrors: strings.Fields(os.Getenv("IMPASTO_MIRROR"))}
	if s.Dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("finding the folder for networks: %w; set IMPASTO_CACHE", err)
		}
		s.Dir = filepath.Join(cache, "impasto")
	}
	if file := os.Getenv("IMPASTO_NETWORKS"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading IMPASTO_NETWORKS: %w", err)
		}
		extra, err := ParseNetworks(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, n := range Networks() {
			at := slices.IndexFunc(extra, func(e Network) bool { return e.Name == n.Name })
			if at >= 0 {
				n = extra[at]
				extra = slices.Delete(extra, at, at+1)
			}
			s.Known = append(s.Known, n)
		}
		s.Known = append(s.Known, extra...)
	}
	return s, nil
}

// ErrUnknown reports that there is no network of the given name.
var ErrUnknown = errors.New("unknown network")

// ErrAbsent reports that a network is known, but is not installed and cannot be downloaded.
var ErrAbsent = errors.New("the network is not installed")

// Entry is a network in a store's list.
type Entry struct {
	Network
	// Path is the installed file, or empty.
	Path string
	// Kept is the size of that file in bytes.
	Kept int64
}

// Here reports whether the network can be used without a download.
func (e Entry) Here() bool { return e.BuiltIn || e.Path != "" }

// keptName matches the file name of a network in the folder.
var keptName = regexp.MustCompile(`^(.+)-([0-9a-f]{16})\.safetensors$`)

// List returns the known networks, then those imported under other names.
func (s *Store) List() ([]Entry, error) {
	files, err := s.kept()
	if err != nil {
		return nil, err
	}
	var entries []Entry
	add := func(n Network) {
		e := Entry{Network: n}
		if f, ok := files[n.Name]; ok && !n.BuiltIn {
			e.Path, e.Kept = f.path, f.size
		}
		delete(files, n.Name)
		entries = append(entries, e)
	}
	for _, n := range s.known() {
		add(n)
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		add(Network{Name: name, Summary: "imported"})
	}
	return entries, nil
}

// keptFile is a network's file in the folder.
type keptFile struct {
	path, digest string
	size         int64
	written      time.Time
}

// kept returns the files in the folder by network. If a killed process left two, the newer one counts.
func (s *Store) kept() (map[string]keptFile, error) {
	files := map[string]keptFile{}
	if s.Dir == "" {
		return files, nil
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("looking for networks: %w", err)
	}
	for _, e := range entries {
		m := keptName.FindStringSubmatch(e.Name())
		info, err := e.Info()
		if m == nil || err != nil || !info.Mode().IsRegular() {
			continue
		}
		f := keptFile{filepath.Join(s.Dir, e.Name()), m[2], info.Size(), info.ModTime()}
		if old, ok := files[m[1]]; !ok || f.written.After(old.written) {
			files[m[1]] = f
		}
	}
	return files, nil
}

func (s *Store) known() []Network {
	if s.Known != nil {
		return s.Known
	}
	return Networks()
}

// lookup returns the table's entry for a network, and whether there is one.
func (s *Store) lookup(name string) (Network, bool) {
	for _, n := range s.known() {
		if n.Name == name {
			return n, true
		}
	}
	return Network{}, false
}

// unknown is the error for an unknown name.
func (s *Store) unknown(name string) error {
	var names []string
	if entries, err := s.List(); err == nil {
		for _, e := range entries {
			names = append(names, e.Name)
		}
	}
	return fmt.Errorf("%w %q; must be one of %s, or the path of a file", ErrUnknown, name, strings.Join(names, ", "))
}

// Resolve returns the network with a name or in a file: what a user gives where a network is asked for. The empty
// string is the built-in one. A known network that is not installed is downloaded, which may take long.
func (s *Store) Resolve(ctx context.Context, nameOrFile string) (*Model, error) {
	if nameOrFile == "" {
		if s.BuiltIn == nil {
			return nil, fmt.Errorf("%w: this program has no built-in network", ErrAbsent)
		}
		return s.BuiltIn(), nil
	}
	entries, err := s.List()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name == nameOrFile {
			if !e.Here() {
				if err := s.Get(ctx, e.Name); err != nil {
					return nil, err
				}
			}
			return s.Load(ctx, e.Name)
		}
	}
	if _, err := os.Stat(nameOrFile); err == nil || filepath.Base(nameOrFile) != nameOrFile {
		return ReadFile(ctx, nameOrFile)
	}
	return nil, s.unknown(nameOrFile)
}

// Load returns an installed network. Its file is verified first.
func (s *Store) Load(ctx context.Context, name string) (*Model, error) {
	f, size, err := s.open(ctx, name)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return s.BuiltIn(), nil
	}
	defer f.Close()
	m, err := Read(ctx, f, size)
	if err != nil {
		return nil, fmt.Errorf("reading the network %s: %w", f.Name(), err)
	}
	m.Name = name
	return m, nil
}

// Verify checks that a network is installed and undamaged.
func (s *Store) Verify(ctx context.Context, name string) error {
	f, _, err := s.open(ctx, name)
	if f != nil {
		f.Close()
	}
	return err
}

// open opens the file of a network and verifies its digest. The file is nil for the built-in network, which is
// part of the program.
func (s *Store) open(ctx context.Context, name string) (*os.File, int64, error) {
	n, known := s.lookup(name)
	if n.BuiltIn && s.BuiltIn != nil {
		return nil, 0, nil
	}
	files, err := s.kept()
	if err != nil {
		return nil, 0, err
	}
	k, ok := files[name]
	switch {
	case !ok && !known:
		return nil, 0, s.unknown(name)
	case !ok:
		return nil, 0, fmt.Errorf("%w: %s; download it with: impasto network get %s", ErrAbsent, name, name)
	}
	f, err := os.Open(k.path)
	if err != nil {
		return nil, 0, fmt.Errorf("opening the network %s: %w", name, err)
	}
	digest, err := s.digest(ctx, name, f, k.size)
	if err == nil && digest[:16] != k.digest {
		err = fmt.Errorf("the file is damaged (its SHA-256 begins with %s); remove it with: impasto network remove %s", digest[:16], name)
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("verifying the network %s: %w", k.path, err)
	}
	return f, k.size, nil
}

// digest returns the SHA-256 of a file's first size bytes in hexadecimal.
func (s *Store) digest(ctx context.Context, name string, r io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	report := s.reporter(Progress{Network: name, Stage: Verifying, Total: size})
	in := io.NewSectionReader(cancellable{ctx, r}, 0, size)
	n, err := io.CopyBuffer(h, onlyReader{report.reader(in)}, make([]byte, chunkBytes))
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// Remove deletes a network's file and any partial download of it.
func (s *Store) Remove(ctx context.Context, name string) error {
	n, known := s.lookup(name)
	if n.BuiltIn {
		return fmt.Errorf("removing the network %s: it is built in", name)
	}
	if err := checkName(name); err != nil || s.Dir == "" {
		return s.unknown(name)
	}
	files, err := s.kept()
	if err != nil {
		return err
	}
	left := s.leftovers(name)
	if _, ok := files[name]; !ok && len(left) == 0 {
		if !known {
			return s.unknown(name)
		}
		return fmt.Errorf("removing the network %s: %w", name, ErrAbsent)
	}
	release, err := s.lock(ctx, name)
	if err != nil {
		return err
	}
	defer release()
	for _, path := range append(s.leftovers(name), s.versions(name)...) {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("removing the network %s: %w", name, err)
		}
	}
	return nil
}

// versions returns the files of a network: a single one unless a process was killed.
func (s *Store) versions(name string) []string {
	return s.named(func(file string) bool {
		m := keptName.FindStringSubmatch(file)
		return m != nil && m[1] == name
	})
}

// leftovers returns the unfinished files of a network.
func (s *Store) leftovers(name string) []string {
	return append(s.drafts(name), s.named(func(file string) bool {
		base, part := strings.CutSuffix(file, partSuffix)
		cut := strings.LastIndexByte(base, '-')
		return part && cut >= 0 && base[:cut] == name
	})...)
}

// drafts returns the temporary files of a network that were not completed.
func (s *Store) drafts(name string) []string {
	return s.named(func(file string) bool {
		draft, err := filepath.Match(atomicfile.Drafts(name+keptSuffix), file)
		return draft && err == nil
	})
}

// named returns the paths of the files in the folder whose names are wanted.
func (s *Store) named(wanted func(string) bool) []string {
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return nil
	}
	var paths []string
	for _, e := range entries {
		if wanted(e.Name()) {
			paths = append(paths, filepath.Join(s.Dir, e.Name()))
		}
	}
	return paths
}

// The suffixes of file names: those of installed files, and those of downloads in progress, NAME-DIGEST.part.
const (
	keptSuffix = ".safetensors"
	partSuffix = ".part"
)
