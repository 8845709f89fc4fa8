"""What can be said no to, and how: `Refused` is for people, everything else is a bug or an outage."""

from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """A kind, translated no that tells its reader what to do. Nothing has changed when it is raised.

    `code` is stable (the last part of the API's problem type), `status` the HTTP status, `field` the input it is about
    (API: 422 with `errors`), `then` what its reader can do, where the message does not say it already, `extra` further
    members of the problem document.
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: str | Promise,
        *,
        code: str = "",
        status: int = 0,
        field: str = "",
        then: str | Promise = "",
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.field = field
        self.then = then
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)

    @property
    def told(self) -> str:
        """The message, and what its reader can do."""
        return f"{self.message} {self.then}".strip()


class Invalid(Refused):
    """One field of the input is wrong; `field` names it."""

    code = "invalid"
    status = 422


class NotAvailable(Invalid):
    """An option of the contract that this version does not offer yet."""

    code = "not_available"


class NotHere(Exception):
    """There is no such thing for this reader: not there and not yours are the same answer."""
