"""The first steps of a distillation in PyTorch, from given weights and batches: the losses in both precisions, as JSON."""

import json
import sys

import torch
from torch.nn import functional as F

from networks import divergence, dtkd, networks

run = json.loads(sys.argv[1])


def load(name, path):
    network = networks[name]()
    weights = torch.load(path, map_location="cpu")
    network.load_state_dict(weights.get("model", weights))
    return network


losses = {
    "alone": lambda u, v, labels: F.cross_entropy(v, labels),
    "kd": lambda u, v, labels: 0.9 * divergence(u, v, 4, 4) + 0.1 * F.cross_entropy(v, labels),
    "dtkd": lambda u, v, labels: dtkd(u, v, labels, run["warmUp"]),
}


def train(dtype):
    teacher = load(run["teacher"], run["teacherWeights"]).to(dtype).eval()
    student = load(run["student"], run["studentWeights"]).to(dtype).train()
    batches = torch.load(run["batches"])
    optimizer = torch.optim.SGD(
        student.parameters(), lr=run["lr"], momentum=run["momentum"], weight_decay=run["weightDecay"]
    )
    came = []
    for step in range(run["steps"]):
        images, labels = batches[f"images.{step}"].to(dtype), batches[f"labels.{step}"].long()
        with torch.no_grad():
            u = teacher(images)
        loss = losses[run["method"]](u, student(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        came.append(loss.item())
    return came


answer = {"float32": train(torch.float32), "float64": train(torch.float64), "version": torch.__version__}
print(json.dumps(answer))
