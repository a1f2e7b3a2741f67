"""How far float32 may take a network from float64, for `float32.py`.

Networks are not smooth: where rounding moves a ReLU's input across 0, gradients jump, by per cent where batch norm sees
few numbers. So a tolerance cannot be a multiple of one run's deviation, which is of the jumps that this run happened to
make. It is the largest deviation of several runs of PyTorch in float32 that have `noise` times as much noise: weights and
images are jittered by so many roundings, and for Winograd's method each convolution has so many times its errors. A
gradient without jumps then deviates as many times as far, and a jump that is in reach of rounding is made by some run.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import winograd

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench" / "rivals"))
from networks import networks  # noqa: E402

noise = 4
rounding = 2**-24
runs = 12
least_scale = 1e-3

other_names = {"mobile_half": "MobileNetV2", **{f"vgg{depth}_bn": f"vgg{depth}" for depth in (8, 11, 13, 16, 19)}}


def hashed(count, k):
    x = np.arange(count, dtype=np.uint32) + np.uint32(k * 0x9E3779B9 % 2**32)
    x = (x ^ (x >> 16)) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * np.uint32(0x846CA68B)
    return (x ^ (x >> 16)).astype(np.float64) / 2**32 * 2 - 1


def fill(shape, k, scale):
    return torch.from_numpy(hashed(int(np.prod(shape)), k) * scale).reshape(shape)


def weights(name, shape, k):
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape)
    if name.endswith("running_mean"):
        return fill(shape, k, 0.1)
    if name.endswith("running_var"):
        return 1 + fill(shape, k, 0.5)
    if len(shape) >= 2:
        return fill(shape, k, (6 / np.prod(shape[1:])) ** 0.5)
    return 1 + fill(shape, k, 0.25) if name.endswith("weight") else fill(shape, k, 0.1)


def filled(model, first=0):
    network = networks[other_names.get(model, model)]().double()
    tensors = network.state_dict().items()
    network.load_state_dict({name: weights(name, x.shape, first + k) for k, (name, x) in enumerate(tensors)})
    return network


class Exactly:
    """In float64."""

    dtype = torch.float64

    def images(self, images):
        return images

    def network(self, network):
        return network


class Roughly:
    """In float32 with the noise that `seed` gives, by Winograd's method where it can be or directly."""

    dtype = torch.float32

    def __init__(self, seed, is_winograd):
        self.generator = torch.Generator().manual_seed(seed)
        self.is_winograd = is_winograd

    def jittered(self, x):
        uniform = 2 * torch.rand(x.shape, dtype=torch.float64, generator=self.generator) - 1
        return x * (1 + noise * rounding * uniform)

    def images(self, images):
        return self.jittered(images).float()

    def network(self, network):
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(self.jittered(parameter))
        network = network.float()
        return winograd.with_errors(network, noise) if self.is_winograd else network


def training_step(case, way):
    """The loss, the logits of all images, and each parameter's gradient by name."""
    network = way.network(filled(case["model"], case.get("firstWeight", 0)))
    images = fill((len(case["labels"]), 3, 32, 32), 1000003, 1.5)
    logits = network(way.images(images))
    loss = F.cross_entropy(logits, torch.tensor(case["labels"]))
    gradients = torch.autograd.grad(loss, list(network.parameters()))
    names = (name for name, _ in network.named_parameters())
    return loss.detach().double(), logits.detach().double(), dict(zip(names, (x.double() for x in gradients)))


def relative(value, expected, scale):
    return ((value - expected).abs().max() / max(scale, least_scale)).item()


def deviations_of_gradients(gradients, expected):
    """As `test/referenceCases/models.ts` measures: of norms, and of first elements."""
    norms, elements = [], []
    for name, x in expected.items():
        norms.append(relative(gradients[name].norm(), x.norm(), x.norm().item()))
        root_mean_square = x.norm().item() / x.numel() ** 0.5
        first = x.flatten()[:4]
        scale = max(root_mean_square, first.abs().max().item())
        elements.append(relative(gradients[name].flatten()[:4], first, scale))
    return {"norms": max(norms), "elements": max(elements)}


def has_winograd(network):
    """Whether thermograd may give Winograd's method a convolution of it: else both ways are the same."""
    found = []
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_pre_hook(lambda layer, inputs: found.append(winograd.can_convolve(layer, *inputs)))
    network(torch.zeros(2, 3, 32, 32, dtype=torch.float64))
    return any(found)


def furthest(deviation_of, seeds):
    """Of each kind of deviation the largest, rounded up to two digits."""
    all_of = [deviation_of(seed) for seed in seeds]
    return {kind: float(f"{1.05 * max(each[kind] for each in all_of):.1e}") for kind in all_of[0]}


def of_ways(deviation_of, takes_winograd):
    ways = {"direct": False, "winograd": True} if takes_winograd else {"direct": False}
    return {
        name: furthest(lambda seed: deviation_of(Roughly(seed, is_winograd)), range(runs))
        for name, is_winograd in ways.items()
    }


def check(what, value, expected, scale):
    expected = torch.tensor(expected, dtype=torch.float64)
    assert relative(value, expected, scale) <= 1e-9, f"{what}: {value} is not {expected}"


def check_case(case, exact):
    """PyTorch's network must be that of the case."""
    loss, logits, gradients = exact
    train = case["train"]
    state = filled(case["model"]).state_dict()
    assert [[name, list(x.shape)] for name, x in state.items()] == [entry[:2] for entry in case["state_dict"]]
    check("loss", loss, train["loss"], train["loss"])
    check("logits", logits[0], train["logits_row0"], logits.abs().max().item())
    assert list(gradients) == list(train["grads"])
    for name, x in gradients.items():
        check(f"norm of {name}", x.norm(), train["grads"][name]["norm"], x.norm().item())
        check(name, x.flatten()[:4], train["grads"][name]["first"], x.abs().max().item())


def of_network(case):
    exact = training_step(case, Exactly())
    check_case(case, exact)

    def deviation_of(way):
        return deviations_of_gradients(training_step(case, way)[2], exact[2])

    return of_ways(deviation_of, has_winograd(filled(case["model"])))


def trained(run, way, distillation_loss):
    """The losses of a trajectory, and norms of the student's weights after it."""
    student = way.network(filled(run["student"])).train()
    teacher = way.network(filled(run["teacher"])).eval()
    options = {"lr": run["lr"], "momentum": run["momentum"], "weight_decay": run["weightDecay"]}
    optimizer = torch.optim.SGD(student.parameters(), **options)
    losses = []
    for step in range(run["steps"]):
        images = way.images(fill((run["batch"], 3, 32, 32), 2000003 + step, 1.5))
        labels = torch.from_numpy(np.floor((hashed(run["batch"], 2100011 + step) + 1) / 2 * 100)).long()
        with torch.no_grad():
            logits = teacher(images)
        loss = distillation_loss(student(images), logits, labels, run)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().double())
    state = student.state_dict()
    return losses, [state[name].double().norm() for name in run["finalNorms"]]


def of_trajectory(run, distillation_loss):
    exact = trained(run, Exactly(), distillation_loss)
    for kind, values, expected in zip(("loss", "norm"), exact, (run["losses"], run["finalNorms"].values())):
        for value, number in zip(values, expected):
            check(kind, value, number, number)

    def deviation_of(way):
        far = [
            max(relative(value, other, other.item()) for value, other in zip(values, others))
            for values, others in zip(trained(run, way, distillation_loss), exact)
        ]
        return dict(zip(("losses", "norms"), far))

    return of_ways(deviation_of, has_winograd(filled(run["student"])))
