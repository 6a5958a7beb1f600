"""What the system refuses is said with its place."""

import errno

import pytest

from generator.errors import PublishError, told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.ELOOP, errno.EEXIST])
def test_what_the_system_refuses_names_the_place_that_was_written(number):
    with pytest.raises(PublishError, match="target/b: refused"), told(PublishError, "Nothing was published."):
        raise OSError(number, "refused", "source/a", None, "target/b")


def test_a_fault_of_the_program_stays_one():
    with pytest.raises(FileNotFoundError), told(PublishError, "Nothing was published."):
        raise FileNotFoundError(errno.ENOENT, "missing", "a")
