#!/usr/bin/env python3
"""Writes recipes.json: what the published recipes compute on a narrow VGG-19, by PyTorch in float64.

  python recipes.py > recipes.json      (PyTorch 2.9)

The formulas are written here independently of the Go code. Pictures and weights come from the generator
that internal/golden/testdata/README.md describes; the network has 6, 8, 10, 12 and 12 channels in its blocks.
Images are chosen so that no unit is so close to its kink that rounding could change its side.
"""
import base64
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

BLOCKS, CHANNELS = (2, 2, 4, 4, 4), (6, 8, 10, 12, 12)
RELU = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
CONTENT, STYLE, AT = (2, 29, 24), (3, 33, 20), (None, 29, 24)  # seed, height, width


def words(seed, start, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def units(start, count):
    return ((words(19, start, count) >> np.uint64(40)).astype(np.float32) / np.float32(1 << 23)) - np.float32(1)


def image(seed, height, width):
    b = (words(seed, 0, 3 * height * width) >> np.uint64(56)).astype(np.float32)
    return torch.from_numpy((b / np.float32(255)).reshape(3, height, width)).double()


def network():
    table, at, cin = [], 0, 3
    for block, (count, cout) in enumerate(zip(BLOCKS, CHANNELS), 1):
        for i in range(1, count + 1):
            n = cout * cin * 9
            w = units(at, n) * np.float32(math.sqrt(6 / (9 * cin)))
            b = units(at + n, cout) * np.float32(0.05)
            at += n + cout
            table.append((block, i, torch.from_numpy(w.reshape(cout, cin, 3, 3)).double(), torch.from_numpy(b).double()))
            cin = cout
    return table


NETWORK = network()


def imagenet(x):
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return (x - mean[:, None, None]) / std[:, None, None]


def caffe(x):
    return 255 * x.flip(0) - torch.tensor([103.939, 116.779, 123.68])[:, None, None]


def rgb255(x):
    return 255 * x - torch.tensor([123.675, 116.28, 103.53])[:, None, None]


def forward(x, preprocess, average, replicate=False):
    maps, x = {}, preprocess(x)[None]
    for n, (block, i, w, b) in enumerate(NETWORK):
        if replicate and n == 0:
            x = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), w, b)
        else:
            x = F.conv2d(x, w, b, padding=1)
        maps[f"conv{block}_{i}"] = x[0].flatten(1)
        x = F.relu(x)
        maps[f"relu{block}_{i}"] = x[0].flatten(1)
        if (block, i) == (5, 1):
            return maps
        if NETWORK[n + 1][0] != block:
            x = F.avg_pool2d(x, 2) if average else F.max_pool2d(x, 2)


def gram(f):
    return f @ f.T


def tv1(x):
    return 255 * ((x[:, 1:] - x[:, :-1]).abs().sum() + (x[:, :, 1:] - x[:, :, :-1]).abs().sum())


def gatys(f, p, s, x):
    terms = {"relu4_2": 1e-3 * 0.5 * (f["relu4_2"] - p["relu4_2"]).square().sum()}
    for layer in RELU:
        (c, n), ns = f[layer].shape, s[layer].shape[1]
        difference = gram(f[layer]) - gram(s[layer]) * n / ns
        terms[layer] = 0.2 * difference.square().sum() / (4 * c**2 * n**2)
    return terms


def neural_style_pt(f, p, s, x):
    terms = {"relu4_2": 5 * (f["relu4_2"] - p["relu4_2"]).square().mean()}
    for layer in RELU:
        terms[layer] = 100 * (gram(f[layer]) / f[layer].numel() - gram(s[layer]) / s[layer].numel()).square().mean()
    terms["tv"] = 1e-3 * tv1(x)
    return terms


def leongatys(f, p, s, x):
    terms = {"relu4_2": (f["relu4_2"] - p["relu4_2"]).square().mean()}
    for layer, c in zip(RELU, (64, 128, 256, 512, 512)):
        g, a = gram(f[layer]) / f[layer].shape[1], gram(s[layer]) / s[layer].shape[1]
        terms[layer] = 1e3 / c**2 * (g - a).square().mean()
    return terms


def pytorch_tutorial(f, p, s, x):
    terms = {"content conv2_2": (f["conv2_2"] - p["conv2_2"]).square().mean()}
    for layer in ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1"):
        terms[layer] = 1e6 * (gram(f[layer]) / f[layer].numel() - gram(s[layer]) / s[layer].numel()).square().mean()
    return terms


def gordicaleksa(f, p, s, x):
    terms = {"relu4_2": 1e5 * (f["relu4_2"] - p["relu4_2"]).square().mean()}
    for layer in RELU:
        g, a = gram(f[layer]) / f[layer].numel(), gram(s[layer]) / s[layer].numel()
        terms[layer] = 3e4 / 5 * (g - a).square().sum()
    terms["tv"] = tv1(x)
    return terms


class Root(torch.autograd.Function):
    """Twelve steps of Newton and Schulz, and twelve for the gradient."""

    @staticmethod
    def forward(ctx, a):
        norm, eye = a.norm(), torch.eye(len(a))
        y, z = a / norm, eye
        for _ in range(12):
            t = (3 * eye - z @ y) / 2
            y, z = y @ t, t @ z
        root = y * norm.sqrt()
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx, gradient):
        (root,) = ctx.saved_tensors
        norm, eye = root.norm(), torch.eye(len(root))
        a, q = root / norm, gradient / norm
        for _ in range(12):
            e = 3 * eye - a @ a
            q, a = (q @ e - a.T @ (a.T @ q - q @ a)) / 2, a @ e / 2
        return q / 2


def moments(f):
    mean = f.mean(1)
    return mean, gram(f) / f.shape[1] - torch.outer(mean, mean) + 1e-4 * torch.eye(len(f))


def tv9(x):
    p, (c, h, w) = F.pad(x[None], (1, 1, 1, 1), mode="replicate")[0], x.shape
    dx, dy = p[:, 1:-1, 2:] - p[:, 1:-1, 1:-1], p[:, 2:, 1:-1] - p[:, 1:-1, 1:-1]
    dd, da = p[:, 1:, 1:] - p[:, :-1, :-1], p[:, 1:, :-1] - p[:, :-1, 1:]
    return 2 * sum(d.square().mean() / by for d, by in ((dx, 3), (dy, 3), (dd, 12), (da, 12)))


def crowsonkb(f, p, s, x):
    terms = {"relu4_2": 0.015 * (f["relu4_2"] - p["relu4_2"]).square().mean()}
    for layer, weight in zip(RELU, (256, 64, 16, 4, 1)):
        (m, cov), (target, goal) = moments(f[layer]), moments(s[layer])
        half = Root.apply(goal)
        coupled = Root.apply(half @ cov @ half)
        distance = (m - target).square().mean() + torch.trace(goal + cov - 2 * coupled) / len(m)
        terms[layer] = weight / 341 * distance
    terms["tv"] = 2 * tv9(x)
    return terms


RECIPES = {
    "gatys": (gatys, imagenet, True),
    "neural-style-pt": (neural_style_pt, caffe, False),
    "leongatys": (leongatys, caffe, False),
    "pytorch-tutorial": (pytorch_tutorial, imagenet, False),
    "gordicaleksa": (gordicaleksa, rgb255, False),
    "crowsonkb": (crowsonkb, imagenet, False, True),
}


def margin(maps):
    return min(float(m.abs().min() / m.square().mean().sqrt()) for name, m in maps.items() if name.startswith("conv"))


def evaluate(recipe, *network):
    p, s = (forward(image(*of), *network) for of in (CONTENT, STYLE))
    best = max(range(100, 160), key=lambda seed: margin(forward(image(seed, *AT[1:]), *network)))
    x = image(best, *AT[1:]).requires_grad_()
    maps = forward(x, *network)
    terms = recipe(maps, p, s, x)
    total = sum(terms.values())
    (gradient,) = torch.autograd.grad(total, x)
    return {
        "at_seed": best, "margin": margin({k: m.detach() for k, m in maps.items()}), "total": float(total.detach()),
        "terms": [float(v.detach()) for v in terms.values()],
        "gradient_l2": float(gradient.norm()),
        "gradient": base64.b64encode(gradient.numpy().astype("<f4").tobytes()).decode(),
    }


print(json.dumps({name: evaluate(*made) for name, made in RECIPES.items()}, indent=1))
