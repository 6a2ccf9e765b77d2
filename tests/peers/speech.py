#!/usr/bin/env python3
"""Measures training steps of the speech models beside PyTorch, in alternation, each at its own best thread count.

    bazel build -c opt //tests/peers:training_samples
    python3 tests/peers/speech.py bazel-bin/tests/peers/training_samples experiments/ljspeech [--rounds N] [--batch N]
    python3 tests/peers/speech.py bazel-bin/tests/peers/training_samples experiments/ljspeech --memory [--batch N]

Needs torch (2.13) and nothing else. A step is forward, backward and an update by AdamW of the published configuration (two
blocks, no outer normalisation, exact GELU) on 80 x 2754 audio frames and 98 tokens. PyTorch runs eagerly, with the softmax
written out as the published code has it and with scaled_dot_product_attention. Prints the median over rounds of the ratio of
times, PyTorch over this project, with quartiles; above 1 this project is faster. Then the same at equal numbers of threads,
and the counted operations a second beside oneDNN's f32 product of 2048 x 2048 matrices on one core times the threads.
--memory instead prints how far a few steps raise the largest resident size of a process of either side.
"""
import argparse
import multiprocessing
import os
import resource
import statistics

import torch
from torch import nn
from torch.nn import functional as F

from peer import Ours, alternate, best, ratio, time_of

MELS, FRAMES, WIDTH, HEADS, HIDDEN, BLOCKS, VOCAB, TOKENS = 80, 2754, 200, 2, 400, 2, 35, 98
CONSTANTS = "blocks=2,outer_norm=0,gelu_tanh=0"


class Attention(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH, bias=False)
        self.value, self.out = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.fused = fused

    def forward(self, x, memory, causal=False):
        q, k, v = (y.unflatten(2, (HEADS, -1)).transpose(1, 2)
                   for y in (self.query(x), self.key(memory), self.value(memory)))
        if self.fused:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        else:
            scale = (WIDTH // HEADS) ** -0.25
            scores = (q * scale) @ (k * scale).transpose(2, 3)
            if causal:
                scores = scores + torch.full(scores.shape[-2:], float("-inf")).triu_(1)
            mixed = scores.softmax(-1) @ v
        return self.out(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.att_norm, self.att, self.mlp_norm = nn.LayerNorm(WIDTH), Attention(fused), nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, WIDTH))

    def forward(self, x, memory=None):
        y = self.att_norm(x)
        x = x + self.att(y, y if memory is None else memory)
        return x + self.mlp(self.mlp_norm(x))


class Speech(nn.Module):
    def __init__(self, decoder, fused):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv1d(MELS, WIDTH, 3, padding=1), nn.GELU(),
                                          nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1), nn.GELU())
        length, half = (FRAMES + 1) // 2, WIDTH // 2
        angles = torch.arange(length)[:, None] * 3000.0 ** (-torch.arange(half) / (half - 1))
        self.register_buffer("places", torch.cat([angles.sin(), angles.cos()], dim=1))
        self.blocks = nn.ModuleList(Block(fused) for _ in range(BLOCKS))
        self.encoder_norm = nn.LayerNorm(WIDTH)
        self.embed, self.self_norm = nn.Embedding(VOCAB, WIDTH), nn.LayerNorm(WIDTH)
        if decoder == "recurrent":
            self.lstm = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        else:
            self.position, self.self_att = nn.Parameter(torch.rand(TOKENS, WIDTH)), Attention(fused)
        self.cross, self.norm, self.classifier = Block(fused), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCAB)
        self.decoder = decoder

    def encode(self, audio):
        memory = self.convolutions(audio).transpose(1, 2) + self.places
        for block in self.blocks:
            memory = block(memory)
        return self.encoder_norm(memory)

    def decode(self, tokens, memory):
        x = self.embed(tokens)
        if self.decoder == "recurrent":
            x = self.lstm(self.self_norm(x))[0]
        else:
            x = x + self.position[:tokens.shape[1]]
            y = self.self_norm(x)
            x = x + self.self_att(y, y, causal=True)
        return self.classifier(self.norm(self.cross(x, memory)))

    def forward(self, audio, tokens):
        return self.decode(tokens, self.encode(audio))


def peer_step(decoder, fused, batch):
    model = Speech(decoder, fused).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    audio, text = torch.randn(batch, MELS, FRAMES), torch.randint(0, VOCAB, (batch, TOKENS + 1))

    def step():
        optimizer.zero_grad()
        logits = model(audio, text[:, :-1])
        F.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten(), label_smoothing=0.1).backward()
        optimizer.step()

    return step


def symbols(batch):
    return f"B={batch},T={FRAMES},S={TOKENS}"


def open_ours(arguments, decoder):
    return Ours(arguments.binary, os.path.join(arguments.models, decoder + ".textproto"), str(VOCAB),
                'adamw { learning_rate: "0.001" }')


def compare(arguments, decoder):
    ours = open_ours(arguments, decoder)
    subjects = {("bare", "1 threads"): lambda: ours.sample("bare", "N=2048", 1, 2)}
    for threads in (1, 2):
        for fused in (False, True):
            step = peer_step(decoder, fused, arguments.batch)

            def sample(step=step, threads=threads):
                torch.set_num_threads(threads)
                return time_of(step, 1)

            subjects["fused" if fused else "explicit", f"{threads} threads"] = sample
        subjects["ours", f"{threads} threads"] = lambda threads=threads: ours.sample(
            CONSTANTS, symbols(arguments.batch), threads, 1)
    times = alternate(subjects, arguments.rounds)
    operations = ours.numbers[2]  # of the subject that came last
    own, own_median = best(times, "ours")
    print(f"{decoder}, batch {arguments.batch}: {own_median * 1e3:.1f} ms here, {own[1]}", flush=True)
    for side in ("explicit", "fused"):
        peer, peer_median = best(times, side)
        middle, low, high = ratio(times, peer, own)
        print(f"  {middle:.2f} times [{low:.2f}, {high:.2f}] PyTorch with {side} attention "
              f"({peer_median * 1e3:.1f} ms, {peer[1]})", flush=True)
    for threads in (1, 2):
        setting = f"{threads} threads"
        shares = [operations / seconds * product / (threads * 2 * 2048 ** 3)
                  for product, seconds in zip(times["bare", "1 threads"], times["ours", setting])]
        explicit, fused = (ratio(times, (side, setting), ("ours", setting))[0] for side in ("explicit", "fused"))
        print(f"  both on {setting}: {explicit:.2f} times explicit, {fused:.2f} times fused; "
              f"{statistics.median(shares):.0%} of the bare product on as many cores", flush=True)


def peer_growth(decoder, fused, batch, answers):
    torch.set_num_threads(2)
    step = peer_step(decoder, fused, batch)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        step()
    answers.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)


def memory(arguments, decoder):
    for fused in (False, True):
        context = multiprocessing.get_context("spawn")  # a fork would begin with this process's memory
        answers = context.Queue()
        process = context.Process(
            target=peer_growth, args=(decoder, fused, arguments.batch, answers))
        process.start()
        print(f"{decoder}, batch {arguments.batch}: PyTorch with {'fused' if fused else 'explicit'} attention "
              f"{answers.get() / 2 ** 20:.0f} MiB", flush=True)
        process.join()
    ours = open_ours(arguments, decoder)
    ours.sample(CONSTANTS, symbols(arguments.batch), 2, 1)
    print(f"{decoder}, batch {arguments.batch}: here {ours.numbers[1] / 2 ** 20:.0f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("models", help="folder of recurrent.textproto and transformer.textproto")
    parser.add_argument("--decoder", choices=("transformer", "recurrent"), action="append")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--memory", action="store_true")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    for decoder in arguments.decoder or ("transformer", "recurrent"):
        (memory if arguments.memory else compare)(arguments, decoder)


if __name__ == "__main__":
    main()
