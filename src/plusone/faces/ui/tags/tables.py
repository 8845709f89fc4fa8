"""Tables that become cards on a phone, their search, sorting, paging and bulk acts."""

from typing import Any

from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from .basics import attributes, icon

register = Library()


def _query(context: Context, **changes: str | None) -> str:
    request = context.get("request")
    query = request.GET.copy() if request is not None else None
    if query is None:
        return "?" + "&".join(f"{name}={value}" for name, value in changes.items() if value)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return "?" + str(query.urlencode())


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """Return the page's query string with some values changed; an empty one is taken out. Paging starts anew."""
    changes.setdefault("after", "")
    changes.setdefault("before", "")
    return _query(context, **changes)


@register.simple_block_tag
def data_table(content: str, caption: str, *, stack: bool = True, css: str = "") -> SafeString:
    """Draw a table around <thead> and <tbody>; its caption is heard, not seen. On a phone each row becomes a card."""
    classes = f"table{' table-stack' if stack else ''}{f' {css}' if css else ''}"
    return format_html(
        '<div class="table-box"{}><table class="{}" role="table">'
        '<caption><span class="visually-hidden">{}</span></caption>{}</table></div>',
        mark_safe("") if stack else format_html(' tabindex="0" role="region" aria-label="{}"', caption),
        classes,
        caption,
        conditional_escape(content),
    )


@register.simple_tag(takes_context=True)
def th(
    context: Context, label: str, *, sort: str = "", num: bool = False, hidden: bool = False, first: str = ""
) -> SafeString:
    """Draw a column's head; `sort` makes it a link (`?sort=name`, `?sort=-name`), `first="-"` downwards at first."""
    css = mark_safe(' class="num"') if num else ""
    if hidden:
        return format_html('<th scope="col" role="columnheader"><span class="visually-hidden">{}</span></th>', label)
    if not sort:
        return format_html('<th scope="col" role="columnheader"{}>{}</th>', css, label)
    request = context.get("request")
    now = request.GET.get("sort", "") if request is not None else ""
    state, sign = {sort: ("ascending", "arrow-up"), f"-{sort}": ("descending", "arrow-down")}.get(now, ("", "selector"))
    turned = {sort: f"-{sort}", f"-{sort}": sort}.get(now, f"{first}{sort}")
    return format_html(
        '<th scope="col" role="columnheader"{}{}><a href="{}">{}{}</a></th>',
        css,
        format_html(' aria-sort="{}"', state) if state else "",
        _query(context, sort=turned, after=None, before=None),
        label,
        icon(sign),
    )


@register.simple_block_tag
def td(
    content: str,
    label: str = "",
    *,
    num: bool = False,
    actions: bool = False,
    head: bool = False,
    css: str = "",
    **more: Any,
) -> SafeString:
    """Draw a cell; `label` names it on a phone. `head`: the row's title, `num`: figures, `actions`: buttons."""
    kind, role, scope = ("th", "rowheader", ' scope="row"') if head else ("td", "cell", "")
    classes = " ".join(name for name, wanted in (("num", num), ("actions", actions), (css, css)) if wanted)
    shown = f' class="{escape(classes)}"' if classes else ""
    if label and not head and not actions:
        shown += f' data-label="{escape(label)}"'
    # A table has many cells, so they are put together by hand; `content` comes rendered and safe.
    inner = conditional_escape(content).strip()
    return SafeString(f'<{kind} role="{role}"{scope}{shown}{attributes(more)}>{inner}</{kind}>')


@register.simple_tag
def pick(value: Any, label: str, *, form: str = "bulk") -> SafeString:
    """Draw the cell that picks a row for the bulk bar; `label` names the row."""
    return format_html(
        '<td class="pick" role="cell"><input class="form-check-input" type="checkbox" name="pick" value="{}" form="{}"'
        ' aria-label="{}" data-pick></td>',
        value,
        form,
        _("Select %(name)s") % {"name": label},
    )


@register.simple_tag
def pick_all(*, form: str = "bulk") -> SafeString:
    """Draw the column head that picks every row."""
    return format_html(
        '<th class="pick" scope="col" role="columnheader"><input class="form-check-input js-only" type="checkbox"'
        ' form="{}" aria-label="{}" data-pick-all></th>',
        form,
        _("Select all rows"),
    )


@register.simple_block_tag(takes_context=True)
def bulk_bar(context: Context, content: str, action: str, *, form: str = "bulk") -> str:
    """Draw the form of the picked rows: how many, and (the block) its buttons, each with its own `name`/`value`."""
    return render_to_string(
        "ui/parts/bulk.html",
        {"content": content, "action": action, "form": form, "csrf_token": context.get("csrf_token")},
    )


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Any) -> str:
    """Draw the ways to the rows before and after a `pages.Page`; nothing where there are none."""
    if not page.after and not page.before:
        return ""
    return render_to_string(
        "ui/parts/pager.html",
        {
            "before": _query(context, after=None, before=page.before) if page.before else "",
            "after": _query(context, before=None, after=page.after) if page.after else "",
        },
    )


@register.simple_tag(takes_context=True)
def search_box(context: Context, label: str, *, name: str = "q", keep: str = "") -> str:
    """Draw a search field that GETs `?q=`; `keep` names other query values to keep, separated by spaces."""
    request = context.get("request")
    given = request.GET if request is not None else {}
    return render_to_string(
        "ui/parts/search.html",
        {
            "label": label,
            "name": name,
            "value": given.get(name, ""),
            "kept": [(key, given[key]) for key in keep.split() if given.get(key)],
        },
    )
