"""What is measured on: the machine, who reads, and how long models compute."""

import os
import platform
import time
from pathlib import Path
from typing import Self

from rag.settings import load_settings


def described() -> str:
    """The processor, its cores that this process may use, the Python version, and the reader of the settings."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{_processor()}, {cores} cores, Python {platform.python_version()}, {load_settings().reader}"


def _processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def computes_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor has bfloat16 instructions, without which bfloat16 is not worth timing."""
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)


class ModelTime:
    """Seconds that the forward passes of PyTorch modules take within a `with` block, on one thread."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._depth, self._started = 0, 0.0

    def __enter__(self) -> Self:
        from torch.nn.modules import module

        before = module.register_module_forward_pre_hook(lambda *_: self._enter())
        after = module.register_module_forward_hook(lambda *_: self._leave(), always_call=True)
        self._hooks = (before, after)
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _enter(self) -> None:
        if self._depth == 0:
            self._started = time.perf_counter()
        self._depth += 1

    def _leave(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.seconds += time.perf_counter() - self._started
