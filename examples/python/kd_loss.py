"""Serves a PyTorch loss, with its gradient by autograd, to `thermograd laws --command "python3 kd_loss.py"`."""

import json
import sys
import traceback

import torch
import torch.nn.functional as F

T = 4.0


def loss(student, teacher, labels):
    """The loss under test: replace it by your own. It returns a scalar, the mean over the batch."""
    log_q = F.log_softmax(student / T, dim=1)
    log_p = F.log_softmax(teacher / T, dim=1)
    return F.kl_div(log_q, log_p, log_target=True, reduction="batchmean") * T**2


def tensors(student, teacher, labels):
    rows = [[[float(logit) for logit in row] for row in side] for side in (student, teacher)]
    return torch.tensor(rows[0], requires_grad=True), torch.tensor(rows[1]), torch.tensor(labels)


def value(*batch):
    with torch.no_grad():
        return loss(*tensors(*batch)).item()


def gradient(*batch):
    student, teacher, labels = tensors(*batch)
    return torch.autograd.grad(loss(student, teacher, labels), student)[0].tolist()


def result(call):
    try:
        return {"value": parts[call["part"]](*call["arguments"])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "stack": traceback.format_exc()}


parts = {"loss": value, "gradient": gradient}
print(json.dumps({"protocol": "thermograd-laws", "version": 1, "parts": list(parts), "dtype": "float32"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], "results": [result(call) for call in request["calls"]]}), flush=True)
