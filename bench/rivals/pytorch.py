"""The step of a job in PyTorch, in its faster memory format (channels last). Same protocol as serve.ts."""

import json
import platform
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

job = json.loads(sys.argv[1])
batch = job["batch"]
format = torch.channels_last
torch.set_num_threads(int(sys.argv[2]))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = nn.Identity()
        if stride != 1 or channels != filters:
            projection = nn.Conv2d(channels, filters, 1, stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(filters))

    def forward(self, x):
        hidden = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(hidden)).add_(self.downsample(x)), inplace=True)


class ResNet(nn.Module):
    def __init__(self, name):
        super().__init__()
        blocks, widths = {
            "resnet8x4": (1, (32, 64, 128, 256)),
            "resnet32x4": (5, (32, 64, 128, 256)),
            "resnet20": (3, (16, 16, 32, 64)),
        }[name]
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        layers = []
        for stage in (1, 2, 3):
            for block in range(blocks):
                channels = widths[stage - 1] if block == 0 else widths[stage]
                layers.append(Block(channels, widths[stage], 2 if stage > 1 and block == 0 else 1))
        self.layers = nn.Sequential(*layers)
        self.fc = nn.Linear(widths[3], 100)

    def forward(self, x):
        x = self.layers(F.relu(self.bn1(self.conv1(x)), inplace=True))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def divergence(u, v, teacher_temperature, student_temperature):
    rows = F.kl_div(
        F.log_softmax(v / student_temperature, 1), F.softmax(u / teacher_temperature, 1), reduction="none"
    ).sum(1, keepdim=True)
    return (rows * teacher_temperature * student_temperature).mean()


def distillation(u, v, labels):
    x = u.max(1, keepdim=True).values
    y = v.max(1, keepdim=True).values
    dynamic = divergence(u, v, 8 * x / (x + y), 8 * y / (x + y))
    return 3 * dynamic + divergence(u, v, 4, 4) + F.cross_entropy(v, labels)


teacher = ResNet(job["teacher"]).to(memory_format=format).eval() if "teacher" in job else None
student = ResNet(job["student"]).to(memory_format=format).train() if "student" in job else None
if student:
    optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
images_of_loader = torch.randn(batch, 3, 32, 32)
labels = torch.arange(batch) % 100


def step():
    images = images_of_loader.contiguous(memory_format=format)
    if teacher:
        with torch.no_grad():
            u = teacher(images)
    if not student:
        return u.tolist()
    v = student(images)
    loss = distillation(u, v, labels) if teacher else F.cross_entropy(v, labels)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


def answer(message):
    print(json.dumps(message), flush=True)


answer(
    {
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "threads": torch.get_num_threads(),
        "notes": {"format": "channels last"},
    }
)
for line in sys.stdin:
    milliseconds = []
    cpu_before = time.process_time()
    for _ in range(int(line)):
        start = time.perf_counter()
        step()
        milliseconds.append(1000 * (time.perf_counter() - start))
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    cpu_milliseconds = 1000 * (time.process_time() - cpu_before)
    answer({"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds, "peakBytes": peak_bytes})
