"""Layers that several networks share."""

from torch import nn
from torch.nn import functional as F


def convolution(channels, filters, kernel, stride=1, groups=1):
    return nn.Conv2d(channels, filters, kernel, stride, kernel // 2, groups=groups, bias=False)


def relu(x):
    return F.relu(x, inplace=True)


def pooled(x):
    return F.adaptive_avg_pool2d(x, 1).flatten(1)
