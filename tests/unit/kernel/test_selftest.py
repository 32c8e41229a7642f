"""What `doctor` and a manifest say of the processor that code is compiled for."""

from __future__ import annotations

import pytest

from capexrisk.kernel import selftest
from capexrisk.numeric.jit import CompileTarget


@pytest.mark.parametrize(
    ("triple", "features", "bits"),
    [
        ("aarch64-unknown-linux-gnu", "", 128),  # an emulated one tells no features
        ("arm64-apple-darwin24.0.0", "+neon", 128),
        ("x86_64-unknown-linux-gnu", "-avx512f,+avx2,+sse2", 256),
        ("x86_64-unknown-linux-gnu", "", 64),
    ],
)
def test_width_of_vectors(monkeypatch, triple, features, bits):
    monkeypatch.setattr(selftest, "compile_target", lambda: CompileTarget(triple, "any", features))
    assert selftest.vector_bits() == bits
