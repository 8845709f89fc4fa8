"""The calls of the contract that are still to be built: they say so, to a valid key."""

from typing import NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from plusone.kernel.errors import NotAvailable

router = Router()


def _say_so(request: HttpRequest) -> NoReturn:
    raise NotAvailable(_("This is not available yet."))


for path, methods in {
    "/webhook-endpoints": ["GET", "POST"],
}.items():
    router.add_api_operation(path, methods, _say_so, include_in_schema=False)
