"""Writes vision_transformer.json: losses of a vision transformer on the digits, step by step.

    python3 test/reference/vision_transformer.py > test/reference/vision_transformer.json

The network is that of examples/vit; README.md says how weights are made. The file there was made with PyTorch 1.13.
"""

import gzip
import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional

torch.set_default_dtype(torch.float64)
WIDTH, HEADS, DEPTH, BATCH, STEPS = 16, 2, 2, 32, 10
ROOT = pathlib.Path(__file__).parents[2]


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(n, tokens, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) / math.sqrt(width // HEADS)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(n, tokens, width))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.attn = Attention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(1, 16, WIDTH))
        self.patches = nn.Conv2d(1, WIDTH, 2, stride=2)
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


def lowbias32(x):
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def fill(shape, k, scale):
    values = [lowbias32((i + k * 0x9E3779B9) & 0xFFFFFFFF) / 2**32 * 2 - 1 for i in range(math.prod(shape))]
    return torch.tensor(values).reshape(shape) * scale


def weight(name, shape, k):
    if len(shape) >= 2:
        return fill(shape, k, math.sqrt(6 / math.prod(shape[1:])))
    return 1 + fill(shape, k, 0.25) if name.endswith("weight") else fill(shape, k, 0.1)


network = VisionTransformer()
names = list(network.state_dict())
network.load_state_dict({name: weight(name, list(x.shape), k) for k, (name, x) in enumerate(network.state_dict().items())})
lines = gzip.open(ROOT / "datasets/digits/digits.csv.gz", "rt").read().split()[:BATCH]
rows = torch.tensor([[float(cell) for cell in line.split(",")] for line in lines])
images, labels = (rows[:, :-1].reshape(-1, 1, 8, 8) / 16 - 0.3054) / 0.3755, rows[:, -1].long()
optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
losses = []
for _ in range(STEPS):
    loss = functional.cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(float(f"{loss.item():.12g}"))
print(json.dumps({"madeBy": f"PyTorch {torch.__version__}, float64", "visionTransformer": {"names": names, "batch": BATCH, "losses": losses}}))
