"""Answers calls of PyTorch: one JSON object a line on standard input, one on standard output.

A request holds an expression over the tensors x[0], x[1], … and the tensors; the answer holds the value, and its
gradients by the floating tensors for the given cotangent. Elements travel as float64, in base 64. PyTorch's refusal is
an answer too.
"""

import base64
import json
import sys
import warnings

import numpy
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

TYPES = {"float32": torch.float64, "float64": torch.float64, "int32": torch.int32, "bool": torch.bool}


def floating(x):
    """Integers and truths as floating numbers."""
    return x if x.is_floating_point() else x.double()


def number(x):
    """Truths as integers."""
    return x.int() if x.dtype == torch.bool else x


def truth(x):
    return x != 0 if x.dtype != torch.bool else x


def cast(x, dtype):
    if dtype == "bool":
        return x.bool()
    return x.float().double() if dtype == "float32" else x.to(TYPES[dtype])


def together(*tensors):
    """All in the most general of their types."""
    dtype = tensors[0].dtype
    for x in tensors[1:]:
        dtype = torch.promote_types(dtype, x.dtype)
    return [x.to(dtype) for x in tensors]


def over(fold, x, axes, keep, **options):
    """A reduction over all axes (None), one, or a list, of which an empty one means no axis at all."""
    if axes is None:
        axes = list(range(x.dim()))
    axes = [axes] if isinstance(axes, int) else axes
    if axes == []:
        return fold(x.unsqueeze(-1), dim=[-1], keepdim=False, **options)
    return fold(x, dim=axes, keepdim=keep, **options)


def fold_each(fold, x, dim, keepdim):
    axes = [axis % x.dim() if -x.dim() <= axis < x.dim() else axis for axis in dim]
    if len(set(axes)) < len(axes):
        raise RuntimeError("an axis appears twice")
    for axis in sorted(axes, reverse=True):
        x = fold(x, dim=axis, keepdim=keepdim)
    return x


def any_of(x, dim, keepdim):
    return fold_each(torch.any, x, dim, keepdim)


def all_of(x, dim, keepdim):
    return fold_each(torch.all, x, dim, keepdim)


def extreme(fold, x, axis, keep):
    """torch.max or torch.min, along an axis or of all."""
    if axis is not None:
        return fold(x, dim=axis, keepdim=keep).values
    result = fold(x)
    return result.reshape([1] * x.dim()) if keep else result


def squeeze(x, axes):
    if axes is None:
        return x.squeeze()
    axes = [axes] if isinstance(axes, int) else axes
    places = [axis + x.dim() if axis < 0 else axis for axis in axes]
    for axis in sorted(places, reverse=True):
        if x.shape[axis] != 1:
            raise RuntimeError("longer than 1")
        x = x.squeeze(axis)
    return x


def sliced(x, ranges):
    """x[…] with Python's rules, steps below 0 among them, which PyTorch refuses."""
    picked = []
    for axis, part in enumerate(ranges):
        if part is None:
            continue
        if isinstance(part, int):
            picked.append(axis)
            places = [range(x.shape[axis])[part]]
        else:
            places = list(range(*slice(*part).indices(x.shape[axis])))
        x = torch.index_select(x, axis, torch.tensor(places, dtype=torch.long))
    for axis in reversed(picked):
        x = x.squeeze(axis)
    return x


def softplus(x):
    return F.softplus(x, threshold=40)


def elu(x, alpha):
    """By whole vectors, whose gradient at NaN is NaN; of elements that fill no vector, F.elu has 1 there."""
    x = floating(x)
    return F.elu(F.pad(x.flatten(), [0, -x.numel() % 16]), alpha)[: x.numel()].reshape(x.shape)


def gather(x, axis, index):
    shape = list(x.shape)
    shape[axis] = index.shape[axis]
    return torch.gather(x, axis, index.long().expand(shape))


def iota(shape, axis):
    along = [1] * len(shape)
    along[axis] = shape[axis]
    return torch.arange(shape[axis]).reshape(along).expand(shape)


def conv2d(x, weight, bias, *geometry):
    if x.is_floating_point() or weight.is_floating_point():
        x, weight = floating(x), floating(weight)
    return F.conv2d(x, weight, bias if bias is None else bias.to(x.dtype), *geometry)


def decoded(text):
    return numpy.frombuffer(base64.b64decode(text), dtype="<f8").copy()


def encoded(x):
    elements = x.detach().to(torch.float64).contiguous().numpy()
    return base64.b64encode(elements.astype("<f8").tobytes()).decode()


def kind_of(x):
    if x.dtype == torch.bool:
        return "bool"
    return "float" if x.is_floating_point() else "int"


def tensor_of(operand):
    elements = decoded(operand["elements"])
    x = torch.from_numpy(elements).reshape(operand["shape"]).to(TYPES[operand["dtype"]])
    return x.requires_grad_() if x.is_floating_point() and operand["differentiable"] else x


def answer(request):
    x = [tensor_of(operand) for operand in request["operands"]]
    y = eval(request["call"], {**globals(), "inf": float("inf"), "nan": float("nan"), "x": x})
    sources = [each for each in x if each.requires_grad]
    gradients = [None] * len(sources)
    if y.requires_grad:
        cotangent = torch.from_numpy(decoded(request["cotangent"]))[: y.numel()].reshape(y.shape)
        gradients = torch.autograd.grad(y, sources, cotangent, allow_unused=True)
    gradients = [torch.zeros_like(of) if each is None else each for of, each in zip(sources, gradients)]
    return {
        "kind": kind_of(y),
        "shape": list(y.shape),
        "elements": encoded(y),
        "gradients": [encoded(each) for each in gradients],
    }


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # PyTorch has many kinds of refusal.
        reply = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
