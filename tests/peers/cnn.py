#!/usr/bin/env python3
"""Measures training steps of the image classifier beside PyTorch, in alternation, each at its own best setting.

    bazel build -c opt //tests/peers:training_samples
    python3 tests/peers/cnn.py bazel-bin/tests/peers/training_samples experiments/octmnist/cnn.textproto [--rounds N]

Needs torch (2.13) and nothing else. A step is forward, backward and an update by SGD, with dropout on; PyTorch runs eagerly,
with contiguous and channels-last memory, on one and two threads, whichever is fastest. Prints the median over rounds of the
ratio of times, PyTorch over this project, with quartiles; above 1 this project is faster.
"""
import argparse

import torch
from torch import nn

from peer import Ours, alternate, best, ratio, time_of


class Cnn(nn.Module):
    def __init__(self, no_maxpool):
        super().__init__()
        stride = 2 if no_maxpool else 1
        pool = nn.Identity() if no_maxpool else nn.MaxPool2d(2, 2)
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=stride, padding=1), nn.ReLU(), pool,
            nn.Conv2d(8, 16, 3, stride=stride), nn.ReLU(), pool, nn.Flatten(),
            nn.Linear(576, 320), nn.ReLU(), nn.Dropout(0.7), nn.Linear(320, 120), nn.ReLU(), nn.Linear(120, 4),
            nn.LogSoftmax(dim=1))

    def forward(self, x):
        return self.layers(x)


def peer_step(no_maxpool, batch, memory_format):
    model = Cnn(no_maxpool).to(memory_format=memory_format).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    image = torch.rand(batch, 1, 28, 28).contiguous(memory_format=memory_format)
    label = torch.randint(0, 4, (batch,))

    def step():
        optimizer.zero_grad()
        nn.functional.nll_loss(model(image), label).backward()
        optimizer.step()

    return step


def compare(ours, no_maxpool, batch, rounds):
    iterations = max(4, 512 // batch)
    subjects = {}
    for threads in (1, 2):
        for name, layout in (("contiguous", torch.contiguous_format), ("channels last", torch.channels_last)):
            step = peer_step(no_maxpool, batch, layout)

            def sample(step=step, threads=threads):
                torch.set_num_threads(threads)
                return time_of(step, iterations)

            subjects["torch", f"{name}, {threads} threads"] = sample
        subjects["ours", f"{threads} threads"] = lambda threads=threads: ours.sample(
            f"no_maxpool={no_maxpool}", f"B={batch}", threads, iterations)
    times = alternate(subjects, rounds)
    peer, peer_median = best(times, "torch")
    own, own_median = best(times, "ours")
    middle, low, high = ratio(times, peer, own)
    scaling, _, _ = ratio(times, ("ours", "1 threads"), ("ours", "2 threads"))
    single = sorted(times["ours", "1 threads"])[rounds // 2]
    print(f"{'no pooling' if no_maxpool else 'pooling'}, batch {batch}: {middle:.2f} times [{low:.2f}, {high:.2f}] "
          f"(PyTorch {peer_median * 1e6:.0f} us, {peer[1]}; here {own_median * 1e6:.0f} us, {own[1]}); "
          f"one core {batch / single:.0f} images/s, two threads {scaling:.2f} times one", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    ours = Ours(arguments.binary, arguments.model, "4", 'sgd { learning_rate: "0.01" }')
    for no_maxpool in (0, 1):
        for batch in (8, 64, 256):
            compare(ours, no_maxpool, batch, arguments.rounds)


if __name__ == "__main__":
    main()
