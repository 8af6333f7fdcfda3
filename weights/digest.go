package weights

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"math"
)

// Digest returns the SHA-256 of all parameters and of the preprocessing, as 64 hexadecimal digits. It is the same
// for every file that holds them. It takes about a second per gigabyte of parameters, so callers should keep it.
func (m *Model) Digest() string {
	h := sha256.New()
	for _, c := range m.Convolutions {
		hashNumbers(h, c.Weight)
		hashNumbers(h, c.Bias)
	}
	stated, err := json.Marshal(m.Input)
	if err != nil {
		panic("weights: " + err.Error()) // finite numbers always encode
	}
	h.Write(stated)
	return hex.EncodeToString(h.Sum(nil))
}

// hashNumbers writes numbers as the little-endian bytes of float32.
func hashNumbers(h hash.Hash, values []float32) {
	buf := make([]byte, 0, 1<<16)
	for _, v := range values {
		if buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v)); len(buf) == cap(buf) {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
}
