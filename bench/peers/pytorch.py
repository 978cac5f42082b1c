"""The networks of bench/networks.ts in PyTorch. For each line on standard input, one number of steps, it trains so many
and answers with the mean time of a step in milliseconds. Arguments: network, default | channels-last."""
import sys
import time

import torch
from torch import nn

NETWORKS = {"kernel-stride": ([32, 64], False), "basic": ([32, 64, 128], False), "normalised": ([32, 64, 128], True)}
BATCH = 32

name, layout = sys.argv[1:3]
filters, normalised = NETWORKS[name]
torch.set_num_threads(1)
torch.manual_seed(2019)

layers, channels, size = [], 1, 28
for count in filters:
    layers.append(nn.Conv2d(channels, count, 3, padding=1 if normalised else 0))
    size -= 0 if normalised else 2
    if normalised:
        layers.append(nn.BatchNorm2d(count, eps=1e-3, momentum=0.01))
    layers += [nn.ReLU(), nn.MaxPool2d(2)]
    channels, size = count, size // 2
layers += [nn.Flatten(), nn.Dropout(0.5), nn.Linear(channels * size * size, 128), nn.ReLU(), nn.Linear(128, 10)]
model = nn.Sequential(*layers)
images = torch.rand(BATCH, 1, 28, 28)
labels = torch.randint(0, 10, (BATCH,))
if layout == "channels-last":
    model = model.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
loss = nn.CrossEntropyLoss()
print(torch.__version__, flush=True)

for line in sys.stdin:
    steps = int(line)
    started = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(images), labels).backward()
        optimizer.step()
    print((time.perf_counter() - started) * 1000 / steps, flush=True)
