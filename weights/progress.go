package weights

import (
	"io"
	"time"
)

const (
	// reportEvery is the least interval between two reports of one stage.
	reportEvery = 100 * time.Millisecond
	// quietly is the time for which a verification is not reported. Few take longer.
	quietly = time.Second
)

// reporter calls Store.Progress as bytes are processed.
type reporter struct {
	call  func(Progress)
	at    Progress
	last  time.Time
	quiet time.Time // nothing is reported before
}

// reporter returns a reporter that starts at p, and reports the start unless it is a verification.
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

// add counts n bytes, and reports them if the last report is old or they complete the total.
func (r *reporter) add(n int) {
	r.at.Done += int64(n)
	if r.call != nil && (r.at.Done == r.at.Total || time.Since(r.last) >= reportEvery) {
		r.now()
	}
}

// note reports a failure and what is tried next.
func (r *reporter) note(text string) {
	r.at.Note = text
	r.now()
	r.at.Note = ""
}

// reader returns a reader of in that counts the bytes.
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

// onlyReader hides all methods but Read, so that io.CopyBuffer uses the buffer it is given.
type onlyReader struct{ io.Reader }
