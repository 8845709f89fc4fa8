"""Calls of the API as a program makes them."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client as Browser


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any
    text: str


@dataclass
class Caller:
    """Somebody with an API key (or none)."""

    api_key: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Answer:
        sent = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        data = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        told = {name.replace("_", "-"): value for name, value in {**sent, **self.headers, **headers}.items()}
        response = Browser(raise_request_exception=False).generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=told
        )
        text = response.content.decode()
        is_json = response.headers.get("Content-Type", "").split(";")[0].endswith("json")
        return Answer(response.status_code, json.loads(text) if is_json and text else None, response.headers, text)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, **headers)


def is_problem(answer: Answer, status: int, code: str) -> bool:
    """Say whether an answer is that problem, in form and content; a failed comparison is printed by the caller."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.headers["X-Request-Id"]) == 22
    assert answer.body["status"] == answer.status
    assert answer.body["title"]
    assert answer.body["detail"]
    assert answer.status == 404 or answer.body["request_id"] == answer.headers["X-Request-Id"]
    found = (answer.status, answer.body["type"])
    assert found == (status, f"/api/v1/problems/{code}"), answer.text
    return True
