"""Own words to clients who were picked, as they are kept until they leave."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from plusone.kernel.errors import Invalid
from plusone.messaging.channels import channels
from plusone.messaging.texts import one_line

SUBJECT_MAX, TEXT_MAX = 150, 4000
GAPS = ("first_name", "business", "portal")
_GAP = re.compile(r"\{([^{}]*)\}")


def message_to_many(subject: str, text: str, by: Sequence[str]) -> dict[str, Any]:
    """Return what the act `message` needs. Raise Invalid naming the field."""
    subject, text = one_line(subject), text.replace("\r\n", "\n").strip()
    for field, said, most in (("subject", subject, SUBJECT_MAX), ("text", text, TEXT_MAX)):
        if not said:
            raise Invalid(_("Write something."), field=field, code="required")
        if len(said) > most:
            raise Invalid(_("At most %(most)s characters.") % {"most": most}, field=field)
        unknown = [gap for gap in _GAP.findall(said) if gap.partition("|")[0] not in GAPS]
        if unknown:
            raise Invalid(_("There is no placeholder %(gap)s.") % {"gap": "{" + unknown[0] + "}"}, field=field)
        if set("{}\0") & set(_GAP.sub("", said)):
            raise Invalid(_("A curly bracket is left open."), field=field)
    chosen = [name for name in by if name in channels]
    if not chosen:
        raise Invalid(_("Choose by what they are written to."), field="by")
    return {"subject": subject, "text": text, "channels": chosen}
