#!/usr/bin/env python3
"""Measures how long Impasto takes to reach the loss at which PyTorch's L-BFGS ends.

  time_to_loss.py [--size 512] [--iterations 500] [--threads 2] [--impasto FILE] [--settings "..."]

The loss is that of recipe leongatys: content mean (F-P)^2 at relu4_2; style, with g = F F^T / positions,
sum 1000/C^2 mean (g-a)^2 at relu1_1, relu2_1, relu3_1, relu4_1, relu5_1; on the built-in VGG-16. PyTorch
minimises it as that notebook does, from the photograph, by torch.optim.LBFGS with its defaults, on an image in
0..255 minus the mean. Impasto may start elsewhere and descend in its own way; the loss that counts is that of its last
scale, of the same pictures at the same size. Both losses at the photograph must agree to 1e-4, or the script fails.

The seconds of both sides are measured from the start of their loop; Impasto's include all its scales, and
learning from the pictures. Needs torch, numpy and pillow.
"""
import argparse
import csv
import json
import pathlib
import shlex
import struct
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
NETWORK = HERE.parent / "weights" / "vgg16" / "vgg16.safetensors"
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 1))  # channels, convolutions; up to conv5_1
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_2"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
AGREE = 1e-4

# The settings that reach the loss with the least work, of those tried at 128, 256 and 512 pixels. A little noise over
# the photograph saves the thirty evaluations that L-BFGS needs to leave it; levels and the longer step
# save some more; a history of 100 takes a third of an evaluation at 512 pixels and hardly saves any. Coarser scales
# do not help here: enlarged, their result starts at ten times the loss of the photograph, and needs about sixty
# evaluations to catch up with a start from the photograph.
SETTINGS = "--scales 1 --set jitter=0.05 --set levels=5 --line-search none --learning-rate 1.5 --history 30"


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, default=512, help="side of both pictures, which are squares")
    p.add_argument("--iterations", type=int, default=500, help="evaluations that PyTorch does")
    p.add_argument("--ours", type=int, help="iterations of Impasto's last scale (default: a fifth more than PyTorch's)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--content", type=pathlib.Path, default=EXAMPLES / "astronaut.png")
    p.add_argument("--style", type=pathlib.Path, default=EXAMPLES / "mosaic.jpg")
    p.add_argument("--settings", default=SETTINGS, help="of Impasto's descent (default: %(default)s)")
    p.add_argument("--impasto", metavar="FILE", help="binary to use (default: build one)")
    p.add_argument("--torch", metavar="FILE", help="losses of PyTorch: read where the file is there, else written")
    p.add_argument("--json", metavar="FILE", help="write both descents to FILE")
    return p.parse_args()


def square(source, size, path):
    """Writes the middle of a picture as a PNG of size x size."""
    from PIL import Image, ImageOps
    ImageOps.fit(Image.open(source).convert("RGB"), (size, size), Image.LANCZOS).save(path)
    return path


def weights(torch):
    """Returns weight and bias of each convolution, from the safetensors file in the source."""
    data = NETWORK.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])

    def tensor(name):
        entry = header[name]
        start, end = entry["data_offsets"]
        part = bytearray(data[8 + length + start:8 + length + end])
        return torch.frombuffer(part, dtype=torch.float16).reshape(entry["shape"]).float()

    numbers = sorted({int(name.split(".")[1]) for name in header if name.startswith("features.")})
    return [(tensor(f"features.{n}.weight"), tensor(f"features.{n}.bias")) for n in numbers]


class Loss:
    """The recipe's loss of an image [1,3,H,W] in 0..255 less the mean."""

    def __init__(self, torch, content, style):
        self.torch, self.table = torch, weights(torch)
        self.scale = 255 * torch.tensor(DEVIATION).view(1, 3, 1, 1)
        with torch.no_grad():
            self.content = self.features(content)[CONTENT].clone()
            maps = self.features(style)
            self.grams = {name: self.gram(maps[name]) for name in STYLE}

    def features(self, image):
        x, maps, convolutions = image / self.scale, {}, iter(self.table)
        for block, (_, count) in enumerate(BLOCKS, 1):
            for i in range(1, count + 1):
                weight, bias = next(convolutions)
                x = self.torch.relu_(self.torch.conv2d(x, weight, bias, padding=1))
                if (name := f"relu{block}_{i}") in STYLE or name == CONTENT:
                    maps[name] = x
            if block < len(BLOCKS):
                x = self.torch.max_pool2d(x, 2)
        return maps

    @staticmethod
    def gram(f):
        f = f[0].flatten(1)
        return f @ f.T / f.shape[1]

    def __call__(self, image):
        maps = self.features(image)
        total = (maps[CONTENT] - self.content).square().mean()
        for name in STYLE:
            total = total + 1000 / len(self.grams[name]) ** 2 * (self.gram(maps[name]) - self.grams[name]).square().mean()
        return total


def descend(args, content, style):
    """Returns the losses of PyTorch's evaluations and the seconds at which each was known."""
    import numpy
    import torch
    from PIL import Image
    torch.set_num_threads(args.threads)

    def image(path):
        pixels = torch.from_numpy(numpy.array(Image.open(path))).permute(2, 0, 1)[None].float().contiguous()
        return pixels - 255 * torch.tensor(MEAN).view(1, 3, 1, 1)

    x = image(content)
    loss = Loss(torch, x, image(style))
    x = x.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([x])
    losses, seconds = [], []
    began = time.perf_counter()

    def closure():
        optimiser.zero_grad()
        value = loss(x)
        value.backward()
        losses.append(value.item())
        seconds.append(time.perf_counter() - began)
        return value

    while len(losses) <= args.iterations:
        optimiser.step(closure)
    return {"losses": losses[:args.iterations + 1], "seconds": seconds[:args.iterations + 1]}


def trace(binary, args, folder, content, style, settings, iterations):
    """Paints, and returns the rows of the last scale as pairs (seconds, loss)."""
    rows = folder / "trace.csv"
    command = [binary, "style", content, style, "--recipe", "leongatys", "--size", args.size, "--threads", args.threads,
               "--iterations", iterations, "--trace", rows, "--progress", "none", "-o", folder / "result.png", *shlex.split(settings)]
    run = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL)
    if run.returncode:
        raise SystemExit(f"time_to_loss: exit status {run.returncode} from: {' '.join(map(str, command))}")
    with rows.open() as file:
        table = list(csv.DictReader(file))
    last = table[-1]["scale"]
    return [(float(r["seconds"]), float(r["total"])) for r in table if r["scale"] == last]


def compare(binary, args, folder):
    content = square(args.content, args.size, folder / "content.png")
    style = square(args.style, args.size, folder / "style.png")
    if args.torch and pathlib.Path(args.torch).exists():
        theirs = json.loads(pathlib.Path(args.torch).read_text())
    else:
        theirs = descend(args, content, style)
        if args.torch:
            pathlib.Path(args.torch).write_text(json.dumps(theirs))
    (_, start), *_ = trace(binary, args, folder, content, style, "--scales 1", 1)
    if abs(start / theirs["losses"][0] - 1) > AGREE:
        raise SystemExit(f"time_to_loss: at the photograph the loss is {start} here and {theirs['losses'][0]} in PyTorch")
    ours = trace(binary, args, folder, content, style, args.settings, args.ours or args.iterations * 6 // 5)
    return theirs, ours


def report(args, theirs, ours):
    print(f"{args.size}x{args.size}, {args.threads} threads; impasto style --recipe leongatys {args.settings}\n")
    print("| evaluations of PyTorch | its loss | its seconds | seconds of Impasto to that loss | ratio |")
    print("|---|---|---|---|---|")
    n = args.iterations
    for i in sorted({max(n // 10, 1), n // 4, n // 2, n}):
        target, seconds = min(theirs["losses"][:i + 1]), theirs["seconds"][i]
        reached = next((s for s, loss in ours if loss <= target), None)
        cells = ("not reached", "") if reached is None else (f"{reached:.1f}", f"{seconds / reached:.1f}")
        print(f"| {i} | {target:.5g} | {seconds:.1f} | {cells[0]} | {cells[1]} |")
    print(f"\nImpasto ended at {ours[-1][1]:.5g} after {ours[-1][0]:.1f} s.")


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        binary = args.impasto or folder / "impasto"
        if not args.impasto:
            subprocess.run(["go", "build", "-o", binary, "./cmd/impasto"], cwd=HERE.parent, check=True)
        theirs, ours = compare(binary, args, folder)
    report(args, theirs, ours)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"pytorch": theirs, "impasto": ours}) + "\n")


if __name__ == "__main__":
    main()
