#!/usr/bin/env python3
"""Runs `impasto bench` and the same work in PyTorch in turn, several times, and prints the ratios.

  compare.py [--sizes 128,256,512,1024] [--modes eager,compile,bfloat16] [--rounds 5] [--avx2]
  compare.py --modes banded --sizes 512,1024

Needs Go, and a Python with PyTorch (the published numbers are from 2.9.1): the one that runs this script.
Programs alternate within a round, because the clock of a machine drifts; the table has the medians
over the rounds and, as machines are seldom idle, also the ratio of the fastest runs. --avx2 compares
both sides capped to AVX2 instead. --json FILE keeps every run. The mode `banded` is Impasto in the least memory
possible at that size.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sizes", default="128,256,512,1024")
    p.add_argument("--modes", default="eager,channels_last,compile,bfloat16")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--avx2", action="store_true", help="cap both sides to AVX2")
    p.add_argument("--impasto", metavar="FILE", help="binary to use (default: build one)")
    p.add_argument("--json", metavar="FILE", help="write every run to FILE")
    return p.parse_args()


def output(command, **environment):
    run = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"compare: exit status {run.returncode} from: {' '.join(map(str, command))}")
    return json.loads(run.stdout.splitlines()[-1])


def ours(binary, size, args, *more):
    command = [binary, "bench", "--network", "vgg19", "--size", size, "--threads", args.threads, "--progress", "none", "--json", *more]
    return output([str(c) for c in command], **({"IMPASTO_CPU": "avx2"} if args.avx2 else {}))


def banded(binary, size, args):
    """Impasto with the least memory for maps: what it says that it needs when there is none."""
    refused = subprocess.run([str(binary), "bench", "--size", str(size), "--memory", "1MiB"], stderr=subprocess.PIPE, text=True)
    least = int(re.search(r"needs (\d+) MiB", refused.stderr)[1]) + 1
    return ours(binary, size, args, "--memory", f"{least}MiB")


def torch(mode, size, args):
    command = [sys.executable, HERE / "torch_vgg19.py", "--mode", mode, "--size", size, "--threads", args.threads]
    return output([str(c) for c in command])


def compare(binary, size, modes, args):
    """Returns {program: its runs}; the programs take turns."""
    runs = {name: [] for name in ("impasto", *modes)}
    for _ in range(args.rounds):
        runs["impasto"].append(ours(binary, size, args))
        for mode in modes:
            runs[mode].append(banded(binary, size, args) if mode == "banded" else torch(mode, size, args))
    return runs


def seconds(runs, key="seconds_per_iteration"):
    return [r[key] for r in runs if key in r]


def report(size, runs):
    base = seconds(runs["impasto"])
    for name, rows in runs.items():
        times = seconds(rows)
        best = min(seconds(rows, "best_seconds") or times)
        base_best = min(seconds(runs["impasto"], "best_seconds") or base)
        print(f"| {size} | {name} | {rows[0].get('isa', '')} | {statistics.median(times):.3f} | {best:.3f} "
              f"| {statistics.median(times) / statistics.median(base):.2f} | {best / base_best:.2f} |", flush=True)


def main():
    args = arguments()
    modes = ["eager-avx2"] if args.avx2 else args.modes.split(",")
    everything = {}
    print("| size | program | instructions | median s | best s | median / impasto | best / impasto |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        binary = args.impasto or pathlib.Path(folder) / "impasto"
        if not args.impasto:
            subprocess.run(["go", "build", "-o", binary, "./cmd/impasto"], cwd=HERE.parent, check=True)
        for size in args.sizes.split(","):
            everything[size] = compare(binary, size, modes, args)
            report(size, everything[size])
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
