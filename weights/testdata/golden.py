"""Golden file by the reference implementation of safetensors.

Without arguments: makes golden.safetensors, which the package's tests read
without Python. Made with Python 3.11, safetensors 0.8.0, numpy 2.4.6,
ml_dtypes 0.6.0:

    pip install safetensors numpy ml_dtypes
    python3 golden.py

With a file: reads it by the reference implementation and prints, a line a
tensor, its name, dtype, shape and the bits of its values as float32, after a
line a metadata entry. The Go test TestReferenceReads writes files, runs this
and compares; point ZOO_PYTHON at the interpreter:

    ZOO_PYTHON=/path/to/venv/bin/python go test -run TestReferenceReads ./weights

The tensors of the golden file:
  source        F32: edge cases of binary16 and bfloat16 (ties, subnormals,
                largest values, signed zeros) and 300 random values of all
                magnitudes that binary16 can hold
  half, brain   source rounded to F16 and BF16 by numpy and ml_dtypes
  half.exact, brain.exact   those, converted back to F32
  special.half, special.brain   infinities and NaN
  matrix, scalar, empty, "naïve \\"name\\"\\n"   shapes and names
"""

import pathlib
import sys

import ml_dtypes
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent


def make():
    edges = [
        0.0, 1.0, 65504.0, 65519.0, 2.0**-14, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0001,
        3 * 2.0**-25, 1023 * 2.0**-24, 1023.5 * 2.0**-24, 1 + 2.0**-11, 1 + 3 * 2.0**-11,
        1 + 2.0**-11 + 2.0**-23, 1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 2.0**-8 + 2.0**-23,
        2.0**-126, 2.0**-133, 2.0**-134, 3 * 2.0**-134, 2.0**-149, 1 / 3,
    ]
    r = np.random.default_rng(1)
    values = r.standard_normal(300) * 2.0 ** r.integers(-30, 13, 300)
    source = np.concatenate([edges, np.negative(edges), values]).astype(np.float32)
    half, brain = source.astype(np.float16), source.astype(ml_dtypes.bfloat16)
    special = np.array([np.inf, -np.inf, np.nan], np.float32)
    save_file(
        {
            "source": source,
            "half": half,
            "brain": brain,
            "half.exact": half.astype(np.float32),
            "brain.exact": brain.astype(np.float32),
            "special.half": special.astype(np.float16),
            "special.brain": special.astype(ml_dtypes.bfloat16),
            "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
            "scalar": np.array(7, np.float32),
            "empty": np.zeros((0, 4), np.float16),
            'naïve "name"\n': np.ones(1, np.float16),
        },
        HERE / "golden.safetensors",
        metadata={"format": 'pt "π"\t\x01/<&>'},
    )


def show(path):
    out = sys.stdout
    out.reconfigure(encoding="utf-8")
    with safe_open(path, framework="np") as f:
        for key, value in sorted((f.metadata() or {}).items()):
            print(f"metadata {key.encode().hex()} {value.encode().hex()}")
        for name in sorted(f.keys(), key=str.encode):
            t = f.get_tensor(name)
            dtype = f.get_slice(name).get_dtype()
            bits = np.ascontiguousarray(t.astype(np.float32)).tobytes().hex()
            print(f"tensor {name.encode().hex()} {dtype} {list(t.shape)} {bits}".replace(", ", " "))


if len(sys.argv) > 1:
    show(sys.argv[1])
else:
    make()
