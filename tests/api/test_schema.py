"""The description holds: what schemathesis makes of it gets no 5xx and no answer that is not described (FUZ-1, short).

A long run against a server: `st run <address>/api/v1/openapi.json -H "Authorization: Bearer …" --checks all`.
"""

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

import isolated
from howoften import often
from world import House, open_salon

EXAMPLES, EACH = often((2, 10), (40, 1))
WANTED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    # Not the opposite: that an id, a cursor, a phone or a time zone exists, no schema can say.
    "negative_data_rejection",
]
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture
def app() -> Iterator[Any]:
    """The program as a WSGI application on the test's own connection, which the end of a request would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.any_engine
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.slow
def test_answers_are_as_described(house: House, app: Any, mode: GenerationMode) -> None:
    """Right and wrong input, with ids that are there and ids that are not."""
    side = isolated.fill(house)
    ids = isolated.values_of(side.business)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    schema.config.generation.update(allow_extra_parameters=False)  # which are ignored (CONTRACT)
    checks = CHECKS.get_by_names(WANTED)
    headers = {"Authorization": f"Bearer {house.api_key}"}
    called = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @SETTINGS
        @given(case=operation.as_strategy(mode))
        def call(case: Any) -> None:
            nonlocal called
            called += 1
            if called % 3 and case.path_parameters:
                case.path_parameters = {name: ids[name] for name in case.path_parameters}
            case.call_and_validate(headers=headers, checks=checks)

        call()
    assert called >= EXAMPLES * 30


@pytest.mark.any_engine
@pytest.mark.slow
def test_another_identity_reaches_nothing(house: House, app: Any) -> None:
    """ISO-14: calls of the description with what is the gym's, by the salon's key, by none and by made-up ones. Some in
    every run, all of them before a release."""
    ids = isolated.values_of(isolated.fill(house).business)
    other = {"Authorization": f"Bearer {open_salon().api_key}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    schema.config.generation.update(allow_extra_parameters=False)
    once = settings(SETTINGS, max_examples=1)
    seen: set[str] = set()
    first = random.SystemRandom().randrange(EACH)
    print(f"from call {first} on each {EACH}th")
    for result in islice(schema.get_all_operations(), first, None, EACH):
        operation = result.ok()

        @once
        @given(case=operation.as_strategy(GenerationMode.POSITIVE))
        def call(case: Any) -> None:
            seen.add(case.operation.label)
            case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
            theirs = case.call(headers=other)
            assert not case.path_parameters or theirs.status_code in (404, 422), theirs.text
            assert not [value for value in ids.values() if len(value) > 20 and value in theirs.text]
            for key in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": house.api_key}):
                assert case.call(headers=key).status_code == 401

        call()
    assert len(seen) >= 60 // EACH
