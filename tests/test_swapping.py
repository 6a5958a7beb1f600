import pytest

from generator import swapping
from generator.swapping import put_in_place


@pytest.mark.parametrize("exchange", [True, False])
def test_the_new_folder_takes_the_place_of_the_old(tmp_path, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(swapping, "_exchange", lambda *_: False)
    new, old = tmp_path / "new", tmp_path / "old"
    for folder, text in ((new, "new"), (old, "old")):
        folder.mkdir()
        (folder / "page").write_text(text)
    put_in_place(new, old)
    assert (old / "page").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_first_folder_is_simply_renamed(tmp_path):
    (tmp_path / "new").mkdir()
    put_in_place(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_when_the_second_rename_fails_the_old_folder_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(swapping, "_exchange", lambda *_: False)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "page").write_text("old")
    with pytest.raises(OSError, match="new"):
        put_in_place(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "page").read_text() == "old"
