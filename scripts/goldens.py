#!/usr/bin/env python3
"""Compares `impasto inspect loss` with PyTorch's numbers for the textbook recipe.

  goldens.py --goldens FOLDER [--work FOLDER] IMPASTO

FOLDER has content.png, style.png, at.png, gatys.json, gatys.grad.npy, gatys.grad64.npy and
gen_weights.py, which writes the synthetic network (80 MB, into the work folder). Needs numpy.

Demanded, on every instruction set that this machine has and with both memory plans: each term and the
total within 1e-5 of the float64 value; the gradient within 1e-4 (relative L2) of the float32 or the
float64 one. Where one unit falls on the other side of its kink a gradient jumps by up to 1e-2: such
a run passes with a cosine above 0.9997, and is named.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

TERM, GRADIENT, COSINE = 1e-5, 1e-4, 0.9997
SETS = ("avx512", "avx2", "neon", "portable")
PLANS = {"stored": [], "banded": ["--memory", "banded"]}


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--goldens", type=pathlib.Path, required=True)
    p.add_argument("--work", type=pathlib.Path, help="where the network is written (default: a temporary folder)")
    p.add_argument("impasto", type=pathlib.Path)
    return p.parse_args()


def network(args, work):
    path = work / "vgg19-synthetic.safetensors"
    if not path.exists():
        subprocess.run([sys.executable, args.goldens / "gen_weights.py", path], check=True, stdout=subprocess.DEVNULL)
    return path


def supported(args):
    """The instruction sets that the binary runs with here."""
    for name in SETS:
        run = subprocess.run([args.impasto, "doctor", "--json"], env={**os.environ, "IMPASTO_CPU": name}, capture_output=True)
        if run.returncode == 0:
            yield name


def inspect(args, weights, gradient, isa, plan):
    command = [args.impasto, "inspect", "loss", "--recipe", "gatys", "--network", weights,
               "--content", args.goldens / "content.png", "--style", args.goldens / "style.png", "--at", args.goldens / "at.png",
               "--content-weight", "1e-3", "--style-weight", "1", "--gradient", gradient, "--json", *plan]
    run = subprocess.run([str(c) for c in command], env={**os.environ, "IMPASTO_CPU": isa}, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"goldens: inspect loss failed ({isa})")
    return json.loads(run.stdout)


def relative(a, b):
    return abs(a - b) / abs(b)


def differences(got, golden):
    """Yields (what, relative difference) of the total and of each term."""
    yield "total", relative(got["total"], golden["total_f64"])
    for term in golden["terms_f64"]:
        if term["name"] != "tv":
            yield f"{term['name']} {term['layer']}", relative(got[term["name"]][term["layer"]], term["weighted"])
    terms = sum(got["content"].values()) + sum(got["style"].values()) + (got["tv"] or 0)
    yield "sum of terms", relative(terms, got["total"])


def check(label, got, gradient, golden, expected):
    """Prints one line; returns whether the run passes."""
    worst, loss = max(differences(got, golden), key=lambda d: d[1])
    error = min(np.linalg.norm(gradient - e) / np.linalg.norm(e) for e in expected)
    cosine = max((gradient * e).sum() / np.linalg.norm(gradient) / np.linalg.norm(e) for e in expected)
    ok = loss <= TERM and (error <= GRADIENT or cosine > COSINE)
    note = "" if error <= GRADIENT else f" (a kink: cosine {cosine:.6f})"
    print(f"{'ok  ' if ok else 'FAIL'} {label}: loss {loss:.1e} ({worst}), gradient {error:.1e}{note}")
    return ok


def main():
    args = arguments()
    golden = json.loads((args.goldens / "gatys.json").read_text())
    expected = [np.load(args.goldens / f).astype(np.float64) for f in ("gatys.grad.npy", "gatys.grad64.npy")]
    passed = []
    with tempfile.TemporaryDirectory() as folder:
        work = args.work or pathlib.Path(folder)
        weights, file = network(args, work), work / "gradient.npy"
        for isa in supported(args):
            for plan, flags in PLANS.items():
                got = inspect(args, weights, file, isa, flags)
                passed.append(check(f"gatys {isa} {plan}", got, np.load(file).astype(np.float64), golden, expected))
    if not passed or not all(passed):
        raise SystemExit("goldens: some runs disagree with PyTorch" if passed else "goldens: no instruction set ran")


if __name__ == "__main__":
    main()
