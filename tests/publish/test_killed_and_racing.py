"""Publishers that are killed at any moment, and several at once, with a reader who looks on all the while."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from datetime import date, timedelta

import pytest
from publishers import edition, faults, publish_small, publish_until, read_on

from generator.progress import Quiet
from generator.publish import Edition, Kind, Ways, publish, versions_of

#: Processes from a clean one: a copy of this one would bring its threads along.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["generator.publish"])
KILLS, RACES = 200, 50
FIRST = date(2026, 1, 1)


def day(number):
    return (FIRST + timedelta(days=number)).isoformat()


def run(function, *arguments):
    process = PROCESSES.Process(target=function, args=arguments)
    process.start()
    return process


def steps_of(target, ways):
    """Return after how many steps a publisher has done: the most that is worth being killed at."""
    for steps in range(32, 4096, 32):
        process = run(publish_until, steps, target / str(steps), day(0), "steps", ways)
        process.join()
        if process.exitcode == 0:
            return steps
    raise AssertionError("a publisher never ends")


@pytest.mark.parametrize("kind", Kind)
def test_a_publisher_that_is_killed_at_any_moment_leaves_whole_versions_and_the_next_one_goes_on(tmp_path, kind):
    ways = Ways(alias_as=kind, keep=4)
    most = steps_of(tmp_path / "steps", ways)
    dice, target, killed = random.Random(f"{kind}"), tmp_path / "public", 0
    publish(target, edition(day(0)), ways, Quiet())
    for number in range(1, KILLS // len(Kind) + 2):
        process = run(publish_until, dice.randrange(1, most), target, day(number), "killed", ways)
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        assert faults(target) == [], number
        assert versions_of(target)[-1].id in (day(number - 1), day(number))
        again = publish(target, edition(day(number), "killed"), ways, Quiet())
        assert again.version.id == day(number)
        assert again.version.aliases == ("latest",)
        assert [path.name for path in (target / ".publish").iterdir()] == ["lock"]
        assert sum(one.has_pages for one in versions_of(target)) == min(number + 1, 4)
    assert len(versions_of(target)) == number + 1
    assert killed > KILLS // len(Kind) / 2


@pytest.mark.parametrize("kind", [Kind.COPY, Kind.SYMLINK])
def test_publishers_at_once_all_end_well_and_a_reader_sees_nothing_broken(tmp_path, kind):
    target, stop, found = tmp_path / "public", PROCESSES.Event(), PROCESSES.Queue()
    publish(target, edition(day(0)), Ways(), Quiet())
    reader = run(read_on, target, stop, found)
    dice, expected = random.Random(f"{kind}"), {day(0)}
    for number in range(1, RACES // 2 + 1):
        # Of a day of its own, of the same day, and of the same day with the same inputs.
        rivals = [(day(2 * number), "one"), dice.choice([(day(2 * number + 1), "two"), (day(2 * number), "two")])]
        rivals += [rivals[0]] * dice.randrange(2)
        racing = [run(publish_small, target, *rival, Ways(alias_as=kind)) for rival in rivals]
        for process in racing:
            process.join()
        assert [process.exitcode for process in racing] == [0] * len(racing)
        same = len({on for on, _ in rivals}) == 1
        expected |= {on for on, _ in rivals} | ({f"{day(2 * number)}-r2"} if same else set())
        assert {one.id for one in versions_of(target)} == expected
    stop.set()
    seen = [found.get(timeout=20)]
    while isinstance(seen[-1], str):
        seen.append(found.get(timeout=20))
    reader.join()
    assert seen[:-1] == []
    assert seen[-1] > RACES // 2  # rounds


def test_who_waits_says_so_and_goes_on_when_the_other_is_killed(tmp_path):
    target, started = tmp_path / "public", PROCESSES.Event()
    slow = run(publish_slowly, target, started)
    started.wait(20)
    notes = []

    class Noting(Quiet):
        def note(self, what):
            notes.append(what)
            slow.kill()

    outcome = publish(target, edition(day(1)), Ways(), Noting())
    assert outcome.is_new
    assert [one.id for one in versions_of(target)] == [day(1)]
    assert "Somebody else publishes to" in notes[0]


def publish_slowly(target, started):
    """Hold the lock until somebody ends the process."""

    def build(site, version, before):
        started.set()
        time.sleep(60)

    publish(target, Edition(day(0), {}, build), Ways(), Quiet())
