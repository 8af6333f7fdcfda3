// The assembler lacks most of NEON's arithmetic on float32, so here are the encodings (Arm Architecture
// Reference Manual, C7.2), on registers by number: d = n op m.
#define THREE(code, d, n, m) WORD $(code | ((m) << 16) | ((n) << 5) | (d))
#define FADD(d, n, m) THREE(0x4E20D400, d, n, m)
#define FSUB(d, n, m) THREE(0x4EA0D400, d, n, m)
#define FMAX(d, n, m) THREE(0x4E20F400, d, n, m)
#define FCMEQ(d, n, m) THREE(0x4E20E400, d, n, m)
#define ADDP(d, n, m) THREE(0x4EA0BC00, d, n, m)
#define AND4(d, n, m) THREE(0x4E201C00, d, n, m)
#define BIC4(d, n, m) THREE(0x4E601C00, d, n, m)
#define CMTST(d, n, m) THREE(0x4EA08C00, d, n, m)
#define UZP1(d, n, m) THREE(0x4E401800, d, n, m)

// d = n > 0.
#define POSITIVE(d, n) WORD $(0x4EA0C800 | ((n) << 5) | (d))

// All eight halfwords of d = halfword i of n.
#define DUPH(d, n, i) WORD $(0x4E000400 | ((4 * (i) + 2) << 16) | ((n) << 5) | (d))

// d += n * m[i], d -= n * m[i], d = n * m[i].
#define ELEMENT(code, d, n, m, i) WORD $(code | (((i) & 1) << 21) | ((m) << 16) | (((i) >> 1) << 11) | ((n) << 5) | (d))
#define FMLA(d, n, m, i) ELEMENT(0x4F801000, d, n, m, i)
#define FMLS(d, n, m, i) ELEMENT(0x4F805000, d, n, m, i)
#define FMUL(d, n, m, i) ELEMENT(0x4F809000, d, n, m, i)

// Vector t from and to the address in general register n plus a multiple of 16.
#define LOAD(t, n, offset) WORD $(0x3DC00000 | ((offset) / 16 << 10) | ((n) << 5) | (t))
#define STORE(t, n, offset) WORD $(0x3D800000 | ((offset) / 16 << 10) | ((n) << 5) | (t))

// The same at the address in n, which then moves on by what is in m.
#define LOADNEXT(t, n, m) WORD $(0x4CC07800 | ((m) << 16) | ((n) << 5) | (t))
#define STORENEXT(t, n, m) WORD $(0x4C807800 | ((m) << 16) | ((n) << 5) | (t))
