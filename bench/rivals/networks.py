"""The networks of the jobs in PyTorch, with the names of mdistiller's, so that weight files fit."""

import torch
from torch import nn
from torch.nn import functional as F

from layers import convolution, pooled, relu
from shuffle_networks import ShuffleV1, ShuffleV2


def projected(channels, filters, stride):
    return nn.Sequential(convolution(channels, filters, 1, stride), nn.BatchNorm2d(filters))


class Block(nn.Module):
    projection = "downsample"

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = convolution(channels, filters, 3, stride)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = convolution(filters, filters, 3)
        self.bn2 = nn.BatchNorm2d(filters)
        if stride != 1 or channels != filters:
            setattr(self, self.projection, projected(channels, filters, stride))

    def forward(self, x):
        shortcut = getattr(self, self.projection)(x) if hasattr(self, self.projection) else x
        hidden = relu(self.bn1(self.conv1(x)))
        return relu(self.bn2(self.conv2(hidden)).add_(shortcut))


class ResNet(nn.Module):
    def __init__(self, blocks, widths):
        super().__init__()
        self.conv1 = convolution(3, widths[0], 3)
        self.bn1 = nn.BatchNorm2d(widths[0])
        for stage in (1, 2, 3):
            first = Block(widths[stage - 1], widths[stage], 1 if stage == 1 else 2)
            others = [Block(widths[stage], widths[stage], 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{stage}", nn.Sequential(first, *others))
        self.fc = nn.Linear(widths[3], 100)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(relu(self.bn1(self.conv1(x))))))
        return self.fc(pooled(x))


class WideBlock(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = convolution(channels, filters, 3, stride)
        self.bn2 = nn.BatchNorm2d(filters)
        self.conv2 = convolution(filters, filters, 3)
        if channels != filters:
            self.convShortcut = convolution(channels, filters, 1, stride)

    def forward(self, x):
        activated = relu(self.bn1(x))
        shortcut = self.convShortcut(activated) if hasattr(self, "convShortcut") else x
        return self.conv2(relu(self.bn2(self.conv1(activated)))).add_(shortcut)


class WideStage(nn.Module):
    def __init__(self, count, channels, filters, stride):
        super().__init__()
        others = [WideBlock(filters, filters, 1) for _ in range(count - 1)]
        self.layer = nn.Sequential(WideBlock(channels, filters, stride), *others)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, count, widening):
        super().__init__()
        widths = [16, 16 * widening, 32 * widening, 64 * widening]
        self.conv1 = convolution(3, 16, 3)
        for stage in (1, 2, 3):
            stride = 1 if stage == 1 else 2
            setattr(self, f"block{stage}", WideStage(count, widths[stage - 1], widths[stage], stride))
        self.bn1 = nn.BatchNorm2d(widths[3])
        self.fc = nn.Linear(widths[3], 100)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(pooled(relu(self.bn1(x))))


class BasicBlock(Block):
    projection = "shortcut"


class Bottleneck(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        filters = 4 * width
        self.conv1 = convolution(channels, width, 1)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = convolution(width, width, 3, stride)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = convolution(width, filters, 1)
        self.bn3 = nn.BatchNorm2d(filters)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != filters:
            self.shortcut = projected(channels, filters, stride)

    def forward(self, x):
        hidden = relu(self.bn2(self.conv2(relu(self.bn1(self.conv1(x))))))
        return relu(self.bn3(self.conv3(hidden)).add_(self.shortcut(x)))


class LargeResNet(nn.Module):
    """Blocks have `expansion` times as many filters as their width."""

    def __init__(self, Block, expansion, counts):
        super().__init__()
        self.conv1 = convolution(3, 64, 3)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, (count, width) in enumerate(zip(counts, (64, 128, 256, 512)), start=1):
            blocks = []
            for position in range(count):
                blocks.append(Block(channels, width, 2 if position == 0 and stage > 1 else 1))
                channels = expansion * width
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(channels, 100)

    def forward(self, x):
        x = relu(self.bn1(self.conv1(x)))
        return self.linear(pooled(self.layer4(self.layer3(self.layer2(self.layer1(x))))))


def normed(channels, filters, kernel, stride=1, groups=1):
    return [convolution(channels, filters, kernel, stride, groups), nn.BatchNorm2d(filters)]


class InvertedResidual(nn.Module):
    def __init__(self, channels, filters, stride, expansion):
        super().__init__()
        width = channels * expansion
        self.has_shortcut = stride == 1 and channels == filters
        self.conv = nn.Sequential(
            *normed(channels, width, 1),
            nn.ReLU(inplace=True),
            *normed(width, width, 3, stride, width),
            nn.ReLU(inplace=True),
            *normed(width, filters, 1),
        )

    def forward(self, x):
        return self.conv(x).add_(x) if self.has_shortcut else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(*normed(3, 16, 3, 2), nn.ReLU(inplace=True))
        channels = 16
        stages = []
        table = [(1, 8, 1, 1), (6, 12, 2, 1), (6, 16, 3, 2), (6, 32, 4, 2), (6, 48, 3, 1), (6, 80, 3, 2), (6, 160, 1, 1)]
        for expansion, filters, count, stride in table:
            blocks = []
            for position in range(count):
                blocks.append(InvertedResidual(channels, filters, stride if position == 0 else 1, expansion))
                channels = filters
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)
        self.conv2 = nn.Sequential(*normed(channels, 1280, 1), nn.ReLU(inplace=True))
        self.classifier = nn.Sequential(nn.Linear(1280, 100))

    def forward(self, x):
        return self.classifier(pooled(self.conv2(self.blocks(self.conv1(x)))))


class VGG(nn.Module):
    def __init__(self, counts):
        super().__init__()
        channels = 3
        for stage, (count, filters) in enumerate(zip(counts, (64, 128, 256, 512, 512))):
            layers = []
            for _ in range(count):
                layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(inplace=True)]
                channels = filters
            setattr(self, f"block{stage}", nn.Sequential(*layers[:-1]))
        self.classifier = nn.Linear(channels, 100)

    def forward(self, x):
        for block in (self.block0, self.block1, self.block2, self.block3):
            x = relu(block(x))
            if block is not self.block3:
                x = F.max_pool2d(x, 2)
        return self.classifier(pooled(relu(self.block4(x))))


narrow, wide = (16, 16, 32, 64), (32, 64, 128, 256)

networks = {
    **{f"resnet{6 * n + 2}": lambda n=n: ResNet(n, narrow) for n in (1, 2, 3, 5, 7, 9, 18)},
    "resnet8x4": lambda: ResNet(1, wide),
    "resnet32x4": lambda: ResNet(5, wide),
    **{f"wrn_{6 * n + 4}_{widening}": lambda n=n, w=widening: WideResNet(n, w) for n in (2, 6) for widening in (1, 2)},
    "vgg8": lambda: VGG((1, 1, 1, 1, 1)),
    "vgg11": lambda: VGG((1, 1, 2, 2, 2)),
    "vgg13": lambda: VGG((2, 2, 2, 2, 2)),
    "vgg16": lambda: VGG((2, 2, 3, 3, 3)),
    "vgg19": lambda: VGG((2, 2, 4, 4, 4)),
    "ResNet18": lambda: LargeResNet(BasicBlock, 1, (2, 2, 2, 2)),
    "ResNet50": lambda: LargeResNet(Bottleneck, 4, (3, 4, 6, 3)),
    "MobileNetV2": MobileNetV2,
    "ShuffleV1": ShuffleV1,
    "ShuffleV2": ShuffleV2,
}


def divergence(u, v, teacher_temperature, student_temperature):
    p = F.softmax(u / teacher_temperature, 1)
    rows = F.kl_div(F.log_softmax(v / student_temperature, 1), p, reduction="none").sum(1, keepdim=True)
    return (rows * teacher_temperature * student_temperature).mean()


def dtkd(u, v, labels, warm_up=1):
    x = u.max(1, keepdim=True).values
    y = v.max(1, keepdim=True).values
    dynamic = divergence(u, v, 8 * x / (x + y), 8 * y / (x + y))
    return warm_up * (3 * dynamic + divergence(u, v, 4, 4)) + F.cross_entropy(v, labels)
