package transfer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// SnapshotError reports why a snapshot cannot be read or resumed.
type SnapshotError struct{ Reason string }

func (e *SnapshotError) Error() string { return "resume from the snapshot: " + e.Reason }

func unfit(format string, args ...any) error { return &SnapshotError{fmt.Sprintf(format, args...)} }

// A snapshot is written as a line that names the format, the length of a header, the header as JSON, the numbers of
// every vector as little-endian float32, and a CRC-32 (Castagnoli) of all that, so that a truncated file is never
// taken for a complete one.
const (
	snapshotMagic  = "impasto snapshot 1\n"
	mostHeader     = 4 << 20 // bytes: far more than the longest history needs
	mostVectors    = 1 << 15
	mostDimensions = 1 << 17 // pixels of a side
)

// snapshotHeader is the snapshot without the numbers.
type snapshotHeader struct {
	*Snapshot
	Vectors []vectorHeader
}

type vectorHeader struct {
	Name   string
	Pixels [2]int
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// WriteTo writes the snapshot.
func (s *Snapshot) WriteTo(w io.Writer) (int64, error) {
	header := snapshotHeader{Snapshot: s}
	for _, v := range s.Vectors {
		header.Vectors = append(header.Vectors, vectorHeader{v.Name, v.Pixels})
	}
	text, err := json.Marshal(header)
	if err != nil {
		return 0, fmt.Errorf("write the snapshot: %w", err)
	}
	sum := crc32.New(castagnoli)
	out := &counting{w: bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)}
	out.write([]byte(snapshotMagic))
	out.write(binary.LittleEndian.AppendUint32(nil, uint32(len(text))))
	out.write(text)
	var buffer []byte
	for _, v := range s.Vectors {
		for rest := v.Data; len(rest) > 0; {
			n := min(len(rest), 1<<13)
			buffer = buffer[:0]
			for _, x := range rest[:n] {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
			}
			out.write(buffer)
			rest = rest[n:]
		}
	}
	if err := out.flush(); err != nil {
		return out.n, fmt.Errorf("write the snapshot: %w", err)
	}
	n, err := w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	return out.n + int64(n), err
}

// counting remembers the first error and counts the bytes written.
type counting struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counting) write(data []byte) {
	if c.err == nil {
		var n int
		n, c.err = c.w.Write(data)
		c.n += int64(n)
	}
}

func (c *counting) flush() error {
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

// ReadSnapshot reads what WriteTo writes. It reads at most limit bytes of numbers; the error is a
// *SnapshotError if the data is not a complete snapshot.
func ReadSnapshot(r io.Reader, limit int64) (*Snapshot, error) {
	sum := crc32.New(castagnoli)
	source := bufio.NewReaderSize(r, 1<<16)
	in := io.TeeReader(source, sum)
	start := make([]byte, len(snapshotMagic)+4)
	if _, err := io.ReadFull(in, start); err != nil || !bytes.HasPrefix(start, []byte(snapshotMagic)) {
		return nil, unfit("the file is not a snapshot of this version")
	}
	length := binary.LittleEndian.Uint32(start[len(snapshotMagic):])
	if length > mostHeader {
		return nil, unfit("its header of %d bytes is too long", length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, unfit("the file is truncated")
	}
	s := &Snapshot{}
	header := snapshotHeader{Snapshot: s}
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, unfit("its header is damaged: %v", err)
	}
	if err := s.readVectors(in, header.Vectors, limit); err != nil {
		return nil, err
	}
	want := sum.Sum32()
	var check [4]byte
	if _, err := io.ReadFull(source, check[:]); err != nil {
		return nil, unfit("the file is truncated")
	}
	if binary.LittleEndian.Uint32(check[:]) != want {
		return nil, unfit("the file is damaged: its checksum differs")
	}
	return s, nil
}

// readVectors reads the numbers, allocating memory only as they arrive.
func (s *Snapshot) readVectors(in io.Reader, headers []vectorHeader, limit int64) error {
	if len(headers) > mostVectors {
		return unfit("it has %d vectors", len(headers))
	}
	const piece = 1 << 16
	buffer := make([]byte, 4*piece)
	for _, h := range headers {
		if h.Pixels[0] < 1 || h.Pixels[1] < 1 || h.Pixels[0] > mostDimensions || h.Pixels[1] > mostDimensions {
			return unfit("its vector %q has invalid size %dx%d", h.Name, h.Pixels[0], h.Pixels[1])
		}
		n := 3 * int64(h.Pixels[0]) * int64(h.Pixels[1])
		if limit -= 4 * n; limit < 0 {
			return unfit("its vectors exceed the memory limit")
		}
		v := Vector{Name: h.Name, Pixels: h.Pixels}
		for int64(len(v.Data)) < n {
			part := buffer[:4*min(piece, n-int64(len(v.Data)))]
			if _, err := io.ReadFull(in, part); err != nil {
				return unfit("the file is truncated")
			}
			for i := 0; i < len(part); i += 4 {
				v.Data = append(v.Data, math.Float32frombits(binary.LittleEndian.Uint32(part[i:])))
			}
		}
		s.Vectors = append(s.Vectors, v)
	}
	return nil
}
