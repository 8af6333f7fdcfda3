"""Writes torch.json: the losses of PyTorch's optimisers on three small problems, in float64.

Run: python losses.py > torch.json   (PyTorch 2.9)
"""

import json

import torch

torch.set_default_dtype(torch.float64)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def quadratic(x):
    n = x.numel()
    k = torch.arange(n)
    return 0.5 * (10 ** (4 * k / (n - 1)) * (x - k / n) ** 2).sum()


def quartic(x):
    k = torch.arange(x.numel())
    return ((x - 1) ** 4 + (k + 1) * (x - 1) ** 2).sum()


PROBLEMS = {
    "rosenbrock": (rosenbrock, [-1.25, 1.0] * 5),
    "quadratic": (quadratic, [0.5, -0.5, 1.0, -1.0] * 8),
    "quartic": (quartic, [3.0, -2.0, 0.5, 4.0] * 4),
}


def run(function, start, make, steps):
    x = torch.tensor(start, requires_grad=True)
    optimiser = make(x)
    losses = []

    def closure():
        optimiser.zero_grad()
        loss = function(x)
        loss.backward()
        losses.append(loss.item())
        return loss

    for _ in range(steps):
        optimiser.step(closure)
    return losses


def lbfgs(search, history, iterations):
    return lambda x: torch.optim.LBFGS(
        [x], lr=1, max_iter=iterations, max_eval=10 * iterations, history_size=history,
        tolerance_grad=0, tolerance_change=0, line_search_fn=search)


RULES = {
    "wolfe": (lbfgs("strong_wolfe", 8, 40), 1),
    "fixed": (lbfgs(None, 8, 26), 1),
    "adam": (lambda x: torch.optim.Adam([x], lr=0.02, betas=(0.9, 0.99), eps=1e-8), 31),
    "descent": (lambda x: torch.optim.SGD([x], lr=1e-4, momentum=0.9), 31),
}

print(json.dumps({
    name: {"start": start, "losses": {rule: run(f, start, *made) for rule, made in RULES.items()}}
    for name, (f, start) in PROBLEMS.items()
}, indent=1))
