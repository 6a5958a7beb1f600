"""What each setting decides, in plain words."""

from __future__ import annotations

from generator.agreement.meanings import setting_meanings
from generator.agreement.settings import Settings

SETTINGS = Settings.model_validate({"fx": {"constant": {"EUR": "1.08"}}, "windows": {"stages": {"qualified": 20}}})


def test_every_setting_is_told_in_words():
    meanings = setting_meanings(SETTINGS)
    assert meanings.keys() >= SETTINGS.setting_rows().keys()
    assert all(meanings.values())


def test_a_part_is_told_after_its_block():
    meanings = setting_meanings(SETTINGS)
    assert meanings["windows.mql_to_sql"] == "Days within which an outcome counts: MQL to SQL"
    assert meanings["fx.constant.EUR"].endswith("currency to reporting currency: EUR")
    assert meanings["pacing"].startswith("How a target of the running period grows")
