"""The step of a job in PyTorch, by a number of threads, in a memory format and on a device. Same protocol as serve.ts."""

import json
import platform
import resource
import sys
import time

import torch
from torch.nn import functional as F

from libraries import libraries
from networks import dtkd, networks

job, threads, format_name = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
batch = job["batch"]
format = {"channels last": torch.channels_last, "contiguous": torch.contiguous_format}[format_name]
torch.set_num_threads(threads)
device = sys.argv[4] if len(sys.argv) > 4 else "cpu"

teacher = networks[job["teacher"]]().to(device, memory_format=format).eval() if "teacher" in job else None
student = networks[job["student"]]().to(device, memory_format=format).train() if "student" in job else None
if student:
    optimizer = torch.optim.SGD(student.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
images_of_loader = torch.randn(batch, 3, 32, 32)
labels = (torch.arange(batch) % 100).to(device)


def step():
    images = images_of_loader.to(device).contiguous(memory_format=format)
    if teacher:
        with torch.no_grad():
            u = teacher(images)
    if not student:
        return u.tolist()
    v = student(images)
    loss = dtkd(u, v, labels) if teacher else F.cross_entropy(v, labels)
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
        "configuration": format_name,
        "notes": libraries(),
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
