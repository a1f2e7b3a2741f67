"""Writes corners.json: what PyTorch computes where functions are at their most difficult.

    python3 test/reference/corners.py > test/reference/corners.json

The layout is described in README.md. The file there was made with PyTorch 1.13.
"""

import itertools
import json
import math
import sys

import torch
from torch.nn import functional

INFINITY, NAN = math.inf, math.nan

# Of float32, exactly: its smallest number, one below the normal range, its largest one.
TINY, SUBNORMAL, LARGEST = 2.0**-149, 2.0**-130, 2.0**128 - 2.0**104

ORDINARY = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1.5, -1.5, 2.5, -2.5, 3.0, 17.0, -17.0]
FAR = [30.0, -30.0, 88.0, -88.0, 89.25, -89.25, 100.0, -100.0, 1000.0, -1000.0, 2.0**24, LARGEST, -LARGEST]
NEAR = [TINY, -TINY, SUBNORMAL, 2.0**-30, -(2.0**-30), 2.0**-12, 1 - 2.0**-24, 1 + 2.0**-23, -1 + 2.0**-24]
NOT_FINITE = [INFINITY, -INFINITY, NAN]
SINGLE = ORDINARY + FAR + NEAR + NOT_FINITE
# The same of float64, and where float64 overflows.
DOUBLE = [5e-324, -5e-324, 1e-310, 2.0**-1022, 1 - 2.0**-53, -1 + 2.0**-53, 1 + 2.0**-52, 1e-200, 1e200]
DOUBLE += [sys.float_info.max, -sys.float_info.max, 700.0, -700.0, 709.5, 710.25, -745.0, -746.0, 1e16, math.pi / 2]

PAIRED = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, LARGEST, -LARGEST, TINY, INFINITY, -INFINITY, NAN]
PAIRED_DOUBLE = [0.0, -1.0, 2.0, 5e-324, 1e-310, sys.float_info.max, -sys.float_info.max, 1e200, 1e-200]

WHOLE = [0, 1, -1, 2, 7, 2**31 - 1, -(2**31)]

ROWS = [
    [0.0, 0.0, 0.0],
    [0.0, -0.0, -0.0],
    [1.0, 1.0, 1.0],
    [3.0, 1.0, 3.0],
    [1.0, 3.0, 1.0],
    [2.0, -1.0, 0.5],
    [1000.0, 1000.0, 999.0],
    [-1000.0, 0.0, 1000.0],
    [NAN, 1.0, 2.0],
    [1.0, NAN, NAN],
    [INFINITY, 1.0, INFINITY],
    [INFINITY, INFINITY, INFINITY],
    [-INFINITY, 1.0, 1.0],
    [-INFINITY, -INFINITY, -INFINITY],
    [INFINITY, -INFINITY, 0.0],
    [INFINITY, NAN, 0.0],
    [TINY, 0.0, -TINY],
]
ROWS_DOUBLE = [[5e-324, 0.0, -5e-324], [1e200, 1.0, -1e200], [1e-200, 2e-200, 1e-200], [1e308, 1e308, -1e308]]
WHOLE_ROWS = [[5, -(2**31), 7], [2, 2, 2], [1, 3, 3], [-(2**31), 2**31 - 1, 0]]

corners = []


def written(values):
    """Twelve digits of each number; what JSON has no number for in words."""

    def word(value):
        if isinstance(value, (bool, int)):
            return int(value)
        if math.isnan(value) or math.isinf(value):
            return str(value)
        if value == 0:
            return "-0" if math.copysign(1, value) < 0 else 0
        return float(f"{value:.12g}")

    return [word(value) for value in values.flatten().tolist()]


def exactly(values):
    def word(value):
        if isinstance(value, (bool, int)):
            return int(value)
        return ("-0" if math.copysign(1, value) < 0 else 0) if value == 0 else value if math.isfinite(value) else str(value)

    return [word(value) for value in values.flatten().tolist()]


def weights(like, period):
    """1, 1/2, …, 1/period, 1, 1/2, …: no sum of unlike elements is 0 by chance, and none overflows."""
    return (1 / (1 + torch.arange(like.numel(), dtype=like.dtype) % period)).reshape(like.shape)


def derivatives(output, inputs):
    """The gradients of Σ output · (1, ½, ⅓, ¼, 1, …), and of each Σ gradient · (1, ½, 1, …) the gradients."""

    def gradients(total):
        if not total.requires_grad:
            return [torch.zeros_like(x) for x in inputs]
        found = torch.autograd.grad(total, inputs, create_graph=True, allow_unused=True)
        return [torch.zeros_like(x) if g is None else torch.zeros_like(x) + g for g, x in zip(found, inputs)]

    first = gradients((output * weights(output, 4)).sum())
    second = [gradients((gradient * weights(gradient, 2)).sum()) for gradient in first]
    return first, second


def corner(call, function, *inputs):
    """One call on these inputs: lists or tensors; those of floating numbers are differentiated by."""
    tensors = [x.clone() if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64) for x in inputs]
    differentiated = [x.requires_grad_() for x in tensors if x.dtype == torch.float64]
    output = function(*tensors)
    entry = {
        "call": call,
        "inputs": [
            {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "data": exactly(x.detach())}
            for x in tensors
        ],
        "output": {"shape": list(output.shape), "data": written(output.detach())},
    }
    if output.dtype == torch.float64 and differentiated:
        first, second = derivatives(output, differentiated)
        entry["gradients"] = [written(g.detach()) for g in first]
        entry["second"] = [[written(h.detach()) for h in row] for row in second]
    corners.append(entry)


def of_one(call, function, more=()):
    corner(call, function, [*SINGLE, *more])
    corner(call, function, DOUBLE)


def of_two(call, function):
    for values in (PAIRED, PAIRED_DOUBLE):
        corner(call, function, *map(list, zip(*itertools.product(values, values))))


def whole(values):
    return torch.tensor(values, dtype=torch.int32)


def of_whole(call, function):
    corner(call, function, whole(WHOLE))


def of_two_whole(call, function):
    corner(call, function, *(whole(values) for values in zip(*itertools.product(WHOLE, WHOLE))))


def of_rows(call, function, rows=ROWS_DOUBLE):
    """A reduction of the last axis."""
    corner(call, function, ROWS)
    corner(call, function, rows)
    corner(call, function, [[2.0], [0.0], [INFINITY], [NAN]])


def of_nothing(call, function):
    corner(call, function, torch.zeros(2, 0, dtype=torch.float64))


of_one("negate(x)", torch.neg)
of_one("abs(x)", torch.abs)
of_one("sign(x)", torch.sign)
of_one("floor(x)", torch.floor)
of_one("ceil(x)", torch.ceil)
of_one("round(x)", torch.round)
of_one("trunc(x)", torch.trunc)
of_one("square(x)", torch.square)
of_one("sqrt(x)", torch.sqrt)
of_one("rsqrt(x)", torch.rsqrt)
of_one("reciprocal(x)", torch.reciprocal)
of_one("exp(x)", torch.exp)
of_one("exp2(x)", torch.exp2)
of_one("expm1(x)", torch.expm1)
of_one("log(x)", torch.log)
of_one("log2(x)", torch.log2)
of_one("log10(x)", torch.log10)
of_one("log1p(x)", torch.log1p)
of_one("sin(x)", torch.sin)
of_one("cos(x)", torch.cos)
of_one("tan(x)", torch.tan)
of_one("asin(x)", torch.asin)
of_one("acos(x)", torch.acos)
of_one("atan(x)", torch.atan)
of_one("sinh(x)", torch.sinh)
of_one("cosh(x)", torch.cosh)
of_one("tanh(x)", torch.tanh)
of_one("erf(x)", torch.erf)
of_one("relu(x)", torch.relu)
of_one("leakyRelu(x, 0.25)", lambda x: functional.leaky_relu(x, 0.25))
of_one("elu(x)", functional.elu)
of_one("elu(x, 1.5)", lambda x: functional.elu(x, 1.5))
of_one("softplus(x)", lambda x: functional.softplus(x, threshold=40))
of_one("sigmoid(x)", torch.sigmoid)
of_one("logSigmoid(x)", functional.logsigmoid)
of_one("silu(x)", functional.silu)
of_one("gelu(x)", functional.gelu)
of_one("clamp(x, -1, 1)", lambda x: torch.clamp(x, -1, 1))
of_one("clamp(x, 0)", lambda x: torch.clamp(x, min=0))
of_one("clamp(x, -Infinity, 0.5)", lambda x: torch.clamp(x, max=0.5))
of_one("clamp(x, 1, -1)", lambda x: torch.clamp(x, 1, -1))
of_one("isNaN(x)", torch.isnan)
of_one("isFinite(x)", torch.isfinite)
of_one("cast(x, int32)", lambda x: x.clamp(-(2**30), 2**30).nan_to_num().to(torch.int32))
for exponent in (0, 1, 2, 3, 0.5, -1):
    of_one(f"power(x, {exponent})", lambda x: torch.pow(x, exponent))

of_two("add(a, b)", torch.add)
of_two("subtract(a, b)", torch.subtract)
of_two("multiply(a, b)", torch.multiply)
of_two("divide(a, b)", torch.divide)
of_two("remainder(a, b)", torch.remainder)
of_two("power(a, b)", torch.pow)
of_two("atan2(a, b)", torch.atan2)
of_two("maximum(a, b)", torch.maximum)
of_two("minimum(a, b)", torch.minimum)
of_two("less(a, b)", torch.less)
of_two("lessEqual(a, b)", torch.less_equal)
of_two("equal(a, b)", torch.eq)
of_two("greater(a, b)", torch.greater)
of_two("greaterEqual(a, b)", torch.greater_equal)
of_two("notEqual(a, b)", torch.not_equal)
ends = [0.0, 1.0, -2.0, 1e8, INFINITY, NAN]
corner("lerp(a, b, weight)", torch.lerp,
       *map(list, zip(*itertools.product(ends, ends, [0.0, 0.25, 0.5, 1.0, 2.0, -1.0, INFINITY]))))
for weight in (0.25, 0.5, 1):
    corner(f"lerp(a, b, {weight})", lambda a, b: torch.lerp(a, b, weight), *map(list, zip(*itertools.product(ends, ends))))
corner("where(condition, a, b)", torch.where,
       torch.tensor([True, False] * 9), *map(list, zip(*itertools.product([1.0, INFINITY, NAN], [-0.0, 2.0, NAN] * 2))))

of_whole("negate(x)", torch.neg)
of_whole("abs(x)", torch.abs)
of_whole("sign(x)", torch.sign)
of_whole("relu(x)", torch.relu)
of_whole("clamp(x, -1, 1)", lambda x: torch.clamp(x, -1, 1))
of_whole("clamp(x, 0)", lambda x: torch.clamp(x, min=0))
of_two_whole("add(a, b)", torch.add)
of_two_whole("subtract(a, b)", torch.subtract)
of_two_whole("multiply(a, b)", torch.multiply)
of_two_whole("maximum(a, b)", torch.maximum)
of_two_whole("minimum(a, b)", torch.minimum)
of_two_whole("less(a, b)", torch.less)
of_two_whole("lessEqual(a, b)", torch.less_equal)
of_two_whole("equal(a, b)", torch.eq)

of_rows("sum(x, 1)", lambda x: x.sum(1))
of_rows("mean(x, 1)", lambda x: x.mean(1))
of_rows("amax(x, 1)", lambda x: x.amax(1))
of_rows("amin(x, 1)", lambda x: x.amin(1))
of_rows("max(x, 1)", lambda x: x.max(1).values)
of_rows("min(x, 1)", lambda x: x.min(1).values)
of_rows("argmax(x, 1)", lambda x: x.argmax(1))
of_rows("argmin(x, 1)", lambda x: x.argmin(1))
of_rows("any(x, 1)", lambda x: x.bool().any(1))
of_rows("all(x, 1)", lambda x: x.bool().all(1))
for correction in (0, 1, 2, 3, 4):
    of_rows(f"variance(x, 1, {{ correction: {correction} }})", lambda x: torch.var(x, 1, correction=correction))
    of_rows(f"standardDeviation(x, 1, {{ correction: {correction} }})", lambda x: torch.std(x, 1, correction=correction))
# The gradient is exp(x - result) there, which has no digits left where x is large.
of_rows("logSumExp(x, 1)", lambda x: x.logsumexp(1), ROWS_DOUBLE[:1])
of_rows("softmax(x, 1)", lambda x: x.softmax(1))
of_rows("logSoftmax(x, 1)", lambda x: x.log_softmax(1))
corner("max(x)", torch.max, [3.0, 1.0, 3.0])
corner("min(x)", torch.min, [1.0, 3.0, 1.0])
for name in ("amax", "amin", "argmax", "argmin"):
    corner(f"{name}(x, 1)", lambda x: getattr(x, name)(1), whole(WHOLE_ROWS))

of_nothing("sum(x, 1)", lambda x: x.sum(1))
of_nothing("mean(x, 1)", lambda x: x.mean(1))
of_nothing("any(x, 1)", lambda x: x.bool().any(1))
of_nothing("all(x, 1)", lambda x: x.bool().all(1))
of_nothing("variance(x, 1, { correction: 0 })", lambda x: torch.var(x, 1, correction=0))
of_nothing("variance(x, 1, { correction: 1 })", lambda x: torch.var(x, 1, correction=1))
of_nothing("standardDeviation(x, 1, { correction: 1 })", lambda x: torch.std(x, 1, correction=1))
of_nothing("logSumExp(x, 1)", lambda x: x.logsumexp(1))
of_nothing("softmax(x, 1)", lambda x: x.softmax(1))
of_nothing("logSoftmax(x, 1)", lambda x: x.log_softmax(1))

MAPS = torch.tensor([[[[1.0, 5.0, 5.0, NAN, 0.0], [5.0, 5.0, -0.0, 2.0, INFINITY], [-1.0, 0.0, 3.0, 3.0, 3.0]]]],
                    dtype=torch.float64)
corner("maxPool2d(x, 2)", lambda x: functional.max_pool2d(x, 2), MAPS)
corner("averagePool2d(x, 2, { stride: 1 })", lambda x: functional.avg_pool2d(x, 2, 1), MAPS)
corner("adaptiveAveragePool2d(x, [2, 3])", lambda x: functional.adaptive_avg_pool2d(x, [2, 3]), MAPS)
corner("adaptiveAveragePool2d(x, [4, 7])", lambda x: functional.adaptive_avg_pool2d(x, [4, 7]), MAPS)
corner("adaptiveAveragePool2d(x, [3, 1])", lambda x: functional.adaptive_avg_pool2d(x, [3, 1]), MAPS)
corner("globalAveragePool2d(x)", lambda x: functional.adaptive_avg_pool2d(x, 1).flatten(1), MAPS)
corner("conv2d(x, weight)", functional.conv2d, MAPS, [[[[1.0, -2.0], [0.5, 0.0]]]])

MATRIX = [[0.0, -0.0, 1.0], [INFINITY, NAN, -1.0]]
INDEX = torch.tensor([[0, 0, 2, 1], [2, 2, 2, 0]])
corner("matmul(a, b)", torch.matmul, MATRIX, [[1.0, 0.0], [2.0, -0.0], [INFINITY, 3.0]])
corner("matmul(a, b)", torch.matmul, torch.zeros(2, 0, dtype=torch.float64), torch.zeros(0, 3, dtype=torch.float64))
corner("gather(x, 1, index)", lambda x, index: torch.gather(x, 1, index.long()), MATRIX, INDEX.int())
corner("scatterAdd(x, 1, index, source)", lambda x, index, source: torch.scatter_add(x, 1, index.long(), source),
       MATRIX, INDEX.int(), [[1.0, -0.0, NAN, 2.0], [INFINITY, -INFINITY, 1.0, 3.0]])
corner("take(x, 1, index)", lambda x, index: torch.index_select(x, 1, index), MATRIX, whole([2, 0, 0]))
corner("take(x, 1, index)", lambda x, index: torch.index_select(x, 1, index), MATRIX, whole([]))
corner("oneHot(labels, 3)", lambda labels: functional.one_hot(labels.long(), 3), whole([0, 2, 2]))

for matrix in (MATRIX, torch.zeros(0, 3, dtype=torch.float64)):
    corner("flatten(x)", torch.flatten, matrix)
    corner("permute(x, [1, 0])", lambda x: x.permute(1, 0), matrix)
    corner("transpose(x)", lambda x: x.transpose(-2, -1), matrix)
    corner("reshape(x, [3, -1, 1])", lambda x: x.reshape(3, -1, 1) if x.numel() else x.reshape(3, 0, 1), matrix)
    corner("expandDimensions(x, 1)", lambda x: x.unsqueeze(1), matrix)
    corner("squeeze(expandDimensions(x, 1), 1)", lambda x: x.unsqueeze(1).squeeze(1), matrix)
    corner("flip(x, 1)", lambda x: x.flip(1), matrix)
    corner("pad(x, [[1, 0], [0, 2]], -1.5)", lambda x: functional.pad(x, (0, 2, 1, 0), value=-1.5), matrix)
    corner("slice(x, 0, [null, null, 2])", lambda x: x[:, ::2], matrix)
    corner("concatenate([x, x], 1)", lambda x: torch.cat([x, x], 1), matrix)
    corner("stack([x, x], 1)", lambda x: torch.stack([x, x], 1), matrix)
    corner("detach(x)", lambda x: x.detach(), matrix)
corner("broadcastTo(x, [2, 3])", lambda x: torch.broadcast_to(x, [2, 3]), [[1.0], [NAN]])
corner("broadcastTo(x, [2, 0])", lambda x: torch.broadcast_to(x, [2, 0]), [[1.0], [NAN]])
corner("full([2, 2], -0)", lambda: torch.full([2, 2], -0.0, dtype=torch.float64))
corner("zeros([2, 0])", lambda: torch.zeros([2, 0], dtype=torch.float64))
corner("ones([2])", lambda: torch.ones([2], dtype=torch.float64))
corner("arange(0)", lambda: torch.arange(0))
corner("arange(3)", lambda: torch.arange(3))

text = json.dumps({"madeBy": f"PyTorch {torch.__version__}, float64", "corners": corners}, separators=(",", ":"))
print(text.replace('{"call"', '\n{"call"'))
