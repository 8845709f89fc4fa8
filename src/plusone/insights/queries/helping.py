"""Whether the help texts answered what people asked."""

from django.db.models import Sum

from plusone.insights.models import HelpAnswer
from plusone.kernel.models import Business


def help_answers(business: Business) -> dict[str, HelpAnswer]:
    """Return what people in a business said, by topic."""
    return {row.topic: row for row in HelpAnswer.objects.filter(business=business)}


def help_answered() -> list[tuple[str, int, int]]:
    """Return (topic, yes, no) of the whole installation, for whoever writes the texts."""
    sums = HelpAnswer.objects.values("topic").annotate(of_yes=Sum("yes"), of_no=Sum("no")).order_by("topic")
    return [(row["topic"], row["of_yes"], row["of_no"]) for row in sums]
