"""Holds `plumbline export --format=onnx` against `plumbline exec`, with onnx's checker and onnxruntime.

  python3 tests/peers/onnx_export.py [bazel-bin/plumbline]

Wants onnx, onnxruntime and numpy. One line a model; exit code 1 when a result differs or a file is refused.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "bazel-bin" / "plumbline")
FOLDER = pathlib.Path(tempfile.mkdtemp())
DRAW = numpy.random.default_rng(7)


def normal(*shape):
    return DRAW.standard_normal(shape).astype(numpy.float32)


def plumbline(*words):
    """The standard output; None where the engine cannot run an op of the model yet."""
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if "not available yet" in done.stderr and words[0] == "exec":
        return None
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def random_weights(model):
    """A file of normal parameters of the model."""
    listed = json.loads(plumbline("params", model, "--format=json"))["parameters"]
    numpy.savez(FOLDER / "weights.npz", **{each["name"]: normal(*each["shape"]) * 0.5 for each in listed})
    return FOLDER / "weights.npz"


def compare(title, model, inputs, sets=(), at=(), weights=None):
    """Runs the model both ways and prints the largest difference relative to the largest value."""
    settings = [word for each in sets for word in ("--set", each)]
    if weights is not None:
        settings += ["--weights", weights]
    numpy.savez(FOLDER / "in.npz", **inputs)
    done = plumbline("exec", model, "--inputs", FOLDER / "in.npz", "--outputs", FOLDER / "out.npz", *settings)
    sizes = ["--at", ",".join(at)] if at else []
    plumbline("export", model, "--format=onnx", "-o", FOLDER / "model.onnx", *settings, *sizes)
    onnx.checker.check_model(onnx.load(FOLDER / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(FOLDER / "model.onnx", providers=["CPUExecutionProvider"])
    if done is None:
        print(f"{title}: well-formed; not available in the engine yet")
        return
    expected = numpy.load(FOLDER / "out.npz")
    names = [output.name for output in session.get_outputs()]
    fed = {value.name: inputs[value.name] for value in session.get_inputs()}
    worst = 0.0
    for name, found in zip(names, session.run(names, fed)):
        wanted = expected[name]
        if found.shape != wanted.shape:
            sys.exit(f"{title}: '{name}' has shape {found.shape}, expected {wanted.shape}")
        worst = max(worst, float(numpy.abs(found - wanted).max() / max(numpy.abs(wanted).max(), 1e-30)))
    print(f"{title}: {worst:.1e}")
    if not worst < 2e-5:
        sys.exit(f"{title}: differs")


def text(body):
    path = FOLDER / "model.textproto"
    path.write_text('language: 1\nname: "ops"\n' + body)
    return path


def shipped():
    cnn = ROOT / "experiments/octmnist/cnn.textproto"
    golden = ROOT / "tests/golden"
    for name, pooled in (("cnn_maxpool", "0"), ("cnn_no_maxpool", "1")):
        inputs = dict(numpy.load(golden / f"{name}.inputs.npz"))
        compare(name, cnn, inputs, [f"no_maxpool={pooled}"], weights=golden / f"{name}.weights.npz")
    attention = ROOT / "experiments/attention"
    for causal in ("0", "1"):
        for name in ("softmax", "softmax_plain", "taylor", "taylor_plain"):
            inputs = {key: normal(2, 3, 40, 8) * 0.5 for key in "qkv"}
            at = ["D=8"] if name == "taylor_plain" else []
            compare(f"{name} causal={causal}", attention / f"{name}.textproto", inputs, [f"causal={causal}"], at)
    inputs = {key: normal(2, 3, 5, 6) for key in "qk"}
    compare("feature_map", attention / "feature_map.textproto", inputs, ["terms=4"], ["D=6"])


def attention():
    inputs = {"q": normal(3, 7, 12), "k": normal(3, 9, 12), "v": normal(3, 9, 8),
              "lengths": numpy.array([0, 4, 9], dtype=numpy.int64)}
    for op in ("softmax_attention { heads: \"4\" scale: \"0.4\" }",
               "taylor_attention { heads: \"4\" scale: \"0.4\" terms: \"3\" }"):
        model = text(
            'input { name: "q" dtype: F32 shape: "B, Lq, 12" }\n'
            'input { name: "k" dtype: F32 shape: "B, Lk, 12" }\n'
            'input { name: "v" dtype: F32 shape: "B, Lk, 8" }\n'
            'input { name: "lengths" dtype: S64 shape: "B" }\n'
            f'node {{ name: "z" input: "q" input: "k" input: "v" input: "lengths" {op} }}\noutput {{ name: "z" }}\n')
        compare(op.split()[0] + " with heads and lengths", model, inputs)


def single(op, inputs, shapes):
    declared = "".join(f'input {{ name: "{name}" dtype: F32 shape: "{shape}" }}\n' for name, shape in shapes.items())
    named = " ".join(f'input: "{name}"' for name in shapes)
    compare(op, text(declared + f'node {{ name: "y" {named} {op} }}\noutput {{ name: "y" }}\n'), inputs)


def ops():
    x = {"x": normal(3, 4, 5)}
    shapes = {"x": "B, 4, L"}
    for op in ("relu {}", "tanh {}", "sigmoid {}", "exp {}", "neg {}", 'scale { by: "0.3" }', "gelu {}",
               'gelu { tanh: "1" }', "softmax {}", 'softmax { axis: "1" }', "log_softmax {}", "reduce_sum {}",
               'reduce_mean { axis: "1" keep_dims: "1" }', 'reduce_max { axis: "-2" }', 'causal_mask { fill: "0" }',
               'transpose { permutation: "2, 0, 1" }', 'flatten { from: "1" }', 'reshape { shape: "B, 2, 2, L" }',
               'reshape { shape: "B * L, -1" }', 'slice { axis: "2" begin: "1" end: "L" }',
               'slice { axis: "1" begin: "0" end: "3" }'):
        single(op, x, shapes)
    for op in ("log {}", "sqrt {}"):
        single(op, {"x": numpy.abs(x["x"]) + 0.1}, shapes)
    for op in ("add {}", "sub {}", "mul {}", "div {}"):
        single(op, {"x": x["x"], "w": normal(4, 1) + 3}, {"x": "B, 4, L", "w": "4, 1"})
    single('concat { axis: "1" }', {"x": x["x"], "w": normal(3, 2, 5)}, {"x": "B, 4, L", "w": "B, 2, L"})
    single('matmul { transpose_a: "1" transpose_b: "1" }', {"x": x["x"], "w": normal(3, 2, 4)},
           {"x": "B, 4, L", "w": "B, 2, 4"})
    image = {"x": normal(2, 3, 11, 9)}
    for op in ('max_pool2d { kernel: "3" stride: "2" padding: "1" }', 'avg_pool2d { kernel: "3, 2" padding: "1, 0" }'):
        single(op, image, {"x": "B, 3, H, W"})


def layers():
    """Ops with parameters."""
    index = {"x": DRAW.integers(0, 7, (3, 5))}
    sequence, image = {"x": normal(3, 5, 4)}, {"x": normal(2, 4, 9)}
    for op, shape, inputs in (
            ('linear { features: "6" }', "B, S, 4", sequence), ('linear { features: "6" bias: "0" }', "B, S, 4", sequence),
            ("layer_norm {}", "B, S, 4", sequence), ("sinusoidal_positions {}", "B, S, 4", sequence),
            ('embedding { vocab: "7" features: "3" }', "B, S", index),
            ('conv1d { channels: "6" kernel: "3" stride: "2" padding: "1" groups: "2" }', "B, 4, L", image),
            ('conv1d { channels: "6" kernel: "3" dilation: "2" bias: "0" }', "B, 4, L", image),
            ('lstm { width: "6" layers: "2" bidirectional: "1" }', "B, S, 4", sequence),
            ('gru { width: "6" layers: "2" bidirectional: "1" }', "B, S, 4", sequence),
            ('rnn { width: "6" }', "B, S, 4", sequence)):
        dtype = "S64" if op.startswith("embedding") else "F32"
        model = text(f'input {{ name: "x" dtype: {dtype} shape: "{shape}" }}\n'
                     f'node {{ name: "y" input: "x" {op} }}\noutput {{ name: "y" }}\n')
        compare(op, model, inputs, weights=None if op.startswith("sinusoidal") else random_weights(model))


def derived_sizes():
    """Sizes that are no polynomials of the inputs' follow the inputs at run time."""
    model = text('input { name: "x" dtype: F32 shape: "B, 2, H, W" }\n'
                 'function {\n  name: "rows"\n  arg { name: "x" shape: "b, c, h, w" }\n'
                 '  node { name: "y" input: "x" reshape { shape: "b * h, c * w" } }\n}\n'
                 'node { name: "pool" input: "x" max_pool2d { kernel: "3" stride: "2" } }\n'
                 'node { name: "z" call { function: "rows" } }\noutput { name: "z" }\n')
    compare("derived sizes", model, {"x": normal(2, 2, 9, 8)})


shipped()
attention()
ops()
layers()
derived_sizes()
