"""The first steps of a distillation in PyTorch, from given weights and batches: the losses in both precisions, as JSON."""

import json
import sys

import torch
from torch import nn
from torch.nn import functional as F

run = json.loads(sys.argv[1])


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        if stride != 1 or channels != filters:
            projection = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(filters))

    def forward(self, x):
        shortcut = self.downsample(x) if hasattr(self, "downsample") else x
        return F.relu(shortcut + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class ResNet(nn.Module):
    def __init__(self, blocks, widths):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        for stage in (1, 2, 3):
            first = Block(widths[stage - 1], widths[stage], 1 if stage == 1 else 2)
            others = [Block(widths[stage], widths[stage], 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{stage}", nn.Sequential(first, *others))
        self.fc = nn.Linear(widths[3], 100)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class WideBlock(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        if channels != filters:
            self.convShortcut = nn.Conv2d(channels, filters, 1, stride, bias=False)

    def forward(self, x):
        activated = F.relu(self.bn1(x))
        shortcut = self.convShortcut(activated) if hasattr(self, "convShortcut") else x
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(activated))))


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
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        for stage in (1, 2, 3):
            stride = 1 if stage == 1 else 2
            setattr(self, f"block{stage}", WideStage(count, widths[stage - 1], widths[stage], stride))
        self.bn1 = nn.BatchNorm2d(widths[3])
        self.fc = nn.Linear(widths[3], 100)

    def forward(self, x):
        x = F.relu(self.bn1(self.block3(self.block2(self.block1(self.conv1(x))))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


networks = {
    "resnet8": lambda: ResNet(1, (16, 16, 32, 64)),
    "resnet20": lambda: ResNet(3, (16, 16, 32, 64)),
    "resnet8x4": lambda: ResNet(1, (32, 64, 128, 256)),
    "wrn_16_1": lambda: WideResNet(2, 1),
    "wrn_16_2": lambda: WideResNet(2, 2),
}


def load(name, path):
    network = networks[name]()
    weights = torch.load(path, map_location="cpu")
    network.load_state_dict(weights.get("model", weights))
    return network


def divergence(u, v, teacher_temperature, student_temperature):
    p = F.softmax(u / teacher_temperature, 1)
    rows = F.kl_div(F.log_softmax(v / student_temperature, 1), p, reduction="none").sum(1, keepdim=True)
    return (rows * teacher_temperature * student_temperature).mean()


def dtkd(u, v, labels):
    x = u.max(1, keepdim=True).values
    y = v.max(1, keepdim=True).values
    dynamic = divergence(u, v, 8 * x / (x + y), 8 * y / (x + y))
    return run["warmUp"] * (3 * dynamic + divergence(u, v, 4, 4)) + F.cross_entropy(v, labels)


losses = {
    "alone": lambda u, v, labels: F.cross_entropy(v, labels),
    "kd": lambda u, v, labels: 0.9 * divergence(u, v, 4, 4) + 0.1 * F.cross_entropy(v, labels),
    "dtkd": dtkd,
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
