"""A mistake in a scenario is reported in the project's words, at any place."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from simulator.scenario import Frame, Group, Settings, Spoke, SpokeProfile, User
from simulator.scenario_file import parse
from simulator.scenario_schema import Row
from simulator.steps import STEPS
from yaml_files.yaml_positions import DocumentError

WRONG = [None, True, -1, 1.5, float("inf"), "", "x" * 129, ["x"], {"x": "y"}]
# A library's own texts, and the names of the models, which are internal.
LIBRARY = (
    "instance",
    "input should",
    "valid ",
    "pydantic",
    "tuple",
    "dictionary",
    "union",
    "frame",
)
PLACES: dict[str, type[BaseModel]] = {
    "settings": Settings,
    "groups": Group,
    "users": User,
    "targets": Spoke,
    "mappings": Row,
    "profiles": SpokeProfile,
}


def placed(place: str, content: object) -> dict[str, object]:
    """Return a document that has a value at one of the places that have fields."""
    if place in {"groups", "users"}:
        return {"version": 1, "directory": {place: [content]}}
    if place == "profiles":
        spoke = {"account": "2" * 12, "region": "eu-west-1", "domain": "d-x", "profiles": [content]}
        return {"version": 1, "targets": [spoke]}
    return {"version": 1, place: content if place == "settings" else [content]}


def documents() -> list[dict[str, object]]:
    """Return a document for each wrong value in each field, and in each place as a whole."""
    found: list[dict[str, object]] = [
        {"version": 1, name: w} for name in Frame.model_fields for w in WRONG
    ]
    for place, model in PLACES.items():
        found += [placed(place, wrong) for wrong in WRONG]
        found += [placed(place, {name: w}) for name in model.model_fields for w in WRONG]
    for word, step in STEPS.items():
        bodies = [*WRONG, *({name: w} for name in step.model_fields for w in WRONG)]
        found += [{"version": 1, "steps": [{word: body}]} for body in bodies]
    return found


def test_no_mistake_is_reported_in_the_words_of_a_library() -> None:
    """Every wrong value in every field is accepted, or refused with a reason of the project's."""
    told = []
    for document in documents():
        try:
            parse(yaml.safe_dump(document), name="story", folder=Path())
        except DocumentError as error:
            told += [str(mistake) for mistake in error.mistakes]

    assert len(told) > 500
    assert [text for text in told if any(word in text.lower() for word in LIBRARY)] == []
    assert [text for text in told if "is not allowed here" in text] == []


@pytest.mark.parametrize(("written", "name"), [("007", "007"), ("0o17", "0o17"), ("2026", "2026")])
def test_a_name_that_is_a_number_to_yaml_stays_as_written(written: str, name: str) -> None:
    """A group written as 007 keeps exactly that name."""
    text = f"version: 1\ndirectory: {{groups: [{written}, {{name: x-{written}}}]}}\n"
    text += f"steps: [{{create_user: {{name: {written}, groups: [{written}]}}}}]\n"

    scenario = parse(text, name="story", folder=Path())

    assert scenario.frame.directory.groups[0].name == name
    assert getattr(scenario.steps[0][1], "name") == name  # noqa: B009 (one of many kinds of steps)


TWO_PROFILES = """
targets:
  - {account: "222222222222", region: eu-west-1, domain: d-one, profiles: [{name: x}, {name: X}]}
"""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "directory: {groups: [{name: a, id: ID}, {name: b, id: ID}]}",
            "directory.groups[2]: stands here twice",
        ),
        ("directory: {groups: [a, A]}", "directory.groups[2]: stands here twice: a"),
        ("directory: {users: [ada, Ada]}", "directory.users[2]: stands here twice: ada"),
        (
            TWO_PROFILES,
            "targets[1].profiles[2]: stands here twice: x",
        ),
        ("steps: [{wait: {days: .inf}}]", "steps[1].wait.days: must be a number"),
        ("steps: [{wait: {days: 1000000000}}]", "steps[1].wait.days: must be less than"),
    ],
)
def test_what_cannot_be_played_is_a_mistake_of_the_file(text: str, wrong: str) -> None:
    """The program does not end: the error names the place and the mistake."""
    id_ = "14f83478-a061-708f-8de4-a3a2b99e9d89"
    with pytest.raises(DocumentError) as refused:
        parse("version: 1\n" + text.replace("ID", id_), name="story", folder=Path())

    assert wrong in str(refused.value)
