import pytest
import yaml

from generator.errors import SiteError
from generator.project import Project


@pytest.fixture
def company(tmp_path):
    """A company's folder with a mkdocs.yml of its own."""
    root = tmp_path / "company"
    (root / "content").mkdir(parents=True)

    def written(text):
        (root / "mkdocs.yml").write_text(text)
        return Project(root)

    return written


def test_a_company_sets_its_name_and_colours_and_keeps_the_rest(build, company):
    project = company("site_name: Example Ltd Numbers\ntheme:\n  palette:\n    primary: teal\n    scheme: default\n")
    page = (build(project=project, site_name=None) / "index.html").read_text()
    assert "Example Ltd Numbers" in page
    assert 'data-md-color-primary="teal"' in page
    assert "onefunnel/charts.js" in page


def test_a_company_replaces_files_of_the_theme_and_adds_its_logo(build, company):
    project = company("theme:\n  logo: assets/ours.svg\n")
    theme = project.root / "site_templates" / "theme" / "assets"
    (theme / "onefunnel").mkdir(parents=True)
    (theme / "ours.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (theme / "onefunnel" / "print.css").write_text("/* ours */")
    out = build(project=project)
    assert (out / "assets/onefunnel/print.css").read_text() == "/* ours */"
    assert (out / "assets/onefunnel/charts.css").is_file()
    assert 'src="assets/ours.svg"' in (out / "index.html").read_text()


def test_a_company_may_inherit_from_elsewhere(build, company, tmp_path):
    project = company("INHERIT: ../base.yml\n")
    (tmp_path / "base.yml").write_text(yaml.dump({"INHERIT": str(_packaged()), "site_name": "From the base"}))
    assert "From the base" in (build(project=project, site_name=None) / "index.html").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site_name: [", "mkdocs.yml"),
        ("- a list\n", "not a mapping"),
        ("docs_dir: mine\nnav: []\n", "nav"),
        ("theme: {name: nowhere}\n", "nowhere"),
        ("plugins: [unheard]\n", "unheard"),
        ("INHERIT: gone.yml\n", "gone.yml"),
    ],
)
def test_a_mistake_in_the_settings_is_said_and_nothing_is_built(build, company, tmp_path, text, said):
    with pytest.raises(SiteError, match=said):
        build(project=company(text))
    assert not (tmp_path / "out").exists()


def _packaged():
    from generator.project import PACKAGED

    return PACKAGED / "mkdocs.yml"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("site_name: a\n  theme: b\n", "mkdocs.yml", "line 2 is not YAML"),
        ("site_name: a\n\ttheme: b\n", "mkdocs.yml", "blanks"),
        ("site_name: a\nsite_name: b\n", "mkdocs.yml", "line 2: the key 'site_name' stands twice"),
        ("site_name: a\nplugins: [unheard]\n", "mkdocs.yml, line 2: plugins", "not installed"),
        ("site_name: a\n\nsite_nam: b\n", "mkdocs.yml, line 3: site_nam", "Unrecognised"),
        ("hooks: [evil.py]\n", "mkdocs.yml: hooks", "set by the build"),
        ("markdown_extensions: [toc]\n", "mkdocs.yml: markdown_extensions", "is a list"),
        ("INHERIT: mkdocs.yml\n", "mkdocs.yml: INHERIT", "inherit from themselves"),
        ("extra: {a: !!python/name:os.system }\n", "mkdocs.yml", "line 1 is not YAML: 'os.system' is no function"),
    ],
)
def test_a_mistake_in_the_settings_is_told_with_its_place_and_once(build, company, text, where, said):
    with pytest.raises(SiteError) as caught:
        build(project=company(text))
    (mistake,) = caught.value.mistakes
    assert mistake.where == where
    assert said in mistake.what
    assert mistake.next


@pytest.mark.parametrize("place", ["own", "inherited"])
def test_settings_run_nothing(build, company, tmp_path, place):
    evil = f"extra: {{a: !!python/object/apply:os.mkdir ['{tmp_path / 'made'}']}}\n"
    (tmp_path / "base.yml").write_text(evil)
    with pytest.raises(SiteError, match="constructor"):
        build(project=company(evil if place == "own" else "INHERIT: ../base.yml\n"))
    assert not (tmp_path / "made").exists()


def test_settings_may_name_functions_of_material(build, company):
    emoji = (
        "markdown_extensions:\n  pymdownx.emoji:\n    emoji_index: !!python/name:material.extensions.emoji.twemoji\n"
    )
    assert (build(project=company(emoji)) / "index.html").is_file()
