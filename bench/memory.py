#!/usr/bin/env python3
"""Paints at sizes up to 8K within a budget of memory each, and prints the predicted and the measured peak.

  memory.py [--cases 512-adam,2048-lbfgs] [--impasto FILE]

Each case is `impasto style` on a generated photograph of the size of the result, with a painting of the
examples and the built-in network. The peak is the largest resident memory of the process, as
/usr/bin/time -v reports it. One iteration of Adam reaches it; L-BFGS runs until its history is full. The
largest cases take minutes, and 11 GiB.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
GIB = 1 << 30

# name: width, height, optimiser, iterations, budget in GiB
CASES = {
    "512-adam": (512, 512, "adam", 10, 1),
    "512-lbfgs": (512, 512, "lbfgs", 14, 1),
    "2048-adam": (2048, 2048, "adam", 2, 2),
    "2048-lbfgs": (2048, 2048, "lbfgs", 13, 3),
    "4096-adam": (4096, 4096, "adam", 1, 5.5),
    "8k-adam": (7680, 4320, "adam", 1, 11),
}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cases", default=",".join(CASES), help="of " + ", ".join(CASES))
    p.add_argument("--style", default="@mosaic", help="painting")
    p.add_argument("--impasto", metavar="FILE", help="binary to use (default: build one)")
    p.add_argument("--json", metavar="FILE", help="write every result to FILE")
    return p.parse_args()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def photograph(path, width, height):
    """Writes a PNG of slow and of fast waves; every row is a shift of one long row."""
    period = 1021
    wave = bytearray()
    for i in range(width + period):
        t = i % period
        wave += bytes(((t * t // 97) % 256, (t * 3) % 256, (t * 7 // 2) % 256))
    packer = zlib.compressobj(1)
    data = bytearray()
    for y in range(height):
        start = 3 * (y * y // 512 % period)
        data += packer.compress(b"\0" + bytes(wave[start:start + 3 * width]))
    data += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bytes(data)) + chunk(b"IEND", b""))


def paint(binary, folder, name, style):
    width, height, optimizer, iterations, budget = CASES[name]
    photo = folder / f"{name}.png"
    photograph(photo, width, height)
    command = [binary, "style", photo, style, "--recipe", "gatys", "--optimizer", optimizer, "--iterations", iterations,
               "--size", max(width, height), "--memory", int(budget * GIB), "--progress", "none", "--json", "-o", folder / "result.png"]
    run = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"memory: exit status {run.returncode} from: {' '.join(map(str, command))}")
    return json.loads(run.stdout)


def main():
    args = arguments()
    results = {}
    print("| case | budget | predicted | measured | predicted / measured | s an iteration |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        binary = args.impasto or folder / "impasto"
        if not args.impasto:
            subprocess.run(["go", "build", "-o", binary, "./cmd/impasto"], cwd=HERE.parent, check=True)
        for name in args.cases.split(","):
            r = results[name] = paint(binary, folder, name, args.style)
            budget = CASES[name][4]
            print(f"| {name} | {budget} GiB | {r['predicted_bytes'] / GIB:.2f} GiB | {r['peak_bytes'] / GIB:.2f} GiB "
                  f"| {r['predicted_bytes'] / r['peak_bytes']:.2f} | {r['seconds'] / r['iterations']:.2f} |", flush=True)
            if r["peak_bytes"] > budget * GIB:
                raise SystemExit(f"memory: {name} took more than its budget")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
