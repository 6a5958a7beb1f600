"""Texts that users write: what is wrong is said with its line, and nothing bursts."""

import pytest

from generator.texts import text_of, yaml_of

_LEVELS = "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n" for below, name in zip("abcdef", "bcdefg", strict=True)
)


def test_yaml_is_read_as_plain_values():
    assert yaml_of("a: 1\nb: [x, &x {y: true}, *x]\n") == {"a": 1, "b": ["x", {"y": True}, {"y": True}]}
    assert yaml_of("") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands twice"),
        ("a: 1\n\tb: 2\n", "line 2 is not YAML"),
        ("a: 'b\n", "line 2 is not YAML"),
        ("a: b\0c\n", "not YAML"),
        ("a: &a [x, x]\n" + _LEVELS, "aliases make the file endless"),
        ("a: &a [*a]\n", "aliases make the file endless"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a: !!python/object/apply:os.getcwd []\n", "line 1 is not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_said_with_its_line(text, said):
    with pytest.raises(ValueError, match=said):
        yaml_of(text)


def test_what_is_no_text_is_said(tmp_path):
    file = tmp_path / "a.md"
    file.write_bytes("one\ntwo\ncafé".encode("latin-1"))
    with pytest.raises(ValueError, match="line 3 is not UTF-8"):
        text_of(file)
    with pytest.raises(ValueError, match="Is a directory"):
        text_of(tmp_path)
    file.write_bytes("\ufeffone".encode())
    assert text_of(file) == "one"
