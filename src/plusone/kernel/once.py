"""A form that is sent twice acts once (TRUST IDEM-12)."""

from django.db import IntegrityError, transaction

from .models import Once


def claim(scope: str, key: str) -> bool:
    """Say whether this is the first use of `key` in `scope`. Call it inside the transaction of the effect.

    An empty key always is: a caller that sends none simply acts. A parallel second use waits for the first to commit.
    """
    assert transaction.get_connection().in_atomic_block, "claim() belongs inside the effect's transaction"
    if not key:
        return True
    try:
        with transaction.atomic():
            Once.objects.create(scope=scope, key=key)
    except IntegrityError:
        return False
    return True


def was_used(scope: str, key: str) -> bool:
    """Say whether `key` was claimed; who acts on it claims it all the same."""
    return Once.objects.filter(scope=scope, key=key).exists()


def remember(scope: str, key: str, result: str) -> None:
    """Keep where the first use led (a public id, say), for the answer to the second."""
    if key:
        Once.objects.filter(scope=scope, key=key).update(result=result)


def result_of(scope: str, key: str) -> str:
    """Return what `remember` kept, or an empty string."""
    return Once.objects.filter(scope=scope, key=key).values_list("result", flat=True).first() or ""
