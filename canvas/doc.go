// Package canvas turns picture files into planar float32 RGB and back. It is the only
// place that knows bytes, file formats and colour profiles; everything after it sees
// numbers.
//
// A [Picture] holds sRGB values: encoded, as in the file, not proportional to light.
// [Open] and [Decode] read all [Formats], such as PNG and WebP, turn the picture as its
// EXIF orientation says, convert an embedded ICC profile to sRGB, lay transparency over
// white, and keep 16 bits where the file has them. [Save] and [Encode] write those that
// are [Format.Writable], PNG and JPEG, and can embed how the picture was made;
// [ReadRecipe] reads it back. Each format is one file of this package, which registers it.
//
// [Resize] scales photographs in linear light. [Resample] scales any planes of numbers
// as they are: iterates of an optimisation and its state, which may leave [0, 1].
//
// The package holds no state but the table of its formats, which is complete before main
// and never changes. It prints nothing, and is safe for concurrent use. Files are
// taken as hostile: sizes are checked in the header, before memory is taken, and a file
// that is not what it claims to be gives an error.
package canvas
