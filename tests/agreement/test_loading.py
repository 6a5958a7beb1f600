from generator.agreement import load_agreement
from generator.project import PACKAGED, Project


def test_the_packaged_agreement_is_sound():
    agreement = load_agreement(Project(PACKAGED))
    assert agreement.definition_at("mql", agreement.versions_of("mql")[1].effective_from).version == "v2"
