"""Writes python.safetensors with the format's own library (safetensors 0.8.0, numpy).

    python3 python.py
"""
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "fc1.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "fc1.bias": np.array([-1.5, np.inf], dtype=np.float32),
        "scale": np.array(3.25, dtype=np.float32),
        "größe": np.array([[1e-45]], dtype=np.float32),
    },
    "python.safetensors",
    {"model": "mlp", "seed": "1"},
)
