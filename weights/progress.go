package weights

import (
	"io"
	"time"
)

const (
	// reportEvery is the pause between two reports of one stage.
	reportEvery = 100 * time.Millisecond
	// quietly is how long a verification is not worth a report. Few take longer.
	quietly = time.Second
)

// reporter calls Store.Progress as bytes go by.
type reporter struct {
	call  func(Progress)
	at    Progress
	last  time.Time
	quiet time.Time // until when nothing is reported
}

// reporter returns one that begins at p, and reports the beginning, unless it is a verification.
func (s *Store) reporter(p Progress) *reporter {
	r := &reporter{call: s.Progress, at: p}
	if p.Stage == Verifying {
		r.quiet = time.Now().Add(quietly)
	}
	r.now()
	return r
}

func (r *reporter) now() {
	if now := time.Now(); r.call != nil && !now.Before(r.quiet) {
		r.call(r.at)
		r.last = now
	}
}

// add counts n bytes, and reports them if the last report is old or they are the last.
func (r *reporter) add(n int) {
	r.at.Done += int64(n)
	if r.call != nil && (r.at.Done == r.at.Total || time.Since(r.last) >= reportEvery) {
		r.now()
	}
}

// note reports that something is tried otherwise.
func (r *reporter) note(text string) {
	r.at.Note = text
	r.now()
	r.at.Note = ""
}

// reader returns in, with the bytes that are read from it counted.
func (r *reporter) reader(in io.Reader) io.Reader { return counted{in, r} }

type counted struct {
	in io.Reader
	r  *reporter
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.r.add(n)
	return n, err
}

// onlyReader hides everything but Read, so that io.CopyBuffer uses the buffer that it is given.
type onlyReader struct{ io.Reader }
