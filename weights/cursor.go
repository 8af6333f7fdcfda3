package weights

import (
	"errors"
	"fmt"
	"io"
)

// cursor reads a file from its current position.
type cursor struct {
	r        io.ReaderAt
	pos, end int64
	left     int64 // number of bytes that may still be taken (not skipped)
	buf      []byte
	from     int64 // where buf begins in the file
}

// limit allows n more bytes to be taken.
func (c *cursor) limit(n int64) { c.left = n }

// take returns the next n bytes, valid until the next call.
func (c *cursor) take(n int64) ([]byte, error) {
	if n < 0 || n > c.end-c.pos {
		return nil, io.ErrUnexpectedEOF
	}
	if c.left -= n; c.left < 0 {
		return nil, errors.New("the pickle is too large for a dictionary of tensors")
	}
	if c.pos < c.from || c.pos+n > c.from+int64(len(c.buf)) {
		if err := c.fill(n); err != nil {
			return nil, err
		}
	}
	b := c.buf[c.pos-c.from:][:n]
	c.pos += n
	return b, nil
}

// fill reads at least n bytes into the buffer.
func (c *cursor) fill(n int64) error {
	n = min(max(n, 1<<14), c.end-c.pos)
	if int64(cap(c.buf)) < n {
		c.buf = make([]byte, n)
	}
	c.buf, c.from = c.buf[:n], c.pos
	got, err := c.r.ReadAt(c.buf, c.pos)
	c.buf = c.buf[:got]
	if int64(got) == n {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // the file was truncated
	}
	return err
}

func (c *cursor) byte() (byte, error) {
	b, err := c.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// counted returns bytes preceded by their number, which is width bytes long.
func (c *cursor) counted(width int64) ([]byte, error) {
	b, err := c.take(width)
	if err != nil {
		return nil, err
	}
	n := le(b)
	if n > maxPickle {
		return nil, fmt.Errorf("string of %d bytes", n)
	}
	return c.take(int64(n))
}

// skip skips n bytes.
func (c *cursor) skip(n uint64) error {
	if n > uint64(c.end-c.pos) {
		return io.ErrUnexpectedEOF
	}
	c.pos += int64(n)
	return nil
}

// line returns the bytes up to a line feed.
func (c *cursor) line() (string, error) {
	var line []byte
	for len(line) < 256 {
		b, err := c.byte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return string(line), nil
		}
		line = append(line, b)
	}
	return "", errors.New("name of more than 255 bytes")
}

// le returns the little-endian number in up to 8 bytes.
func le(b []byte) uint64 {
	v := uint64(0)
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}
