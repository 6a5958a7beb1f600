from datetime import date

import pytest

from generator.agreement import load_agreement
from generator.errors import AgreementError
from generator.project import PACKAGED, Project

ACTION = "action: Ask for the role\nreview: weekly\nraised_on: 2026-05-05\nteam: marketing\n"
DECISION = "decision: Raise the bar?\nreview: monthly\nraised_on: 2026-05-07\nteam: joint\n"
HELD = "held: weekly\non: 2026-05-05\nteams: [marketing, sales]\n"


@pytest.fixture
def reviews(tmp_path):
    """The entries of these files, given as text by name."""

    def read(**files):
        folder = tmp_path / "content" / "reviews"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return load_agreement(Project(tmp_path)).reviews

    return read


@pytest.fixture
def wrong(reviews):
    """The mistakes of these files, each as it is printed."""

    def found(**files):
        with pytest.raises(AgreementError) as caught:
            reviews(**files)
        return [str(mistake) for mistake in caught.value.mistakes]

    return found


def test_each_file_is_one_entry_and_its_first_key_says_which(reviews):
    found = reviews(role__yml=ACTION, bar__yml=DECISION, week__yml=HELD)
    assert [one.title for one in found.actions] == ["Ask for the role"]
    assert [one.title for one in found.decisions] == ["Raise the bar?"]
    assert [(one.id, one.on, one.teams) for one in found.held] == [
        ("week", date(2026, 5, 5), ("marketing", "sales")),
    ]


def test_the_examples_of_the_product_are_nobodys_entries():
    found = load_agreement(Project(PACKAGED)).reviews
    assert (found.actions, found.decisions, found.held) == ((), (), ())


def test_an_entry_is_open_from_the_day_it_was_raised_until_the_day_it_was_closed(reviews):
    (action,) = reviews(role__yml=f"{ACTION}closed_on: 2026-05-12\n").actions
    assert not action.is_raised_by(date(2026, 5, 5))
    assert action.is_raised_by(date(2026, 5, 6))
    assert action.is_open_at(date(2026, 5, 12))
    assert not action.is_open_at(date(2026, 5, 13))


def test_all_mistakes_of_all_files_are_told_at_once(wrong):
    told = wrong(
        a__yml="action: Do it\nreview: weekley\nraised_on: 2026-05-05\nteam: sales\n",
        b__yml=f"{DECISION}closed_on: 2026-06-04\n",
        c__yml=f"{ACTION}due_on: 2026-04-05\n",
        d__yml="raised_on: 2026-05-05\n",
        e__txt="Ask for the role",
        f__yml=HELD,
        g__yml=HELD,
    )
    assert len(told) == 6
    assert "content/reviews/a.yml: review (line 2)" in told[0]
    assert "did you mean 'weekly'" in told[0]
    assert "nobody says what was decided" in told[1]
    assert "lies before" in told[2]
    assert "neither action, decision nor held" in told[3]
    assert "e.txt" in "".join(told)
    assert "written down in 'f', too" in told[-1]


def test_entries_are_part_of_the_agreement_as_it_was(tmp_path, reviews):
    reviews(role__yml=ACTION)
    agreement = load_agreement(Project(tmp_path))
    assert agreement.files["content/reviews/role.yml"] == ACTION
