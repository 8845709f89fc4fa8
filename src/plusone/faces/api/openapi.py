"""The description of the API at `/api/v1/openapi.json`: what ninja knows, and what the door adds."""

from typing import Any, NoReturn

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase
from ninja.operation import Operation

from .problems import MEDIA_TYPE, SENTENCES, title
from .replay import HEADER, KEY_MAX

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `type` never changes; `detail` is a sentence in the language of Accept-Language.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/api/v1/problems/already_exists"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "The last part of `type`."},
        "detail": {"type": "string"},
        "next": {"type": "string", "description": "What can be done about it, where `detail` does not say it."},
        "request_id": {"type": "string", "description": "Also in the header X-Request-Id; name it when you ask us."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string", "examples": ["lines.0.product"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "maxLength": KEY_MAX, "pattern": r"^[\x20-\x7e]*$"},
    "description": "Makes a repetition safe: the same request again is answered as the first time, for seven days.",
}


class Docs(DocsBase):
    """The description for people: one page, no script."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Render the calls by their tags."""
        told = {
            "title": _("The Plusone API"),
            "groups": _groups(api.get_openapi_schema()),
            "problems": list(SENTENCES.items()),
            "base": settings.BASE_URL,
        }
        return render(request, "api/docs.html", told)


class Api(NinjaAPI):
    """Ninja, with failures left to the door (so that they undo the transaction) and problems in the description."""

    def on_exception(self, request: HttpRequest, exc: Exception) -> NoReturn:  # type: ignore[override]  # never answers
        """Let every failure out to the door."""
        raise exc

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name a call by its function: `list_clients`."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Return the description, with what the door adds to each call."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = PROBLEM
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _complete(operation, method, has_id="{" in path)
        return schema


def _complete(operation: dict[str, Any], method: str, *, has_id: bool) -> None:
    statuses = [401, 422, 500, 503] + ([404] if has_id else []) + ([] if method == "get" else [400, 409])
    for status in sorted(statuses):
        operation["responses"][status] = {
            "description": title(status),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    for parameter in operation["parameters"]:  # an address has no null: what is left out is not there
        arms = parameter["schema"].pop("anyOf", [])
        parameter["schema"] |= next((arm for arm in arms if arm != {"type": "null"}), {})
    if method == "post":
        operation["parameters"].append(KEY_PARAMETER)


def _groups(schema: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_call(path, method, operation, schema))
    return [{"name": name, "calls": calls} for name, calls in groups.items()]


def _call(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [
        {"status": status, "fields": _fields(content["schema"], schema)}
        for status, answer in operation["responses"].items()
        for content in [answer.get("content", {}).get("application/json")]
        if content
    ]
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method.upper(),
        "text": operation.get("description", "").replace("`", ""),
        "parameters": [_parameter(parameter) for parameter in operation["parameters"]],
        "body": _fields(sent, schema),
        "answers": answers[:1],
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "kind": _kind(parameter["schema"]),
        "required": parameter["required"],
        "text": parameter.get("description", ""),
    }


def _fields(shape: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    shape = _resolved(shape, schema)
    required = shape.get("required", [])
    return [
        {"name": name, "kind": _kind(field), "required": name in required, "text": field.get("description", "")}
        for name, field in shape.get("properties", {}).items()
    ]


def _resolved(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for arm in [shape, *shape.get("anyOf", []), *shape.get("allOf", [])]:
        if "$ref" in arm:
            found: dict[str, Any] = schema["components"]["schemas"][arm["$ref"].rsplit("/", 1)[-1]]
            return found
    return shape


def _kind(field: dict[str, Any]) -> str:
    """Return in a few words what a field holds."""
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    if arms := field.get("anyOf") or field.get("allOf"):
        return " | ".join(_kind(arm) for arm in arms)
    if "enum" in field:
        return " | ".join(f"“{value}”" for value in field["enum"])
    if "const" in field:
        return f"“{field['const']}”"
    if field.get("type") == "array":
        return f"[{_kind(field.get('items', {}))}]"
    return str(field.get("format") or field.get("type") or "any")
