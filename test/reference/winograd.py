"""Winograd's F(4x4, 3x3) (Lavin and Gray 2016, with the points 0, 1, -1, 2, -2) in PyTorch, to see how it rounds."""

import torch
from torch.nn import functional as F


def matrix(*rows):
    return torch.tensor(rows, dtype=torch.float64)


A = matrix([1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1])
B = matrix(
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
)
G = matrix([6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]) / 24


def convolve(x, filters):
    a, b, g = (transform.to(x.dtype) for transform in (A, B, G))
    tiles = F.pad(x, (1, 1, 1, 1)).unfold(2, 6, 4).unfold(3, 6, 4)
    n, _, rows, columns = tiles.shape[:4]
    planes = torch.einsum("ij,nchwjk,lk->ilcnhw", b, tiles, b).flatten(3)
    products = torch.einsum("ij,fcjk,lk->ilfc", g, filters, g) @ planes
    products = products.reshape(6, 6, -1, n, rows, columns)
    return torch.einsum("ij,jkfnhw,lk->nfhiwl", a, products, a).reshape(n, -1, 4 * rows, 4 * columns)


def can_convolve(layer, x):
    """Which convolutions thermograd may give to Winograd's method."""
    lengths = (*layer.weight.shape[:2], *(2 * length for length in x.shape[2:]))
    is_plain = layer.kernel_size == (3, 3) and layer.stride == (1, 1) and layer.groups == 1
    return is_plain and all(length % 8 == 0 for length in lengths)


def with_errors(network, times):
    """Gives each convolution that can be Winograd's so many times that method's errors; autograd does so to gradients."""
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):

            def forward(x, layer=layer, directly=layer.forward):
                y = directly(x)
                if not can_convolve(layer, x):
                    return y
                bias = 0 if layer.bias is None else layer.bias[:, None, None]
                return y + times * (convolve(x, layer.weight) + bias - y)

            layer.forward = forward
    return network
