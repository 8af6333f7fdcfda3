package order

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Resolver finds the inputs of an order. Every file is read once and its contents compared with its digest. The
// zero value finds nothing. It may be used by several goroutines at once where its functions may.
type Resolver struct {
	// Stored, where not nil, opens contents by their digest, as a store of uploads has them. It returns an
	// error that wraps fs.ErrNotExist where there are none.
	Stored func(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// BuiltIn, where not nil, returns the picture behind a name that begins with @.
	BuiltIn func(name string) ([]byte, error)
	// TrustNames lets names be opened as paths. It is for orders that the user of this machine wrote, and for
	// no others: whoever writes an order could otherwise have any file of the machine read.
	TrustNames bool
	// LookIn are folders whose files, and those of their folders, may be used: by their bare names, and by
	// their contents where they were renamed or moved.
	LookIn []string
	// Limits bound the work.
	Limits Limits
}

// Limits bound what a Resolver reads. Zero values mean the defaults.
type Limits struct {
	FileBytes  int64 // of one input; 2 GiB
	TotalBytes int64 // of all inputs of an order, which are held in memory; 4 GiB
	Files      int   // entries of folders that are looked at; 10,000
	HashBytes  int64 // of files that are read only to compare their digests; 16 GiB
}

func (l Limits) withDefaults() Limits {
	return Limits{cmp.Or(l.FileBytes, 2<<30), cmp.Or(l.TotalBytes, 4<<30), cmp.Or(l.Files, 10_000), cmp.Or(l.HashBytes, 16<<30)}
}

// MissingError says which inputs of an order could not be had: all of them at once.
type MissingError struct {
	Inputs []MissingInput
}

// MissingInput is an input that could not be had.
type MissingInput struct {
	Path  string // in the order: "paintings[0].mask"
	Input Input
	Err   error // why; a [*ChangedError] where a file of the name has other contents
}

// Error returns one line with all inputs.
func (e *MissingError) Error() string {
	parts := make([]string, len(e.Inputs))
	for i := range e.Inputs {
		parts[i] = e.Inputs[i].String()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return fmt.Sprintf("%d inputs are missing: %s", len(parts), strings.Join(parts, "; "))
}

// Unwrap returns why each is missing.
func (e *MissingError) Unwrap() []error {
	all := make([]error, len(e.Inputs))
	for i := range e.Inputs {
		all[i] = e.Inputs[i].Err
	}
	return all
}

// String returns path, name, the digest's beginning and why the input is missing.
func (m *MissingInput) String() string {
	return fmt.Sprintf("%s: %s: %v", m.Path, m.Input.String(), m.Err)
}

// String returns the name and the beginning of the digest, as far as they are known.
func (i *Input) String() string {
	digest := i.SHA256[:min(len(i.SHA256), 12)]
	switch {
	case digest == "":
		return quoted(i.Name)
	case i.Name == "":
		return "SHA-256 " + digest + "..."
	}
	return quoted(i.Name) + " (SHA-256 " + digest + "...)"
}

// ChangedError says that a file is there under an input's name and has other contents.
type ChangedError struct {
	File      string // the path, or the name of a built-in picture
	Want, Got string // SHA-256
}

// Error names the file.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s has changed since: its SHA-256 is %.12s..., not %.12s...", e.File, e.Got, e.Want)
}

// errNotFound is why an input is missing that is nowhere.
var errNotFound = fmt.Errorf("not found: %w", fs.ErrNotExist)

// Resolve finds all inputs of an order but the network. Where some are missing the error is a [*MissingError]
// that lists them all; a context that ends gives its own.
func (r *Resolver) Resolve(ctx context.Context, o *Order) (*Inputs, error) {
	s := &search{Resolver: r, limits: r.Limits.withDefaults(), found: map[Input]*file{}}
	s.left = s.limits.TotalBytes
	if err := s.direct(ctx, o); err != nil {
		return nil, err
	}
	if err := s.byContents(ctx); err != nil {
		return nil, err
	}
	if missing := s.missing(o); missing != nil {
		return nil, missing
	}
	return &Inputs{s.found}, nil
}

// Identify finds all inputs as Resolve does, and fills in the digests that the order does not have yet. It
// changes nothing where it fails.
func (r *Resolver) Identify(ctx context.Context, o *Order) (*Inputs, error) {
	in, err := r.Resolve(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, input := range o.Inputs() {
		f := in.files[*input]
		input.SHA256 = f.sha256
		in.files[*input] = f // by what the input is called from now on
	}
	return in, nil
}
