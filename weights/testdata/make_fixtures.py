#!/usr/bin/env python3
"""Writes the networks that the tests of package weights read: narrow VGGs in the formats and with the
names that real files have. Needs PyTorch (2.9 wrote those that are checked in) and NumPy.

  python make_fixtures.py [FOLDER]

Every parameter is a multiple of 1/64 below 2, so float16 and bfloat16 hold it exactly and all files of an
architecture have the same numbers. reference19.json holds the features of vgg19 at every convolution (before the
ReLU) for a small image, computed by PyTorch in float32.
"""
import collections
import json
import os
import pickle
import struct
import sys
import types

import numpy as np
import torch

BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
WIDTHS = (2, 3, 3, 4, 4)


def convolutions(depth):
    """Yields the index in torchvision's features, input channels and output channels."""
    index, cin = 0, 3
    for count, cout in zip(BLOCKS[depth], WIDTHS):
        for _ in range(count):
            yield index, cin, cout
            index, cin = index + 2, cout
        index += 1


def parameters(depth):
    rng = np.random.Generator(np.random.PCG64(depth))
    state = collections.OrderedDict()
    for index, cin, cout in convolutions(depth):
        weight = rng.integers(-64, 65, (cout, cin, 3, 3)) / 64
        bias = rng.integers(-64, 65, cout) / 64
        state[f"features.{index}.weight"] = torch.tensor(weight, dtype=torch.float32)
        state[f"features.{index}.bias"] = torch.tensor(bias, dtype=torch.float32)
    return state


def renamed(state, name):
    return collections.OrderedDict((name(k), v) for k, v in state.items())


def cast(state, dtype):
    return collections.OrderedDict((k, v.to(dtype)) for k, v in state.items())


def with_classifier(state):
    state = collections.OrderedDict(state)
    state["classifier.0.weight"] = torch.ones(5, 4)
    state["classifier.0.bias"] = torch.ones(5)
    return state


def shared(state):
    """The same parameters as views of one storage."""
    flat = torch.cat([torch.full((3,), 99.0)] + [v.reshape(-1) for v in state.values()])
    views, at = collections.OrderedDict(), 3
    for k, v in state.items():
        views[k] = flat[at:at + v.numel()].view(v.shape)
        at += v.numel()
    return views


def strided(state):
    """The same parameters with other strides: transposed, channels last, every second element."""
    out = collections.OrderedDict()
    for i, (k, v) in enumerate(state.items()):
        if v.dim() == 1:
            out[k] = torch.stack([v, v + 1], 1)[:, 0]
        elif i % 4 == 0:
            out[k] = v.permute(2, 3, 1, 0).contiguous().permute(3, 2, 0, 1)
        elif v.shape[1] > 1:
            out[k] = v.contiguous(memory_format=torch.channels_last)
        assert not out[k].is_contiguous() and torch.equal(out[k], v)
    return out


def normalised(state):
    """The numbering of the paper's rescaled network: a 1x1 convolution, and a padding before each 3x3."""
    out = collections.OrderedDict()
    out["0.weight"] = torch.tensor([[0.0, 0, 255], [0, 255, 0], [255, 0, 0]]).view(3, 3, 1, 1)
    out["0.bias"] = torch.tensor([-103.939, -116.779, -123.68])
    numbers = [2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42, 45, 48, 51]
    for number, (index, _, _) in zip(numbers, convolutions(19)):
        out[f"{number}.weight"] = state[f"features.{index}.weight"]
        out[f"{number}.bias"] = state[f"features.{index}.bias"]
    return out


def by_layer(state, depth):
    """The names of the paper: conv1_1.weight."""
    names = [f"conv{b + 1}_{i + 1}" for b, n in enumerate(BLOCKS[depth]) for i in range(n)]
    out = {}
    for name, (index, _, _) in zip(names, convolutions(depth)):
        out[f"{name}.weight"] = state[f"features.{index}.weight"]
        out[f"{name}.bias"] = state[f"features.{index}.bias"]
    return out


class OldPickler(pickle.Pickler):
    """Writes tensors and OrderedDicts as PyTorch 0.1 on Python 2 did."""

    def reducer_override(self, obj):
        if isinstance(obj, torch.Tensor):
            storage = obj._typed_storage()
            return torch._utils._rebuild_tensor, (storage, obj.storage_offset(), tuple(obj.size()), obj.stride())
        if isinstance(obj, collections.OrderedDict):
            return collections.OrderedDict, ([[k, v] for k, v in obj.items()],)
        return NotImplemented


def flax(state, depth):
    tree = {}
    for i, (index, _, _) in enumerate(convolutions(depth)):
        kernel = state[f"features.{index}.weight"].permute(2, 3, 1, 0).contiguous().numpy()
        tree[f"Conv_{i}"] = {"kernel": kernel, "bias": state[f"features.{index}.bias"].numpy()}
    return {f"VGG{depth}_0": tree}


def write_safetensors(path, state):
    kinds = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}
    header, data = {}, b""
    for name, t in state.items():
        raw = t.contiguous().view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": kinds[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def features(state, depth):
    rng = np.random.Generator(np.random.PCG64(1))
    image = torch.tensor(rng.integers(-128, 128, (3, 37, 35)) / 128, dtype=torch.float32)
    x, maps = image[None], []
    indices = iter(convolutions(depth))
    for count in BLOCKS[depth]:
        for _ in range(count):
            index = next(indices)[0]
            x = torch.nn.functional.conv2d(x, state[f"features.{index}.weight"], state[f"features.{index}.bias"], padding=1)
            maps.append([float(f"{v:.8g}") for v in x.reshape(-1)[:: max(1, x.numel() // 24)]])
            x = torch.relu(x)
        x = torch.nn.functional.max_pool2d(x, 2)
    return {"height": 37, "width": 35, "image": [int(v * 128) for v in image.reshape(-1)], "maps": maps}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    s16, s19 = parameters(16), parameters(19)

    def save(name, state, legacy=False, **options):
        torch.save(state, os.path.join(folder, name), _use_new_zipfile_serialization=not legacy, **options)

    write_safetensors(os.path.join(folder, "reference16.safetensors"), s16)
    write_safetensors(os.path.join(folder, "reference19.safetensors"), s19)
    write_safetensors(os.path.join(folder, "float16-19.safetensors"), cast(s19, torch.float16))
    write_safetensors(os.path.join(folder, "bfloat16-16.safetensors"), cast(s16, torch.bfloat16))
    write_safetensors(os.path.join(folder, "float64-16.safetensors"), cast(s16, torch.float64))
    save("torchvision19.pth", with_classifier(s19))
    save("float16-16.pth", cast(s16, torch.float16))
    save("bfloat16-16.pth", cast(s16, torch.bfloat16))
    save("float64-16.pth", cast(s16, torch.float64))
    save("shared16.pth", shared(s16))
    save("strided16.pth", strided(s16))
    save("module16.pth", renamed(s16, lambda k: "module." + k))
    save("training16.pt", {"epoch": 3, "state_dict": renamed(s16, lambda k: "encoder." + k), "lr": 1e-3, "note": "é"})
    save("parameters16.pth", {k: torch.nn.Parameter(v) for k, v in s16.items()})
    save("layers19.pth", by_layer(s19, 19))
    save("torchvision19-legacy.pth", with_classifier(s19), legacy=True)
    save("normalised19-legacy.pth", normalised(s19), legacy=True)
    save("float16-16-legacy.pth", cast(s16, torch.float16), legacy=True)
    save("bfloat16-16-legacy.pth", cast(s16, torch.bfloat16), legacy=True)
    save("float64-16-legacy.pth", cast(s16, torch.float64), legacy=True)
    save("shared16-legacy.pth", shared(s16), legacy=True)
    save("strided16-legacy.pth", strided(s16), legacy=True)
    save("plain16-protocol4-legacy.pth", renamed(s16, lambda k: k.removeprefix("features.")), legacy=True, pickle_protocol=4)
    old = types.SimpleNamespace(Pickler=OldPickler, dump=pickle.dump, __name__="pickle")
    save("old16-legacy.pth", s16, legacy=True, pickle_module=old)
    with open(os.path.join(folder, "flax16.ckpt"), "wb") as f:
        pickle.dump(flax(s16, 16), f, protocol=3)
    with open(os.path.join(folder, "reference19.json"), "w") as f:
        json.dump(features(s19, 19), f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
