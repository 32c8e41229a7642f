"""Compilation with numba: one place for its options and its cache.

numba stamps a cached function with the file that defines it. Our entry points inline
equations from many files, so a stamp of one file would let an edited equation return
the numbers of the old one. The cache here is stamped with every file of the compiled packages.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import ir
from numba.core import (
    caching,
    codegen,
    compiler,
    compiler_machinery,
    lowering,
    registry,
    typed_passes,
)
from numba.core.runtime.nrt import rtsys

from capexrisk.errors import CapexriskError
from capexrisk.numeric.cache import SealedFile
from capexrisk.numeric.turn import Turn

# contract: fused multiply-add. nsz: the sign of zero is free. arcp: x / c may be x * (1 / c).
# Never `fast`: nnan would remove the checks for non-finite paths, reassoc would let the
# compiler choose the order of sums.
FASTMATH = {"contract", "nsz", "arcp"}

if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise CapexriskError(
        "NUMBA_DISABLE_JIT is set: without the compiler nothing can be computed; unset it"
    )

COMPILED_ROOMS = ("numeric", "model", "kernel", "calibration/compiled")


@functools.cache
def source_stamp() -> bytes:
    """Digest of every source file that can end up inside a compiled entry point."""
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in COMPILED_ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    return digest.digest()


class CompileTarget(NamedTuple):
    """The target machine of compiled code, as LLVM names it: on equal targets, bits agree.

    Attributes
    ----------
    triple : str
        Architecture and system.
    cpu : str
        Name of the processor.
    features : str
        Instruction sets that it has (+) or lacks (-), separated by commas.
    """

    triple: str
    cpu: str
    features: str


def compile_target() -> CompileTarget:
    """The target for which numba compiles: this machine, unless ``NUMBA_CPU_NAME`` etc. are set."""
    return CompileTarget(*registry.cpu_target.target_context.codegen().magic_tuple())


class _StampedByAllSources:
    """Locator mixin: the cache is valid for exactly these sources."""

    def get_source_stamp(self) -> bytes:
        return source_stamp()


class _UserProvided(_StampedByAllSources, caching.UserProvidedCacheLocator):
    pass


class _BesideTheSource(_StampedByAllSources, caching.InTreeCacheLocator):
    pass


class _InTheUsersCache(_StampedByAllSources, caching.UserWideCacheLocator):
    pass


class _KernelCacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [_UserProvided, _BesideTheSource, _InTheUsersCache]  # noqa: RUF012


class _KernelCache(caching.FunctionCache):
    _impl_class = _KernelCacheImpl

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        base = self._impl.filename_base
        self._cache_file = SealedFile(self._cache_path, base, source_stamp())
        self._turn = Turn(Path(self._cache_path, f"{base}.lock"))

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Code that is kept, also what another process is compiling now; None to compile it."""
        kept = self._on_disk(sig, target_context)
        if kept is None:
            self._turn.take()
            kept = self._on_disk(sig, target_context)
        if kept is not None:
            self._turn.leave()
        return kept

    def _on_disk(self, sig: Any, target_context: Any) -> Any:
        """As numba loads it, but without what only compiling needs: 0.5 s and 50 MB of imports."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code, for those that wait as well."""
        try:
            super().save_overload(sig, data)
        finally:
            self._turn.leave()

    def leaving(self, compiling: Callable[..., Any]) -> Callable[..., Any]:
        """What compiles, but an error or an interrupt of it lets others have their turn."""

        def compile_or_leave(*arguments: Any) -> Any:
            try:
                return compiling(*arguments)
            except BaseException:
                self._turn.leave()
                raise

        return compile_or_leave


# On Intel's processors LLVM uses half of a 512-bit vector by default; on any other, nothing beyond
# its own width.
WIDTH = '"prefer-vector-width"="512"'


class _Attributes(ir.FunctionAttributes):  # type: ignore[misc]
    """Function attributes in LLVM's text, including ours: llvmlite allows only a few names."""

    _known = ir.FunctionAttributes._known | {WIDTH}


class _WideLower(lowering.Lower):
    def setup_function(self, fndesc: Any) -> None:
        super().setup_function(fndesc)
        attributes = _Attributes(self.function.attributes)
        attributes.add(WIDTH)
        self.function.attributes = attributes
        for argument in self.call_conv.get_arguments(self.function):
            _say_what_is_there(argument)


def _say_what_is_there(argument: Any) -> None:
    """Tell LLVM that the whole row of a table may be read.

    It reads a number that some paths need for all of them then: else no loop becomes vector code.
    """
    row = getattr(argument.type, "pointee", None)
    if isinstance(row, ir.ArrayType) and isinstance(row.element, ir.DoubleType):
        argument.attributes.dereferenceable = row.count * np.float64().itemsize
        argument.attributes.align = np.float64().itemsize


class _Library(codegen.JITCodeLibrary):
    """A function's code, optimised once: numba does it twice, for reference counts in loops."""

    def _optimize_final_module(self) -> None:
        manager, builder = self._codegen._module_pass_manager()
        manager.run(self._final_module, builder)


class _Part(_Library):
    """Code that is only ever inlined: it is optimised, but not turned into machine code itself."""

    def _optimize_functions(self, module: Any) -> None:
        """Leave each function as it is: the module is optimised as a whole."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0

    @property
    def codegen(self) -> Any:
        """Whom numba tells where the environment lies: without machine code it has no place."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        pass


class _Sequence(_Part):
    """A part that only calls others: it is optimised where it is inlined."""

    def _optimize_final_module(self) -> None:
        pass


@compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)
class _WideLowering(typed_passes.NativeLowering):
    _name = "wide_lowering"
    lowering_class = _WideLower
    kind_of_code: type[_Library] = _Library

    def run_pass(self, state: Any) -> bool:
        code = self.kind_of_code(state.targetctx.codegen(), state.func_id.func_qualname)
        code.enable_object_caching()
        state["library"] = code  # numba's name for a function's code
        done: bool = super().run_pass(state)
        return done


@compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(_WideLowering):
    _name = "part_lowering"
    kind_of_code = _Part


@compiler_machinery.register_pass(mutates_CFG=True, analysis_only=False)
class _SequenceLowering(_WideLowering):
    _name = "sequence_lowering"
    kind_of_code = _Sequence


class _WideCompiler(compiler.CompilerBase):
    """numba's own passes, with WIDTH added to the function in the one that writes LLVM's text."""

    lowering = _WideLowering

    def define_pipelines(self) -> list[Any]:
        passes = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (self.lowering if step is typed_passes.NativeLowering else step, description)
            for step, description in passes.passes
        ]
        passes.finalize()
        return [passes]


class _PartCompiler(_WideCompiler):
    lowering = _PartLowering


class _SequenceCompiler(_WideCompiler):
    lowering = _SequenceLowering


class _LoopCompiler(_PartCompiler):
    """Also tells LLVM that a loop's arrays do not overlap where it writes."""

    def define_pipelines(self) -> list[Any]:
        self.state.flags.noalias = True
        return super().define_pipelines()


# numba.jit's signature does not list the options that omit wrappers.
_compile: Any = numba.njit


def _inside(
    function: Callable[..., Any], compiler: type = _PartCompiler, **options: Any
) -> Callable[..., Any]:
    """Compile for compiled callers only: omitting the Python wrappers halves the time."""
    compiled: Callable[..., Any] = _compile(
        pipeline_class=compiler,
        fastmath=FASTMATH,
        error_model="numpy",
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        **options,
    )(function)
    return compiled


def scalar(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a scalar equation of one path; always inlined into the loop that calls it.

    It cannot be called from Python; tests wrap it in their own `entry`.
    """
    return _inside(function, forceinline=True)


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop over the paths of a block, inlined into the entry point that runs it.

    LLVM is told, and nobody checks, that what it writes through one argument it does not read
    through another. A block's state and an issuer's part of it may both be given: the rows of the
    market and those of issuers are apart.
    """
    return _inside(function, _LoopCompiler, forceinline=True)


def plain_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop of which LLVM is not told that its arrays do not overlap.

    It would call the C library for every row that is copied, and add up rotations in another order.
    """
    return _inside(function, forceinline=True)


def sequence(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile calls of loops, one after the other, inlined into the entry point that runs them.

    The loops are optimised already. Layers of calls that were optimised as well took a tenth of the
    time to compile.
    """
    return _inside(function, _SequenceCompiler, forceinline=True)


def section(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a named part of an entry point, inlined before anything is compiled.

    As a compiled function it would be optimised twice, in its own library and again inside the
    entry point; three such layers doubled the compile time.
    """
    return _inside(function, inline="always")


def entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile an entry point called from Python: releases the GIL, cached on disk."""
    compiled: Any = _compile(
        pipeline_class=_WideCompiler,  # for loops that are vectorised only after inlining
        fastmath=FASTMATH,
        error_model="numpy",
        nogil=True,
        no_cfunc_wrapper=True,
    )(function)
    # RuntimeError: no writable place; each process then compiles, as numba does without a cache.
    with contextlib.suppress(RuntimeError):
        cache = compiled._cache = _KernelCache(function)
        compiled._compiler.compile = cache.leaving(compiled._compiler.compile)
    entry_point: Callable[..., Any] = compiled
    return entry_point
