"""A network of bench/networks.ts in PyTorch. For each line on standard input, one number of steps, it trains so many
and answers with the mean time of a step in milliseconds. Arguments: the network as JSON, default | channels-last."""
import json
import sys
import time

import torch
from torch import nn

BATCH = 32

network, layout = json.loads(sys.argv[1]), sys.argv[2]
torch.set_num_threads(1)
torch.manual_seed(2019)

layers, channels, size = [], 1, (28, 28)
padding = 1 if network["zeroPadding"] else 0
for filters in network["convLayers"]:
    layers.append(nn.Conv2d(channels, filters, network["kernel"], network["stride"], padding))
    sides = zip(size, network["kernel"], network["stride"])
    size = [((side + 2 * padding - kernel) // stride + 1) // 2 for side, kernel, stride in sides]
    if network["bn"]:
        layers.append(nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01))
    layers += [nn.ReLU(), nn.MaxPool2d(2)]
    channels = filters
layers += [nn.Flatten(), nn.Dropout(network["dropout"])]
units = channels * size[0] * size[1]
for count in network["hiddenLayers"]:
    layers += [nn.Linear(units, count), nn.ReLU()]
    units = count
model = nn.Sequential(*layers, nn.Linear(units, 10))
kernels = [weight for weight in model.parameters() if weight.dim() > 1]
images = torch.rand(BATCH, 1, 28, 28)
labels = torch.randint(0, 10, (BATCH,))
if layout == "channels-last":
    model = model.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)
cross_entropy = nn.CrossEntropyLoss()
print(torch.__version__, flush=True)


def step():
    optimizer.zero_grad()
    loss = cross_entropy(model(images), labels)
    if network["reg"]:
        loss = loss + network["reg"] * sum(weight.abs().sum() + weight.square().sum() for weight in kernels)
    loss.backward()
    optimizer.step()


for line in sys.stdin:
    steps = int(line)
    started = time.perf_counter()
    for _ in range(steps):
        step()
    print((time.perf_counter() - started) * 1000 / steps, flush=True)
