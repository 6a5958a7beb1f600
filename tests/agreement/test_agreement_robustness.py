"""However a file is broken, loading answers with an agreement or with mistakes, never with another exception."""

import copy

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.agreement import load_agreement
from generator.agreement.loading import FOLDER, MODELS
from generator.agreement.yaml_reading import read_text
from generator.errors import AgreementError
from generator.project import PACKAGED, Project

SOUND = {name: read_text(PACKAGED / FOLDER / f"{name}.yml", name).data for name in MODELS}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(10**400), st.floats(), st.text(max_size=8),
    st.sampled_from(["mql", "2026-02-30", "24:00", "UTC", "{what}", "<touch>", "owner", "all"]),
    st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def places(data, path=()):
    yield path
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from places(value, (*path, key))


PLACES = {name: [path for path in places(data) if path] for name, data in SOUND.items()}


def mistakes_of(project):
    try:
        load_agreement(project)
    except AgreementError as error:
        return error.mistakes or [None]
    return []


def loads_or_names_mistakes(folder, name, text):
    project = Project(folder)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    path = folder / FOLDER / f"{name}.yml"
    path.write_bytes(text)
    mistakes = mistakes_of(project)
    path.unlink()
    assert all(mistake.what and mistake.where for mistake in mistakes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_odd_value_anywhere(tmp_path, data):
    name = data.draw(st.sampled_from(sorted(MODELS)))
    path, odd = data.draw(st.sampled_from(PLACES[name])), data.draw(ODD)
    changed = copy.deepcopy(SOUND[name])
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if data.draw(st.booleans()):
        holder[path[-1]] = odd
    elif isinstance(holder, dict):
        holder[data.draw(st.text(max_size=4))] = holder.pop(path[-1])
    else:
        del holder[path[-1]]
    changed["replace"] = True
    loads_or_names_mistakes(
        tmp_path, name, yaml.safe_dump(changed, allow_unicode=True).encode("utf-8", "surrogatepass")
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), st.text("{}[]:-&*!|>'\"#%@, \n\tab1", max_size=60).map(str.encode)))
def test_any_bytes_for_a_file(tmp_path, text):
    loads_or_names_mistakes(tmp_path, "settings", text)
