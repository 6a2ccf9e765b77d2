"""What the comparisons share: samples of both sides in alternation, each at every thread count, and ratios of medians'
best settings within one run."""
import statistics
import subprocess
import time


class Ours:
    """A program that answers each request line with a line of numbers, the first of them seconds; all are in `numbers`."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def sample(self, *words):
        time.sleep(0.02)  # threads of the other side may still be spinning
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        self.numbers = list(map(float, self.process.stdout.readline().split()))
        return self.numbers[0]


def time_of(function, iterations):
    start = time.perf_counter()
    for _ in range(iterations):
        function()
    return (time.perf_counter() - start) / iterations


def alternate(subjects, rounds):
    """Seconds of every subject (name -> function that gives a sample), once a round; the first round warms up."""
    times = {name: [] for name in subjects}
    for round_index in range(rounds + 1):
        for name, sample in subjects.items():
            seconds = sample()
            if round_index > 0:
                times[name].append(seconds)
    return times


def best(times, side):
    """The fastest subject of a side (names are (side, ...)) by its median, with that median."""
    medians = {name: statistics.median(values) for name, values in times.items() if name[0] == side}
    name = min(medians, key=medians.get)
    return name, medians[name]


def ratio(times, slow, fast):
    """Median over rounds of the ratio of two subjects, with the quartiles."""
    ratios = sorted(a / b for a, b in zip(times[slow], times[fast]))
    quartile = len(ratios) // 4
    return statistics.median(ratios), ratios[quartile], ratios[-1 - quartile]
