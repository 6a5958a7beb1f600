"""docs/sources.md lists every canonical column as the code has it; run this file to rewrite the list."""

import re
from pathlib import Path

from generator.canonical import TABLES, Column, Table, Type

DOCS = Path(__file__).parents[2] / "docs/sources.md"
BEGIN, END = "<!-- canonical tables: begin -->\n", "<!-- canonical tables: end -->\n"
WORDS = {
    Type.TEXT: "text",
    Type.INSTANT: "instant",
    Type.DATE: "date",
    Type.BOOLEAN: "yes/no",
    Type.INTEGER: "whole number",
    Type.NUMBER: "number",
    Type.MONEY: "money",
    Type.RATE: "rate",
}


def column_text(column: Column) -> str:
    name = f"`{column.name}`" + ("\\*" if column.required else "")
    kind = " or ".join(column.choices) if column.choices else WORDS[column.type]
    return name if kind == "text" else f"{name} {kind}"


def row(table: Table) -> str:
    columns = "; ".join(column_text(column) for column in table.columns)
    return f"| `{table.name}` | {table.meaning} | {', '.join(table.key)} | {columns} |"


def listed() -> str:
    head = "| table | a row is | key | columns |\n| --- | --- | --- | --- |\n"
    return head + "".join(f"{row(table)}\n" for table in TABLES.values())


def rewrite() -> None:
    before, _, rest = DOCS.read_text().partition(BEGIN)
    DOCS.write_text(f"{before}{BEGIN}{listed()}{END}{rest.partition(END)[2]}")


def test_the_documentation_lists_every_canonical_table_and_column():
    now = DOCS.read_text().partition(BEGIN)[2].partition(END)[0]
    assert now == listed(), f"rewrite with: python {Path(__file__).name}"


def test_every_canonical_table_has_a_key_of_its_own_columns():
    for table in TABLES.values():
        assert set(table.key) <= {column.name for column in table.columns}, table.name
        assert re.fullmatch(r"[a-z_]+", table.name)


if __name__ == "__main__":
    rewrite()
