"""What is written about the agreement agrees with the models: schemas, the reference page, comments in the files."""

import json
import subprocess
import sys

import jsonschema
import pytest

from generator.agreement.loading import FOLDER, MODELS
from generator.agreement.reference import filled
from generator.agreement.schemas import file_schema, schema_texts, write_schemas
from generator.agreement.yaml_reading import read_text
from generator.project import PACKAGED


@pytest.mark.parametrize("name", MODELS)
def test_the_published_schema_is_current(name):
    path = PACKAGED / FOLDER / "schema" / f"{name}.schema.json"
    again = "run python -m generator.agreement.schemas"
    assert path.read_text(encoding="utf-8") == schema_texts()[path.name], again


@pytest.mark.parametrize("name", MODELS)
def test_the_packaged_file_fits_its_schema_and_names_it(name):
    reading = read_text(PACKAGED / FOLDER / f"{name}.yml", name)
    jsonschema.Draft202012Validator(file_schema(name, MODELS[name])).validate(reading.data)
    assert reading.text.startswith(f"# yaml-language-server: $schema=schema/{name}.schema.json\n")


@pytest.mark.parametrize("name", MODELS)
def test_every_key_is_described(name):
    schema = file_schema(name, MODELS[name])
    for title, block in {"": schema, **schema.get("$defs", {})}.items():
        for key, field in block.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, (title, key)


@pytest.mark.parametrize(
    "data",
    [
        {"schema": 1, "channels": [{"id": "phone", "enabled": False}]},
        {"schema": 1, "replace": True, "channels": [{"id": "phone", "title": "Phone", "enabled": True}]},
    ],
)
def test_the_schema_knows_how_to_hide_and_to_begin_anew(data):
    jsonschema.Draft202012Validator(file_schema("channels", MODELS["channels"])).validate(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("channels", {"schema": 1, "channels": [{"id": "phone"}]}),
        ("channels", {"channels": []}),
        ("settings", {"schema": 1, "compny": "X"}),
        ("targets", {"schema": 1, "targets": [{"id": "a", "metric": "m", "value": 1, "from": "2026-01-01",
                                               "to": "2026-02-01", "version": "v1"}]}),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_loading_refuses(name, data):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(file_schema(name, MODELS[name])).validate(data)


def test_schemas_are_written_as_files(tmp_path):
    write_schemas(tmp_path / "schema")
    written = sorted(path.name for path in (tmp_path / "schema").iterdir())
    assert written == sorted(f"{name}.schema.json" for name in MODELS)
    assert json.loads((tmp_path / "schema" / "sla.schema.json").read_text())["title"] == "sla.yml"


def test_the_reference_page_lists_every_key_as_the_models_have_it():
    path = PACKAGED / "docs" / "agreement.md"
    if not path.is_file():
        pytest.skip("the documentation is not part of an installed package")
    text = path.read_text(encoding="utf-8")
    assert filled(text) == text, "run python -m generator.agreement.reference docs/agreement.md"
    assert all(f"<!-- keys of {name} -->" in text for name in MODELS)


def test_importing_the_agreement_brings_no_heavy_library():
    code = (
        "import sys, generator.agreement; print(*sorted({'pandas', 'duckdb', 'altair', 'mkdocs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGED)
    assert done.stdout.strip() == ""
