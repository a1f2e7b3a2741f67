"""ShuffleNets, with the names of mdistiller's."""

import torch
from torch import nn
from torch.nn import functional as F

from layers import convolution, pooled, relu


def shuffled(x, groups):
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class ShuffleUnit(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.halves = stride == 2
        computed = filters - channels if self.halves else filters
        narrow = computed // 4
        self.groups = 1 if channels == 24 else 3
        self.conv1 = convolution(channels, narrow, 1, groups=self.groups)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.conv2 = convolution(narrow, narrow, 3, stride, narrow)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3 = convolution(narrow, computed, 1, groups=3)
        self.bn3 = nn.BatchNorm2d(computed)

    def forward(self, x):
        narrow = shuffled(relu(self.bn1(self.conv1(x))), self.groups)
        computed = self.bn3(self.conv3(relu(self.bn2(self.conv2(narrow)))))
        if self.halves:
            return relu(torch.cat([computed, F.avg_pool2d(x, 3, 2, 1)], 1))
        return relu(computed.add_(x))


class ShuffleV1(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = convolution(3, 24, 1)
        self.bn1 = nn.BatchNorm2d(24)
        channels = 24
        for stage, (count, filters) in enumerate([(4, 240), (8, 480), (4, 960)], start=1):
            units = []
            for position in range(count):
                units.append(ShuffleUnit(channels, filters, 2 if position == 0 else 1))
                channels = filters
            setattr(self, f"layer{stage}", nn.Sequential(*units))
        self.linear = nn.Linear(channels, 100)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(relu(self.bn1(self.conv1(x))))))
        return self.linear(pooled(x))


class SplitUnit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.conv1 = convolution(half, half, 1)
        self.bn1 = nn.BatchNorm2d(half)
        self.conv2 = convolution(half, half, 3, groups=half)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv3 = convolution(half, half, 1)
        self.bn3 = nn.BatchNorm2d(half)

    def forward(self, x):
        passed, given = x.chunk(2, 1)
        hidden = self.bn2(self.conv2(relu(self.bn1(self.conv1(given)))))
        return shuffled(relu(torch.cat([passed, self.bn3(self.conv3(hidden))], 1)), 2)


class HalvingUnit(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        half = filters // 2
        self.conv1 = convolution(channels, channels, 3, 2, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = convolution(channels, half, 1)
        self.bn2 = nn.BatchNorm2d(half)
        self.conv3 = convolution(channels, half, 1)
        self.bn3 = nn.BatchNorm2d(half)
        self.conv4 = convolution(half, half, 3, 2, half)
        self.bn4 = nn.BatchNorm2d(half)
        self.conv5 = convolution(half, half, 1)
        self.bn5 = nn.BatchNorm2d(half)

    def forward(self, x):
        left = self.bn2(self.conv2(self.bn1(self.conv1(x))))
        right = self.bn5(self.conv5(self.bn4(self.conv4(relu(self.bn3(self.conv3(x)))))))
        return shuffled(relu(torch.cat([left, right], 1)), 2)


class ShuffleV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = convolution(3, 24, 1)
        self.bn1 = nn.BatchNorm2d(24)
        channels = 24
        for stage, (count, filters) in enumerate([(3, 116), (7, 232), (3, 464)], start=1):
            units = [HalvingUnit(channels, filters), *(SplitUnit(filters) for _ in range(count))]
            setattr(self, f"layer{stage}", nn.Sequential(*units))
            channels = filters
        self.conv2 = convolution(channels, 1024, 1)
        self.bn2 = nn.BatchNorm2d(1024)
        self.linear = nn.Linear(1024, 100)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(relu(self.bn1(self.conv1(x))))))
        return self.linear(pooled(relu(self.bn2(self.conv2(x)))))
