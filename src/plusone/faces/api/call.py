"""What a call knows once the door has let it in."""

from datetime import datetime

from django.http import HttpRequest

from plusone.connect.models import ApiKey
from plusone.kernel.models import Business


class Call(HttpRequest):
    """A request of the API as its calls see it."""

    api_key: ApiKey
    business: Business
    actor: str
    now: datetime
    request_id: str
