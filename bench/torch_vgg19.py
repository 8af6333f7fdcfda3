#!/usr/bin/env python3
"""Times one iteration of neural style transfer in PyTorch on a processor: the work of `impasto bench`.

  torch_vgg19.py [--size 512] [--mode eager] [--threads 2] [--iterations 7]

One iteration is the loss and its gradient by the image: VGG-19 from conv1_1 to relu5_1, zero padding,
max pooling, weights frozen (He-scaled random numbers: their values do not change the time), the
textbook losses of Gatys et al. 2016: content 1/2 sum (F-P)^2 at relu4_2, style
sum 1/(4 C^2 N^2) sum (F F^T - A)^2 at relu1_1, relu2_1, relu3_1, relu4_1, relu5_1.

Modes, each what a careful user would write:
  eager          float32, ReLU in place as torchvision has it
  channels_last  the same with images and weights in channels_last
  compile        torch.compile of loss and network, channels_last
  bfloat16       torch.autocast to bfloat16, the layout that is faster here: channels_last
  bfloat16-nchw  torch.autocast to bfloat16, default layout
  eager-avx2     eager, with ATen and oneDNN capped to AVX2

Prints one JSON object: seconds are medians over the iterations after the warm-up; best_seconds is
the fastest iteration, for machines that are busy.
"""
import argparse
import json
import os
import statistics
import time

MODES = ("eager", "channels_last", "compile", "bfloat16", "bfloat16-nchw", "eager-avx2")
BLOCKS = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 1))  # channels, convolutions; up to conv5_1
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_2"


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", type=int, default=512, help="height and width in pixels")
    p.add_argument("--mode", choices=MODES, default="eager")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--iterations", type=int, default=7, help="timed iterations, after the warm-up")
    p.add_argument("--warmup", type=int, default=2)
    return p.parse_args()


def cap_to_avx2():
    """Must run before torch is imported."""
    os.environ.update(ATEN_CPU_CAPABILITY="avx2", ONEDNN_MAX_CPU_ISA="AVX2", DNNL_MAX_CPU_ISA="AVX2")


def weights(torch, layout):
    """Returns {name: (weight, bias)} of the convolutions."""
    generator = torch.Generator().manual_seed(19)
    table, cin = {}, 3
    for block, (cout, count) in enumerate(BLOCKS, 1):
        for i in range(1, count + 1):
            w = torch.randn(cout, cin, 3, 3, generator=generator) * (2 / (9 * cin)) ** 0.5
            b = torch.randn(cout, generator=generator) * 0.05
            table[f"{block}_{i}"] = (w.to(memory_format=layout), b)
            cin = cout
    return table


def features(torch, table, x):
    """Yields (name, activation) of the layers that the losses read."""
    for block, (_, count) in enumerate(BLOCKS, 1):
        for i in range(1, count + 1):
            w, b = table[f"{block}_{i}"]
            x = torch.relu_(torch.conv2d(x, w, b, padding=1))
            name = f"relu{block}_{i}"
            if name in STYLE or name == CONTENT:
                yield name, x
        if block < len(BLOCKS):
            x = torch.max_pool2d(x, 2)


def gram(x):
    f = x.squeeze(0).flatten(1)
    return f @ f.t()


def loss(torch, table, x, grams, content):
    total = 0
    for name, f in features(torch, table, x):
        if name in STYLE:
            _, c, h, w = f.shape
            total = total + 0.2 / (4 * c * c * (h * w) ** 2) * (gram(f) - grams[name]).square().sum()
        if name == CONTENT:
            total = total + 0.5 * (f - content).square().sum()
    return total


def targets(torch, table, style, content):
    grams = {n: gram(f) for n, f in features(torch, table, style) if n in STYLE}
    kept = next(f for n, f in features(torch, table, content) if n == CONTENT)
    return grams, kept.clone()


def measure(torch, args):
    """Returns the seconds of each timed iteration as pairs (forward, backward)."""
    layout = torch.contiguous_format if args.mode in ("eager", "eager-avx2", "bfloat16-nchw") else torch.channels_last
    table = weights(torch, layout)
    generator = torch.Generator().manual_seed(1)
    pictures = [torch.randn(1, 3, args.size, args.size, generator=generator).to(memory_format=layout) for _ in range(3)]
    with torch.no_grad():
        grams, content = targets(torch, table, pictures[0], pictures[1])
    x = pictures[2].requires_grad_()

    def evaluate(x):
        return loss(torch, table, x, grams, content)

    if args.mode == "compile":
        evaluate = torch.compile(evaluate, fullgraph=True)
    times = []
    for i in range(args.warmup + args.iterations):
        x.grad = None
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.mode.startswith("bfloat16")):
            value = evaluate(x)
        middle = time.perf_counter()
        value.backward()
        end = time.perf_counter()
        if i >= args.warmup:
            times.append((middle - start, end - middle))
    return times


def main():
    args = arguments()
    if args.mode == "eager-avx2":
        cap_to_avx2()
    import torch
    torch.set_num_threads(args.threads)
    times = measure(torch, args)
    totals = [f + b for f, b in times]
    print(json.dumps({
        "program": f"torch {torch.__version__}",
        "network": "vgg19",
        "mode": args.mode,
        "size": args.size,
        "threads": torch.get_num_threads(),
        "isa": torch.backends.cpu.get_cpu_capability(),
        "seconds_per_iteration": statistics.median(totals),
        "best_seconds": min(totals),
        "forward_seconds": statistics.median(f for f, _ in times),
        "backward_seconds": statistics.median(b for _, b in times),
        "iterations": len(totals),
    }))


if __name__ == "__main__":
    main()
