"""How far PyTorch's float32 is from its float64 on the cases of this folder: float32.json, by which tolerances are set.

Of losses it is the largest deviation of loss and gradient in a run whose inputs are rounded to float32, null where that
run is not finite. Of networks it is what `float32_networks.py` says.

    python3 test/reference/float32.py [FOLDER]
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

from float32_networks import of_network, of_trajectory

here = Path(__file__).resolve().parent

def kd(v, u, labels, tau):
    return F.kl_div(F.log_softmax(v / tau, 1), F.softmax(u / tau, 1), reduction="none").sum(1).mean() * tau**2


def dkd(v, u, labels, tau, alpha, beta):
    target = F.one_hot(labels, v.shape[1]).bool()
    p, q = F.softmax(u / tau, 1), F.softmax(v / tau, 1)
    binary = lambda x: torch.stack([(x * target).sum(1), (x * ~target).sum(1)], 1)
    tckd = F.kl_div(torch.log(binary(q)), binary(p), reduction="sum")
    rest = lambda z: z / tau - 1000.0 * target
    nckd = F.kl_div(F.log_softmax(rest(v), 1), F.softmax(rest(u), 1), reduction="sum")
    return (alpha * tckd + beta * nckd) * tau**2 / len(labels)


def dtkd(v, u, labels, case):
    tau = case["referenceTemperature"]
    x, y = u.max(1, keepdim=True).values, v.max(1, keepdim=True).values
    t, s = 2 * tau * x / (x + y), 2 * tau * y / (x + y)
    rows = F.kl_div(F.log_softmax(v / s, 1), F.softmax(u / t, 1), reduction="none").sum(1, keepdim=True)
    terms = case["alpha"] * (rows * t * s).mean() + case["beta"] * kd(v, u, labels, tau)
    share = min(case["epoch"] / case["warmup"], 1) if case["warmup"] else 1
    return share * terms + case["ceWeight"] * F.cross_entropy(v, labels)


def run(loss_of, case, dtype):
    student = torch.tensor(case["student"], dtype=dtype, requires_grad=True)
    teacher = torch.tensor(case["teacher"], dtype=dtype)
    loss = loss_of(student, teacher, torch.tensor(case["labels"]))
    (gradient,) = torch.autograd.grad(loss, student)
    return loss.detach().double(), gradient.double()


def furthest(some, others):
    difference = (some - others).abs().max().item()
    return float(f"{difference:.3g}") if math.isfinite(difference) else None


def of_loss(loss_of, case, expected):
    exact = run(loss_of, case, torch.float64)
    for value, known_value in zip(exact, (expected["loss"], expected["grad"])):
        reference = torch.tensor(known_value, dtype=torch.float64)
        assert furthest(value, reference) <= 1e-9 * max(1, reference.abs().max()), (value, reference)
    return dict(zip(("loss", "grad"), map(furthest, run(loss_of, case, torch.float32), exact)))


def of_kd_dkd(case):
    tau = case["temperature"]
    decoupled = lambda name: lambda *batch: dkd(*batch, tau, case[name]["alpha"], case[name]["beta"])
    losses = {"kd": lambda *batch: kd(*batch, tau), **{name: decoupled(name) for name in ("tckd", "nckd", "dkd")}}
    return {name: of_loss(loss_of, case, case[name]) for name, loss_of in losses.items()}


def of_dtkd(case):
    return of_loss(lambda *batch: dtkd(*batch, case), case, case)


def deviations(content):
    first = (content.get("cases") or [{}])[0]
    if "tckd" in first:
        return [of_kd_dkd(case) for case in content["cases"]]
    if "teacherTemperature" in first:
        return [of_dtkd(case) for case in content["cases"]]
    if "state_dict" in content:
        return of_network(content)
    if "runs" in content:
        return [of_trajectory(run, dtkd) for run in content["runs"]]
    return None


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    found = {}
    for path in sorted(folder.rglob("*.json")):
        content = json.loads(path.read_text())
        if path.name != "float32.json" and (deviation := deviations(content)) is not None:
            found[path.relative_to(folder).as_posix()] = deviation
    (folder / "float32.json").write_text(json.dumps(found) + "\n")
