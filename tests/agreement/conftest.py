import pytest

from generator.agreement import load_agreement
from generator.errors import AgreementError
from generator.project import Project


@pytest.fixture
def project(tmp_path):
    """A project whose agreement files are given as text (str or bytes) by name: project(sla="...")."""

    def made(**files):
        folder = tmp_path / "content" / "agreement"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / (name if "." in name else f"{name}.yml")
            if isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text if "schema:" in text or not text else f"schema: 1\n{text}", encoding="utf-8")
        return Project(tmp_path)

    return made


@pytest.fixture
def agreed(project):
    """The agreement that these files make over the packaged ones."""
    return lambda **files: load_agreement(project(**files))


@pytest.fixture
def mistakes(project):
    """The mistakes of these files, printed as the command line prints them."""

    def found(settings_file=None, **files):
        with pytest.raises(AgreementError) as caught:
            load_agreement(project(**files), settings_file)
        assert caught.value.exit_code == 10
        return [str(mistake) for mistake in caught.value.mistakes]

    return found


@pytest.fixture
def only_mistake(mistakes):
    """The one mistake of these files; fails where there are others."""

    def found(settings_file=None, **files):
        all_of_them = mistakes(settings_file, **files)
        assert len(all_of_them) == 1, all_of_them
        return all_of_them[0]

    return found
