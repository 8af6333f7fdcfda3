package order

import (
	"bytes"
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
)

// file is the file of an input.
type file struct {
	name   string // the path it was read from, or a built-in name
	sha256 string
	data   []byte
}

// search is the state of a Resolver for one order.
type search struct {
	*Resolver
	limits Limits
	left   int64 // bytes that may still be read

	found   map[Input]*file
	lost    map[Input]error // why it was not found directly
	entries []entry         // of the folders, once listed
	listed  bool
}

// direct looks in the store, among built-in pictures and for the names.
func (s *search) direct(ctx context.Context, o *Order) error {
	s.lost = map[Input]error{}
	for _, input := range o.Files() {
		if err := ctx.Err(); err != nil {
			return err
		}
		in := *input
		if s.found[in] != nil || s.lost[in] != nil {
			continue
		}
		if f := s.same(in); f != nil {
			s.found[in] = f
			continue
		}
		f, err := s.look(ctx, in)
		if err != nil {
			s.lost[in] = err
			continue
		}
		s.found[in] = f
		s.left -= int64(len(f.data))
	}
	return ctx.Err()
}

// same returns a file that was already read and has the contents of the input.
func (s *search) same(in Input) *file {
	if in.SHA256 == "" {
		return nil
	}
	for _, f := range s.found {
		if f.sha256 == in.SHA256 {
			return f
		}
	}
	return nil
}

// look tries the ways to find one input in turn. It returns the most informative error: that a file has changed, or
// otherwise the first.
func (s *search) look(ctx context.Context, in Input) (*file, error) {
	telling := errNotFound
	ways := []func(context.Context, Input) (*file, error){s.stored, s.builtIn, s.named, s.bareNamed, s.builtInWithoutAt}
	for _, way := range ways {
		f, err := way(ctx, in)
		if err == nil && in.SHA256 != "" && f.sha256 != in.SHA256 {
			err = &ChangedError{f.name, in.SHA256, f.sha256}
		}
		if err == nil {
			return f, nil
		}
		if changed := (*ChangedError)(nil); telling == errNotFound || errors.As(err, &changed) {
			telling = err
		}
	}
	return nil, telling
}

func (s *search) stored(ctx context.Context, in Input) (*file, error) {
	if s.Stored == nil || in.SHA256 == "" {
		return nil, errNotFound
	}
	from, err := s.Stored(ctx, in.SHA256)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return s.read("the stored file", from)
}

func (s *search) builtIn(_ context.Context, in Input) (*file, error) {
	if s.BuiltIn == nil || !strings.HasPrefix(in.Name, "@") {
		return nil, errNotFound
	}
	data, err := s.BuiltIn(in.Name)
	if err != nil {
		return nil, err
	}
	return s.read(in.Name, bytes.NewReader(data))
}

// builtInWithoutAt handles version 0, which had no digests and wrote cat for @cat.
func (s *search) builtInWithoutAt(ctx context.Context, in Input) (*file, error) {
	if in.SHA256 != "" || bareName(in.Name) != in.Name || filepath.Ext(in.Name) != "" || strings.HasPrefix(in.Name, "@") {
		return nil, errNotFound
	}
	f, err := s.builtIn(ctx, Input{Name: "@" + in.Name})
	if err != nil {
		return nil, errNotFound // not a built-in picture
	}
	return f, nil
}

// named opens the name as a path.
func (s *search) named(_ context.Context, in Input) (*file, error) {
	if !s.TrustNames || in.Name == "" || strings.HasPrefix(in.Name, "@") {
		return nil, errNotFound
	}
	return s.open(in.Name)
}

// bareNamed opens a file with the bare name in one of the folders. If only a name is known the extension may be
// missing, but then only one file may match.
func (s *search) bareNamed(ctx context.Context, in Input) (*file, error) {
	wanted := bareName(in.Name)
	if wanted == "" || !filepath.IsLocal(wanted) || strings.HasPrefix(wanted, "@") {
		return nil, errNotFound
	}
	entries, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	var meant []string
	for _, e := range entries {
		name := filepath.Base(e.path)
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		if name == wanted || in.SHA256 == "" && stem == wanted {
			meant = append(meant, e.path)
		}
	}
	switch {
	case len(meant) == 0:
		return nil, errNotFound
	case len(meant) > 1 && in.SHA256 == "":
		return nil, fmt.Errorf("both %s and %s match; give the path", meant[0], meant[1])
	}
	return s.open(meant[0])
}

// open opens a file of this machine.
func (s *search) open(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, bare(err)
	}
	if info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	if size := info.Size(); info.Mode().IsRegular() && size > min(s.limits.FileBytes, s.left) {
		return nil, s.tooLarge()
	}
	return s.read(path, f)
}

// read reads contents into memory, within the limits.
func (s *search) read(name string, from io.Reader) (*file, error) {
	most := min(s.limits.FileBytes, s.left)
	data, err := io.ReadAll(io.LimitReader(from, most+1))
	switch {
	case err != nil:
		return nil, bare(err)
	case int64(len(data)) > most:
		return nil, s.tooLarge()
	}
	digest := sha256.Sum256(data)
	return &file{name, hex.EncodeToString(digest[:]), data}, nil
}

func (s *search) tooLarge() error {
	if s.left < s.limits.FileBytes {
		return fmt.Errorf("all inputs together are over the limit of %d bytes", s.limits.TotalBytes)
	}
	return fmt.Errorf("the file is over the limit of %d bytes", s.limits.FileBytes)
}

// missing returns an error that lists what was not found, or nil.
func (s *search) missing(o *Order) error {
	var all []MissingInput
	for path, in := range o.Files() {
		if s.found[*in] == nil {
			all = append(all, MissingInput{path, *in, s.lost[*in]})
		}
	}
	if all == nil {
		return nil
	}
	return &MissingError{all}
}

// bare strips the path from an error whose message names the file anyway.
func bare(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}
