#!/usr/bin/env python3
"""Writes wasserstein.json: the Wasserstein losses of small feature maps, by PyTorch in float64.

  python wasserstein.py > wasserstein.json      (PyTorch 2.9)

Features are max(0, word - 0.4), words of SplitMix64 in [0,1). `exact` is differentiated by PyTorch through
singular values; `truncated` has the iterations of crowsonkb's style-transfer-pytorch, with its backward.
"""
import json

import numpy as np
import torch

torch.set_default_dtype(torch.float64)


def features(seed, channels, positions):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, channels * positions + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    v = (z >> np.uint64(40)).astype(np.float64) / (1 << 24)
    return torch.from_numpy(np.maximum(v.astype(np.float32) - np.float32(0.4), 0).astype(np.float64).reshape(channels, positions))


class Root(torch.autograd.Function):
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
    def backward(ctx, g):
        (root,) = ctx.saved_tensors
        norm, eye = root.norm(), torch.eye(len(root))
        a, q = root / norm, g / norm
        for _ in range(12):
            e = 3 * eye - a @ a
            q = (q @ e - a.T @ (a.T @ q - q @ a)) / 2
            a = a @ e / 2
        return q / 2


def moments(f):
    m = f.mean(1)
    return m, f @ f.T / f.shape[1] - torch.outer(m, m) + 1e-4 * torch.eye(len(f))


def truncated(s, target):
    b = Root.apply(target)
    return Root.apply(b @ s @ b).trace()


def exact(s, target):
    return torch.linalg.svdvals(torch.linalg.cholesky(s).T @ torch.linalg.cholesky(target)).sum()


def case(channels, positions, painting, name, coupled):
    f, p = features(1, channels, positions).requires_grad_(), features(2, channels, painting)
    (m, s), (mt, st) = moments(f), moments(p)
    value = ((m - mt).square().sum() + s.trace() + st.trace() - 2 * coupled(s, st)) / channels
    (gradient,) = torch.autograd.grad(value, f)
    return {"kind": name, "channels": channels, "positions": positions, "painting": painting,
            "value": float(value.detach()), "gradient": [float(f"{v:.9g}") for v in gradient.flatten()]}


SIZES = [(6, 40, 30), (18, 12, 50), (18, 50, 12)]
print(json.dumps([case(*size, name, by) for size in SIZES for name, by in (("exact", exact), ("truncated", truncated))]))
