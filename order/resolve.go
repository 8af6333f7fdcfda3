package order

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Resolver finds the inputs of an order. Every file is read once and its contents are compared with its digest. The
// zero value finds nothing. It is safe for concurrent use if its functions are.
type Resolver struct {
	// Stored, if not nil, opens contents by their digest, as in a store of uploads. It returns an error
	// that wraps fs.ErrNotExist if there are none.
	Stored func(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// BuiltIn, if not nil, returns the picture with a name that begins with @.
	BuiltIn func(name string) ([]byte, error)
	// TrustNames allows names to be opened as paths. It is only for orders written by the user of this machine:
	// otherwise whoever writes an order could have any file of the machine read.
	TrustNames bool
	// LookIn are folders whose files, including those in subfolders, may be used: by their bare names, and by
	// their contents if they were renamed or moved.
	LookIn []string
	// Limits limit the work.
	Limits Limits
}

// Limits limit what a Resolver reads. Zero values select the defaults.
type Limits struct {
	FileBytes  int64 // of one input; 2 GiB
	TotalBytes int64 // of all inputs of an order, which are held in memory; 4 GiB
	Files      int   // entries of folders that are examined; 10,000
	HashBytes  int64 // of files that are read only to compare their digests; 16 GiB
}

func (l Limits) withDefaults() Limits {
	return Limits{cmp.Or(l.FileBytes, 2<<30), cmp.Or(l.TotalBytes, 4<<30), cmp.Or(l.Files, 10_000), cmp.Or(l.HashBytes, 16<<30)}
}

// MissingError lists all inputs of an order that could not be found or read.
type MissingError struct {
	Inputs []MissingInput
}

// MissingInput is an input that could not be found or read.
type MissingInput struct {
	Path  string // in the order: "paintings[0].mask"
	Input Input
	Err   error // why; a [*ChangedError] if a file with the name has other contents
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

// Unwrap returns the errors of all inputs.
func (e *MissingError) Unwrap() []error {
	all := make([]error, len(e.Inputs))
	for i := range e.Inputs {
		all[i] = e.Inputs[i].Err
	}
	return all
}

// String returns the path, the name, the beginning of the digest and the error.
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

// ChangedError reports that a file with an input's name has other contents.
type ChangedError struct {
	File      string // the path, or the name of a built-in picture
	Want, Got string // SHA-256
}

// Error names the file.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s has changed: its SHA-256 is %.12s..., want %.12s...", e.File, e.Got, e.Want)
}

// errNotFound is the error of an input that was not found anywhere.
var errNotFound = fmt.Errorf("not found: %w", fs.ErrNotExist)

// Resolve finds all inputs of an order except the network. If some are missing, the error is a [*MissingError]
// that lists them all, or that of a context that ended.
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

// Identify finds all inputs as Resolve does, and fills in digests that the order lacks. If it fails, it changes
// nothing.
func (r *Resolver) Identify(ctx context.Context, o *Order) (*Inputs, error) {
	in, err := r.Resolve(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, input := range o.Files() {
		f := in.files[*input]
		input.SHA256 = f.sha256
		in.files[*input] = f // under the input's new identity
	}
	return in, nil
}
