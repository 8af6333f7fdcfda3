package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Get downloads a network unless it is installed and undamaged. It resumes an interrupted download, whatever the
// cause of the interruption. Only a file with the expected digest is imported.
func (s *Store) Get(ctx context.Context, name string) error {
	n, known := s.lookup(name)
	if s.Verify(ctx, name) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case !known:
		return s.unknown(name)
	case s.Offline:
		return fmt.Errorf("%w: %s, and downloads are disabled (offline); the built-in network needs no download", ErrAbsent, name)
	case len(n.URLs) == 0:
		return fmt.Errorf("%w: %s, and no address to download it from is known", ErrAbsent, name)
	}
	release, err := s.lock(ctx, name)
	if err != nil {
		return err
	}
	defer release()
	if s.Verify(ctx, name) == nil { // another process was faster
		return nil
	}
	if err := s.fetch(ctx, n); err != nil {
		return fmt.Errorf("fetching the network %s: %w", name, err)
	}
	return nil
}

// fetch downloads and imports a network. The lock must be held.
func (s *Store) fetch(ctx context.Context, n Network) error {
	path := filepath.Join(s.Dir, n.Name+"-"+n.SHA256[:16]+partSuffix)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	d := &download{store: s, network: n, file: f}
	if err := d.resume(ctx); err != nil {
		return err
	}
	if err := s.room(n.Bytes - d.done + min(keptBytes, n.Bytes)); err != nil {
		return err
	}
	if err := d.run(ctx); err != nil {
		return err
	}
	m, err := Read(ctx, f, n.Bytes)
	if err != nil {
		return err
	}
	m.Source, m.SourceSHA256 = n.URLs[0], n.SHA256
	if _, err := s.keep(n, m); err != nil {
		return err
	}
	f.Close() // or Windows would not remove it
	os.Remove(path)
	return nil
}

// download is a download in progress.
type download struct {
	store   *Store
	network Network
	file    *os.File
	hash    hash.Hash // of the first done bytes
	done    int64
	resumed bool // some of them came from an earlier process or another server
	report  *reporter
}

// resume continues with the contents of the file.
func (d *download) resume(ctx context.Context) error {
	info, err := d.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > d.network.Bytes {
		return d.restart()
	}
	d.hash = sha256.New()
	if info.Size() == 0 {
		return nil
	}
	report := d.store.reporter(Progress{Network: d.network.Name, Stage: Verifying, Total: info.Size()})
	in := report.reader(io.NewSectionReader(cancellable{ctx, d.file}, 0, info.Size()))
	d.done, err = io.CopyBuffer(d.hash, onlyReader{in}, make([]byte, chunkBytes))
	d.resumed = d.done > 0
	return err
}

// restart discards the contents of the file.
func (d *download) restart() error {
	d.hash = sha256.New()
	d.done, d.resumed = 0, false
	if d.report != nil {
		d.report.at.Done = 0
	}
	return d.file.Truncate(0)
}

// run downloads what is missing, from one address after another, until the digest is right.
func (d *download) run(ctx context.Context) error {
	d.report = d.store.reporter(Progress{
		Network: d.network.Name, Stage: Downloading, Done: d.done, Total: d.network.Bytes,
	})
	var failed failures
	for _, address := range d.network.addresses(d.store.Mirrors) {
		for {
			resumed := d.resumed
			err := d.from(ctx, address)
			if err == nil {
				if err = d.check(); err == nil {
					return nil
				}
				if restartErr := d.restart(); restartErr != nil {
					return restartErr
				}
				if resumed { // the fault may lie in the earlier bytes
					d.report.note("the partial download does not match; starting over")
					continue
				}
			}
			if ctx.Err() != nil || errors.As(err, new(diskError)) {
				return err
			}
			failed = append(failed, fmt.Errorf("%s: %w", address, err))
			d.report.note(failed[len(failed)-1].Error())
			d.resumed = d.done > 0
			break
		}
	}
	return fmt.Errorf("%w; the built-in network needs no connection", failed)
}

// check compares the digest of a complete file.
func (d *download) check() error {
	if got := hex.EncodeToString(d.hash.Sum(nil)); got != d.network.SHA256 {
		return fmt.Errorf("the file has SHA-256 %s, want %s", got, d.network.SHA256)
	}
	return nil
}

// from downloads from one address. It retries as long as there is progress, and a few times more.
func (d *download) from(ctx context.Context, address string) error {
	retries, pause := d.store.Retries, d.store.Backoff
	if retries == 0 {
		retries = 5
	}
	if pause == 0 {
		pause = time.Second
	}
	wait, most := pause, d.done
	for failures := 0; d.done < d.network.Bytes; {
		err := d.request(ctx, address)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.As(err, new(diskError)) || errors.As(err, new(refusal)) {
			return err
		}
		if d.done > most {
			failures, wait, most = 0, pause, d.done
		} else if failures++; failures > retries {
			return err
		}
		d.report.note(fmt.Sprintf("%v; trying again", err))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, time.Minute)
	}
	return nil
}

// request sends one request for what is missing and reads the response.
func (d *download) request(ctx context.Context, address string) error {
	stall := d.store.Stall
	if stall == 0 {
		stall = 30 * time.Second
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("no data received for %v", stall)) })
	defer watch.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return refusal{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // ranges count the bytes of the file itself
	if d.done > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.done))
	}
	client := d.store.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if strings.Contains(err.Error(), "redirects") { // net/http has no value for it
			return refusal{err}
		}
		return err
	}
	defer resp.Body.Close()
	if err := d.accept(resp); err != nil {
		return err
	}
	err = d.take(resp.Body, func() { watch.Reset(stall) })
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.As(err, new(diskError)) {
		return cause
	}
	return err
}

// accept checks a response's status and size before reading its body.
func (d *download) accept(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusPartialContent && d.done > 0:
		var from, to, total int64
		_, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total)
		if err != nil || from != d.done || to >= total {
			return errors.Join(fmt.Errorf("the server sent the range %q, want %d-",
				resp.Header.Get("Content-Range"), d.done), d.whole())
		}
		return d.size(resp, total)
	case code == http.StatusOK:
		if err := d.size(resp, resp.ContentLength); err != nil || d.done == 0 {
			return err
		}
		d.report.note("the server cannot resume a download; starting over")
		return d.whole()
	case code == http.StatusRequestedRangeNotSatisfiable:
		return errors.Join(errors.New(resp.Status), d.whole())
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return refusal{fmt.Errorf("the server answered %s", resp.Status)}
}

// whole prepares for a file from its start.
func (d *download) whole() error {
	if err := d.restart(); err != nil {
		return diskError{err}
	}
	return nil
}

// size returns an error if a file's size is not the network's; -1 is an unknown size.
func (d *download) size(resp *http.Response, size int64) error {
	if kind := resp.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
		return refusal{errors.New("the server sent a web page instead of the file")}
	}
	if size >= 0 && size != d.network.Bytes {
		return refusal{fmt.Errorf("the server's file has %d bytes, want %d", size, d.network.Bytes)}
	}
	return nil
}

// take appends the body to the file and to the digest.
func (d *download) take(body io.Reader, alive func()) error {
	buf := make([]byte, chunkBytes)
	for d.done < d.network.Bytes {
		n, err := body.Read(buf[:min(chunkBytes, d.network.Bytes-d.done)])
		if n > 0 {
			alive()
			if _, err := d.file.WriteAt(buf[:n], d.done); err != nil {
				return diskError{err}
			}
			d.hash.Write(buf[:n])
			d.done += int64(n)
			d.report.add(n)
		}
		if errors.Is(err, io.EOF) && d.done < d.network.Bytes {
			return fmt.Errorf("the connection ended at byte %d of %d: %w", d.done, d.network.Bytes, io.ErrUnexpectedEOF)
		}
		if err != nil && d.done < d.network.Bytes {
			return fmt.Errorf("the connection broke at byte %d of %d: %w", d.done, d.network.Bytes, err)
		}
	}
	return nil
}

// diskError is a failure to write, which trying another address cannot fix.
type diskError struct{ error }

func (e diskError) Unwrap() error { return e.error }

// refusal is a failure that retrying with the same server cannot fix.
type refusal struct{ error }

func (e refusal) Unwrap() error { return e.error }

// failures are the errors of one address after another, on one line.
type failures []error

func (f failures) Error() string {
	var texts []string
	for _, err := range f {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "; ")
}

func (f failures) Unwrap() []error { return f }
