"""One JSON Schema per agreement file, so that editors complete keys and mark mistakes while one types."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from .forms import AgreementFile
from .loading import FOLDER, MODELS

_HIDDEN = {"type": "boolean", "description": "false: take this packaged item away."}
_ANEW = {"type": "boolean", "description": "true: nothing of the packaged file lies under this one."}


class _Schema(GenerateJsonSchema):
    # Decimals are written as numbers in YAML; pydantic would also offer a pattern for text, which confuses editors.
    def decimal_schema(self, schema: Any) -> dict[str, Any]:
        result = super().decimal_schema(schema)
        return next((one for one in result.get("anyOf", ()) if one.get("type") == "number"), result)


def file_schema(name: str, model: type[AgreementFile]) -> dict[str, Any]:
    """Return the JSON Schema of `name`.yml; items may also say `enabled`, the file `replace`."""
    schema = model.model_json_schema(by_alias=True, schema_generator=_Schema)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"{name}.yml"
    schema["properties"]["replace"] = dict(_ANEW)
    schema["required"] = sorted({*schema.get("required", ()), "schema"})
    for key, identity in model.identity.items():
        item = schema["properties"][key]["items"]
        whole = schema["$defs"][item["$ref"].rpartition("/")[2]]
        properties = {part: whole["properties"][part] for part in identity} | {"enabled": {"const": False}}
        hidden = {"type": "object", "properties": properties, "required": [identity[0], "enabled"]}
        whole["properties"]["enabled"] = dict(_HIDDEN)
        schema["properties"][key]["items"] = {"anyOf": [item, {**hidden, "additionalProperties": False}]}
    return schema


def schema_texts() -> dict[str, str]:
    """Return the text of every schema file by its name."""
    return {
        f"{name}.schema.json": json.dumps(file_schema(name, model), indent=2, ensure_ascii=False) + "\n"
        for name, model in MODELS.items()
    }


def write_schemas(folder: Path) -> None:
    """Write every schema file into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":  # python -m generator.agreement.schemas
    write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else f"{FOLDER}/schema"))
