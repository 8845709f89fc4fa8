"""What developers read."""

import json

from django.test import Client as Browser
from pydantic import BaseModel


def test_the_description_and_its_page_are_open(db: None) -> None:
    """CONTRACT: /api/v1/openapi.json and /api/v1/docs need no key."""
    schema = json.loads(Browser().get("/api/v1/openapi.json").content)
    assert schema["openapi"].startswith("3.1")
    page = Browser().get("/api/v1/docs")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    text = page.content.decode()
    for path in schema["paths"]:
        assert path in text


def test_each_call_is_described(db: None) -> None:
    """Each has an id, a sentence, a tag, its security and its problems."""
    schema = json.loads(Browser().get("/api/v1/openapi.json").content)
    calls = [call for operations in schema["paths"].values() for call in operations.values()]
    assert len({call["operationId"] for call in calls}) == len(calls)
    for call in calls:
        assert call["description"].endswith(".")
        assert call["security"] == [{"ApiKeyAuth": []}]
        assert {"401", "422"} <= set(call["responses"])


def test_a_problem_type_leads_to_its_explanation(db: None) -> None:
    assert Browser().get("/api/v1/problems/not_found").headers["Location"] == "/api/v1/docs#problem-not_found"


def test_no_two_shapes_share_a_name() -> None:
    """The second would silently describe the first in the document."""
    names = [shape.__name__ for shape in set(_shapes(BaseModel)) if shape.__module__.startswith("plusone.faces.api")]
    assert sorted(names) == sorted(set(names))


def _shapes(shape: type[BaseModel]) -> list[type[BaseModel]]:
    found = shape.__subclasses__()
    return found + [deeper for one in found for deeper in _shapes(one)]
