#!/usr/bin/env python3
"""Measures attention beside PyTorch, in alternation, each at its own best thread count.

    bazel build -c opt //tests/peers:attention_samples
    python3 tests/peers/attention.py bazel-bin/tests/peers/attention_samples [--rounds N]

Needs torch (2.13) and nothing else. Softmax: torch's scaled_dot_product_attention. Taylor, three terms: the best of the
formulations below, all in linear order with vectorised features. Prints the median over rounds of the ratio of times,
PyTorch over this project; above 1 this project is faster.
"""
import argparse
import statistics
import subprocess
import time

import torch


def features(x, pairs):
    i, j, weight = pairs
    return torch.cat([torch.ones_like(x[..., :1]), x, x[..., i] * x[..., j] * weight], dim=-1)


def pair_indices(width):
    i, j = torch.triu_indices(width, width)
    return i, j, torch.where(i == j, 0.5 ** 0.5, 1.0)


def taylor_whole(q, k, v, pairs):
    """All features at once."""
    phi_q, phi_k = features(q, pairs), features(k, pairs)
    state = phi_k.transpose(-1, -2) @ v
    return (phi_q @ state) / (phi_q @ phi_k.sum(dim=-2).unsqueeze(-1))


def taylor_chunked(q, k, v, pairs, chunk=512):
    """Features of a chunk of rows at a time, which stay in the cache."""
    ones = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)
    state = 0
    for at in range(0, k.shape[-2], chunk):
        state = state + features(k[..., at:at + chunk, :], pairs).transpose(-1, -2) @ ones[..., at:at + chunk, :]
    parts = []
    for at in range(0, q.shape[-2], chunk):
        part = features(q[..., at:at + chunk, :], pairs) @ state
        parts.append(part[..., :-1] / part[..., -1:])
    return torch.cat(parts, dim=-2)


def taylor_outer(q, k, v, pairs, chunk=512):
    """The unmerged square x xᵀ, whose features need no gather."""
    del pairs

    def square(x):
        outer = (x.unsqueeze(-1) * x.unsqueeze(-2)).flatten(-2) * 0.5 ** 0.5
        return torch.cat([torch.ones_like(x[..., :1]), x, outer], dim=-1)

    ones = torch.cat([v, torch.ones_like(v[..., :1])], dim=-1)
    state = 0
    for at in range(0, k.shape[-2], chunk):
        state = state + square(k[..., at:at + chunk, :]).transpose(-1, -2) @ ones[..., at:at + chunk, :]
    parts = []
    for at in range(0, q.shape[-2], chunk):
        part = square(q[..., at:at + chunk, :]) @ state
        parts.append(part[..., :-1] / part[..., -1:])
    return torch.cat(parts, dim=-2)


class Ours:
    def __init__(self, binary):
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def sample(self, kind, shape, causal, threads, iterations):
        words = [kind, *shape, int(causal), threads, iterations]
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def sample(function, threads, iterations):
    torch.set_num_threads(threads)
    start = time.perf_counter()
    for _ in range(iterations):
        function()
    return (time.perf_counter() - start) / iterations


def compare(ours, kind, shape, causal, rounds):
    q, k, v = (torch.randn(*shape) for _ in range(3))
    q = q * 0.125 if kind == "taylor" else q
    if kind == "softmax":
        peers = {"scaled_dot_product_attention": lambda: torch.nn.functional.scaled_dot_product_attention(
            q, k, v, is_causal=causal)}
    else:
        pairs = pair_indices(shape[-1])
        peers = {form.__name__: (lambda form=form: form(q, k, v, pairs))
                 for form in (taylor_whole, taylor_chunked, taylor_outer)}
    times = {}
    for round_index in range(rounds + 1):  # the first round warms up
        for threads in (1, 2):
            for name, function in peers.items():
                times.setdefault(("torch", name, threads), []).append(sample(function, threads, 1))
            time.sleep(0.02)  # until the threads of the other library have ceased to spin
            times.setdefault(("ours", kind, threads), []).append(ours.sample(kind, shape, causal, threads, 1))
    times = {key: values[1:] for key, values in times.items()}
    median = {key: statistics.median(values) for key, values in times.items()}
    best_peer = min((key for key in times if key[0] == "torch"), key=median.get)
    best_ours = min((key for key in times if key[0] == "ours"), key=median.get)
    ratio = statistics.median(a / b for a, b in zip(times[best_peer], times[best_ours]))
    print(f"{kind}{' causal' if causal else ''} {list(shape)}: {ratio:.2f} times "
          f"{best_peer[1]} ({best_peer[2]} threads {median[best_peer] * 1e3:.2f} ms; "
          f"here {best_ours[2]} threads {median[best_ours] * 1e3:.2f} ms)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    ours = Ours(arguments.binary)
    with torch.no_grad():
        for shape in ((1, 8, 1024, 64), (8, 1, 2048, 64), (4, 2, 4096, 64)):
            compare(ours, "softmax", shape, False, arguments.rounds)
            compare(ours, "softmax", shape, True, arguments.rounds)
        for shape in ((8, 1, 4096, 64), (2, 1, 16384, 64), (8, 1, 4096, 16)):
            compare(ours, "taylor", shape, False, arguments.rounds)


if __name__ == "__main__":
    main()
