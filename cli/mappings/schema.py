"""The mappings file as pydantic models, from which its JSON Schema is generated.

The types here serve editors and catch wrong kinds of values. Whether a row is valid is decided by
the hub's own parser, so that the file and the table never differ in that.
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from yaml_files.parts import Name, Part, as_written

# The file that the first line of an exported file names, so that editors complete and check.
SCHEMA_FILE: Final = "mappings.schema.json"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TARGET: Final = r"^\d{12}/[a-z]{2}(-[a-z]+)+-\d{1,2}/d-(-*[a-z0-9]){1,61}$"
_ROLE: Final = r"^(/([\w+=,.@-]+/)*)?(?=[^*]*\*?[^*]*$)[\w+=,.@*-]{1,64}$"

Priority = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000), BeforeValidator(as_written)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500), BeforeValidator(as_written)]
GroupName = Annotated[
    Name,
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[^*]*\*?[^*]*$"}
    ),
]
TargetText = Annotated[
    Name,
    WithJsonSchema({"type": "string", "pattern": _TARGET}),
]
RoleName = Annotated[Name, WithJsonSchema({"type": "string", "pattern": _ROLE})]


class Attributes(Part):
    """Attributes that rows have where nothing closer to them says otherwise."""

    role: RoleName | None = Field(
        None,
        description="The execution role: its name under /studio-hub/, or /PATH/NAME. Default: by "
        "convention, studio-hub/<group name>. A * stands for what the group's * matches.",
    )
    priority: Priority | None = Field(None, description="Lower wins. Default: 100.")
    retention_days: Days | None = Field(
        None, description="Days to keep a leaver's profile; 0 deletes at once. Default: 30."
    )
    enabled: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="false: grants nothing new, removes nobody. Default: true."
    )
    note: Annotated[str, Field(strict=True)] | None = Field(
        None, description="For people: what the row is for."
    )


class GroupAttributes(Attributes):
    """Attributes of all rows of a group."""

    group_id: Annotated[str, Field(strict=True)] | None = Field(
        None,
        description="Pins the group by its id. Without it a row keeps the id that it has, and a "
        "new row gets the id that the directory has for the name.",
    )


def _one_of(one: str, several: str) -> dict[str, Any]:
    return {"oneOf": [{"required": [one]}, {"required": [several]}]}


class Entry(GroupAttributes):
    """Rows: one for each of these groups in each of these targets."""

    model_config = ConfigDict(
        json_schema_extra={"allOf": [_one_of("group", "groups"), _one_of("target", "targets")]}
    )

    group: GroupName | None = Field(
        None, description="The group's display name; one * makes it a pattern."
    )
    groups: Annotated[list[GroupName], Field(min_length=1)] | None = Field(
        None, description="Display names of groups."
    )
    target: TargetText | None = Field(None, description="<account>/<region>/<domain id>")
    targets: Annotated[list[TargetText], Field(min_length=1)] | None = Field(
        None, description="Targets, each as <account>/<region>/<domain id>."
    )
    execution_role_arn: Annotated[str, Field(strict=True)] | None = Field(
        None, description="The execution role by its ARN, instead of role."
    )


class MappingsFile(Part):
    """The mappings table of Studio Hub: which group gets which role in which Studio domain.

    The closest attribute counts: that of the entry under `mappings`, of the target, of the group,
    or of the defaults.
    """

    version: Literal[1] = Field(description="The version of this format.")
    defaults: Attributes = Field(Attributes(), description="Attributes of all rows.")
    groups: dict[GroupName, GroupAttributes | None] = Field(
        {}, description="Attributes of all rows of a group, by its display name."
    )
    targets: dict[TargetText, Attributes | None] = Field(
        {}, description="Attributes of all rows of a target, by <account>/<region>/<domain id>."
    )
    mappings: list[Entry] = Field([], description="The rows, as groups times targets.")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a mappings file."""
    return {"$schema": _DIALECT, **MappingsFile.model_json_schema()}


def schema_text() -> str:
    """Return the text of the JSON Schema's file."""
    return json.dumps(json_schema(), indent=2) + "\n"
