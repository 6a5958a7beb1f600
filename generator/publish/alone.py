"""One publisher at a time: the others wait, and the system frees the lock of one that was killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from generator.progress import Progress

#: The folder of work in progress below the target; it is nothing to serve or to copy.
WORK = ".publish"


@contextmanager
def alone_in(target: Path, progress: Progress) -> Iterator[Path]:
    """Yield an empty folder on the file system of `target`, while nobody else publishes there.

    What a killed publisher left is cleared away.
    """
    work = target / WORK
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(work / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.note(f"Somebody else publishes to {target} just now; waiting until that is done")
        lock.acquire()
    try:
        _clear(work)
        yield work
    finally:
        _clear(work)
        lock.release()


def _clear(work: Path) -> None:
    for left in work.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name != "lock":
            left.unlink()
