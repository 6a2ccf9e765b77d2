#!/usr/bin/env python3
"""Measures greedy decoding with the speech models beside PyTorch, in alternation, each at its own best thread count.

    bazel build -c opt //tests/peers:decoding_samples
    python3 tests/peers/speech_decoding.py bazel-bin/tests/peers/decoding_samples experiments/ljspeech [--rounds N] [--batch N]

Needs torch (2.13) and nothing else. The published configuration (see speech.py) writes 98 tokens for 80 x 2754 audio frames.
PyTorch runs the encoder once and then, as the published code does, the whole decoder on the growing text at every step; this
project runs the prologue (encoder, keys and values of the audio) once and then a step a token. Prints the median over rounds
of the ratio of times, PyTorch over this project, with quartiles, for the decoder's part alone and with the encoder. Where the
keys and values of the audio are made differs: here they belong to the prologue, so `decoder alone` leaves them out and `with
the encoder` has everything.
"""
import argparse
import os

import torch

from peer import Ours, alternate, best, ratio, time_of
from speech import FRAMES, MELS, TOKENS, CONSTANTS, Speech


def peer_parts(decoder, fused, batch):
    model = Speech(decoder, fused).eval()
    audio = torch.randn(batch, MELS, FRAMES)

    @torch.no_grad()
    def encode():
        return model.encode(audio)

    memory = encode()

    @torch.no_grad()
    def write():
        tokens = torch.zeros(batch, 1, dtype=torch.long)
        for _ in range(TOKENS):
            following = model.decode(tokens, memory)[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, following], dim=1)

    return encode, write


def compare(arguments, decoder):
    ours = Ours(arguments.binary, os.path.join(arguments.models, decoder + ".textproto"))
    subjects = {}
    for threads in (1, 2):
        setting = f"{threads} threads"
        for fused in (False, True):
            encode, write = peer_parts(decoder, fused, arguments.batch)

            def sample(part, threads=threads):
                torch.set_num_threads(threads)
                return time_of(part, 1)

            side = "fused" if fused else "explicit"
            subjects["encode " + side, setting] = lambda part=encode, sample=sample: sample(part)
            subjects["write " + side, setting] = lambda part=write, sample=sample: sample(part)
        for index, part in enumerate(("encode", "write")):
            subjects[part + " here", setting] = lambda index=index, threads=threads: ours.sample(
                CONSTANTS, f"B={arguments.batch},T={FRAMES}", TOKENS, threads, "encode" if index == 0 else "write")
    times = alternate(subjects, arguments.rounds)
    for threads in (1, 2):
        setting = f"{threads} threads"
        for side in ("explicit", "fused", "here"):
            times["all " + side, setting] = [a + b for a, b in zip(times["encode " + side, setting],
                                                                   times["write " + side, setting])]
    for part, name in (("write", "decoder alone"), ("all", "with the encoder")):
        own, own_median = best(times, part + " here")
        print(f"{decoder}, batch {arguments.batch}, {name}: {own_median * 1e3:.1f} ms here, {own[1]}", flush=True)
        for side in ("explicit", "fused"):
            peer, peer_median = best(times, part + " " + side)
            middle, low, high = ratio(times, peer, own)
            print(f"  {middle:.1f} times [{low:.1f}, {high:.1f}] PyTorch with {side} attention "
                  f"({peer_median * 1e3:.1f} ms, {peer[1]})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("models", help="folder of recurrent.textproto and transformer.textproto")
    parser.add_argument("--decoder", choices=("transformer", "recurrent"), action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=8)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    for decoder in arguments.decoder or ("transformer", "recurrent"):
        compare(arguments, decoder)


if __name__ == "__main__":
    main()
