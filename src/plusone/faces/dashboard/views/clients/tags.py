"""Clients ▸ Tags: what there is, how many have it, renaming, colour, throwing away (R-080, R-081, R-232)."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.clients.commands import delete_tag, edit_tag, give_tag, tag_called, take_tag
from plusone.clients.models import Tag
from plusone.clients.queries import tags_with_counts
from plusone.faces.dashboard.forms import show_refusal
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.toasts import with_undo
from plusone.kernel.access import get
from plusone.kernel.errors import Refused

from .common import client_of, url_of


class TagForm(forms.Form):
    """What a tag is."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    color = forms.ChoiceField(label=gettext_lazy("Colour"), required=False, choices=Tag.Color.choices)
    description = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=200, required=False, widget=forms.TextInput
    )


@staff("clients.view")
def index(request: Page) -> HttpResponse:
    """List the tags, and make a new one."""
    form = TagForm(request.POST or None)
    if request.method == "POST" and request.may("clients.manage") and form.is_valid():
        try:
            tag = tag_called(request.business, form.cleaned_data["name"])
            tag.business = request.business
            edit_tag(tag, **form.cleaned_data, actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The tag “%(tag)s” is there.") % {"tag": tag.name})
            return redirect("b:tags", request.business.slug)
    context = {
        "nav": "tags",
        "title": _("Tags"),
        "tags": tags_with_counts(request.business, **request.own("client__")),
        "form": form,
    }
    return render(request, "dashboard/clients/tags.html", context)


@staff("clients.activate")
def edit(request: Page, tag: str) -> HttpResponse:
    """Rename, colour and describe a tag."""
    found = get(request.business, Tag, tag)
    found.business = request.business
    given = {"name": found.name, "color": found.color, "description": found.description}
    form = TagForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            edit_tag(found, **form.cleaned_data, actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("b:tags", request.business.slug)
    here = reverse("b:tags", args=[request.business.slug])
    context = {
        "nav": "tags",
        "title": given["name"],
        "form": form,
        "back": here,
        "crumbs": [(_("Tags"), here), (given["name"], "")],
    }
    return render(request, "dashboard/clients/tag.html", context)


@staff("clients.activate")
@require_POST
def delete(request: Page, tag: str) -> HttpResponse:
    """Throw a tag away; the message offers to undo it."""
    found = get(request.business, Tag, tag)
    found.business = request.business
    name = found.name
    job = delete_tag(found, actor=request.actor, now=request.now)
    undo = reverse("b:job_undo", args=[request.business.slug, job.public_id])
    with_undo(request, _("The tag “%(tag)s” is deleted.") % {"tag": name}, undo=undo)
    return redirect("b:tags", request.business.slug)


@staff("clients.manage")
@require_POST
def give(request: Page, client: str) -> HttpResponse:
    """Give a client a tag on the profile, made where it is new (R-081)."""
    found = client_of(request, client)
    try:
        tag = tag_called(request.business, request.POST.get("tag_name", ""))
    except Refused as error:
        messages.warning(request, str(error))
    else:
        give_tag(found, tag, actor=request.actor, now=request.now)
    return redirect(f"{url_of(found)}#tags")


@staff("clients.manage")
@require_POST
def take(request: Page, client: str, tag: str) -> HttpResponse:
    """Take a tag from a client."""
    found = client_of(request, client)
    take_tag(found, get(request.business, Tag, tag), actor=request.actor, now=request.now)
    return redirect(f"{url_of(found)}#tags")
