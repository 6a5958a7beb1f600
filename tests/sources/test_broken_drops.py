"""However a drop is broken on its way, reading it ends with an answer: a report whose books agree, or mistakes."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.agreement import Agreement
from generator.demo import make_demo
from generator.engine import open_engine
from generator.errors import ReportError
from generator.project import PACKAGED, Project
from generator.sources import open_drop, read_exports
from generator.sources.report import LoadReport, Outcome

SEEDS = range(12)
ROWS = 120

Damage = Callable[[bytes, random.Random], bytes]


def truncated(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def bytes_flipped(raw: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(raw)
    for _ in range(chance.choice((1, 3, 40))):
        flipped[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(flipped)


def cut_out(raw: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(raw))
    return raw[:start] + raw[start + chance.randrange(1, 2000) :]


def doubled(raw: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(raw))
    return raw + raw[start:]


def another_delimiter(raw: bytes, chance: random.Random) -> bytes:
    start = chance.choice((0, chance.randrange(len(raw))))
    return raw[:start] + raw[start:].replace(b'","', chance.choice((b'";"', b'"\t"', b'"|"', b",")))


def another_encoding(raw: bytes, chance: random.Random) -> bytes:
    start = chance.choice((0, chance.randrange(len(raw))))
    text = raw[start:].decode("utf-8", "replace")
    return raw[:start] + text.encode(chance.choice(("utf-16", "utf-16-le", "latin-1", "utf-32", "cp037")), "replace")


def without_header(raw: bytes, _: random.Random) -> bytes:
    return raw.partition(b"\n")[2]


def header_only(raw: bytes, _: random.Random) -> bytes:
    return raw.partition(b"\n")[0]


def columns_swapped(raw: bytes, chance: random.Random) -> bytes:
    header, end, rows = raw.partition(b"\n")
    names = header.split(b",")
    chance.shuffle(names)
    return b",".join(names) + end + rows


def lines_shuffled(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def other_line_ends(raw: bytes, chance: random.Random) -> bytes:
    start = chance.choice((0, chance.randrange(len(raw))))
    return raw[:start] + raw[start:].replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\n", b"\x0b", b"\x00\n")))


def odd_words(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.split(b"\n")
    words = (
        b"",
        b"NULL",
        b"-1",
        b"1e999",
        b"9999-12-31",
        b"0001-01-01T00:00:00Z",
        b"'",
        b'""',
        b"\\N",
        b"=1+1",
        b"\xff",
        b"0" * 400,
    )
    for _ in range(chance.choice((1, 30))):
        place = chance.randrange(1, max(len(lines), 2)) % len(lines)
        cells = lines[place].split(b'","')
        cells[chance.randrange(len(cells))] = chance.choice(words)
        lines[place] = b'","'.join(cells)
    return b"\n".join(lines)  # fmt: skip


def quotes_lost(raw: bytes, chance: random.Random) -> bytes:
    places = [place for place, sign in enumerate(raw) if sign == 34]
    for place in sorted(chance.sample(places, min(len(places), chance.choice((1, 5)))), reverse=True):
        raw = raw[:place] + raw[place + 1 :]
    return raw


DAMAGES: tuple[Damage, ...] = (
    truncated, bytes_flipped, cut_out, doubled, another_delimiter, another_encoding, without_header, header_only,
    columns_swapped, lines_shuffled, other_line_ends, odd_words, quotes_lost,
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """The demo company's exports, each with its first rows only."""
    whole, folder = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("sound")
    make_demo(whole, leads=200, months=6)
    for path in whole.glob("*.csv"):
        (folder / path.name).write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:ROWS]))
    return folder


def break_drop(sound: Path, folder: Path, seed: int) -> None:
    """Copy the drop and do one thing or more to some of its files."""
    chance = random.Random(seed)
    shutil.copytree(sound, folder)
    for path in chance.sample(sorted(folder.iterdir()), chance.choice((1, 1, 2, 5))):
        for _ in range(chance.choice((1, 1, 2))):
            raw = path.read_bytes()
            path.write_bytes(chance.choice(DAMAGES)(raw, chance) if raw else raw)


@pytest.mark.parametrize("most_unreadable", [0.01, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_drop_that_broke_on_its_way_gets_an_answer(sound, tmp_path, sample_agreement, seed, most_unreadable):
    break_drop(sound, tmp_path / "drop", seed)
    answer = read_or_refused(tmp_path / "drop", sample_agreement, most_unreadable)
    if isinstance(answer, ReportError):
        assert answer.exit_code == 11
        assert answer.mistakes
        assert all(mistake.where and mistake.what for mistake in answer.mistakes)
        assert answer.message.replace("\n", " ").isprintable()
        return
    balance: Counter[tuple[str, str]] = Counter()
    for line in answer.ledger:
        balance[line.file, line.table] += line.rows if line.outcome is Outcome.READ else -line.rows
    assert set(balance.values()) <= {0}


def read_or_refused(folder: Path, agreement: Agreement, most_unreadable: float) -> LoadReport | ReportError:
    settings = agreement.settings.model_copy(update={"max_quarantine_share": most_unreadable})
    project = Project(PACKAGED)
    with open_engine(threads=1) as engine:
        try:
            drop = open_drop(folder, "2026-11-20", project, settings)
            return read_exports(drop, project, replace(agreement, settings=settings), engine)
        except ReportError as problem:
            return problem
