"""Settings ▸ Team: who works here, as what, and what each role may see (R-102, R-221, R-223)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from plusone.clients.models import Client
from plusone.connect import commands
from plusone.connect.models import TeamInvitation
from plusone.connect.queries import invitations_of, professions_of, team_of
from plusone.faces.dashboard.forms import OnceForm, act_once, show_refusal
from plusone.faces.dashboard.mails import tell_of_mail
from plusone.faces.dashboard.views.assigning import ProfessionalForm
from plusone.faces.ui.http import Page, staff
from plusone.faces.ui.tags.sharing import ways
from plusone.kernel.access import get
from plusone.kernel.errors import Invalid, Refused
from plusone.kernel.models import Collaborator
from plusone.kernel.permissions import PERMISSIONS, ROLE_NAMES, ROLE_WORDS, allows


class RoleField(forms.ChoiceField):
    """One of the roles, each with what it means."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Role"),
            choices=lambda: [(role, f"{name}: {ROLE_WORDS[role]}") for role, name in ROLE_NAMES.items()],
            widget=forms.RadioSelect,
            **kwargs,
        )


class InviteForm(OnceForm):
    """Who is invited, as what."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
        help_text=gettext_lazy("They get a mail with a link, and log in with this address."),
    )
    role = RoleField(initial="professional")


class RoleForm(forms.Form):
    """Another role."""

    role = RoleField()


class NameForm(forms.Form):
    """What somebody is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("Your team reads it, here and in the log. Without one it reads your address."),
    )


class ProfessionForm(forms.Form):
    """What somebody works as."""

    profession = forms.CharField(
        label=gettext_lazy("Profession"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "professions"}),
        help_text=gettext_lazy("Such as trainer, nutritionist or physio. The client list can be narrowed to it."),
    )


@staff("team.manage")
def index(request: Page) -> HttpResponse:
    """Show who works here and who is invited; invite somebody."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return commands.invite_collaborator(
                request.business, **form.given(), actor=request.actor, now=request.now
            ).public_id

        if act_once(form, f"team:{request.business.pk}", act) is not None:
            tell_of_mail(request, _("%(name)s is invited.") % {"name": form.cleaned_data["name"]})
            return redirect("b:team", request.business.slug)
    context = {
        "nav": "team",
        "title": _("Team"),
        "form": form,
        "rows": [(row, ROLE_NAMES.get(row.role, row.role)) for row in team_of(request.business)],
        "invited": [
            (row, ROLE_NAMES.get(row.role, row.role), row.expires_at <= request.now, *_by_hand(row))
            for row in invitations_of(request.business)
        ],
    }
    return render(request, "dashboard/team/index.html", context)


def _by_hand(invited: TeamInvitation) -> tuple[str, str]:
    """Return the link to hand over, and the address that opens WhatsApp with it. It opens nothing to who does not prove
    the address."""
    url = f"{settings.BASE_URL}{reverse('join_team', args=[invited.public_id])}"
    text = _("%(business)s invites you to its team:") % {"business": invited.business.name}
    return url, ways(url, text)["whatsapp"]


@staff("team.manage")
@require_POST
def resend(request: Page, invited: str) -> HttpResponse:
    """Send an invitation once more."""
    found = get(request.business, TeamInvitation, invited)
    try:
        commands.resend_invitation(found, now=request.now)
    except Refused as error:
        messages.warning(request, error.told)
    else:
        tell_of_mail(request, _("The invitation is sent once more to %(email)s.") % {"email": found.email})
    return redirect("b:team", request.business.slug)


@staff("team.manage")
@require_POST
def revoke(request: Page, invited: str) -> HttpResponse:
    """Take an invitation back."""
    found = get(request.business, TeamInvitation, invited)
    if commands.revoke_invitation(found, actor=request.actor, now=request.now):
        messages.success(request, _("The invitation of %(name)s is taken back.") % {"name": found.name})
    return redirect("b:team", request.business.slug)


@staff("team.manage")
def member(request: Page, collaborator: str) -> HttpResponse:
    """Show one of the team, and change their role."""
    found = _member(request, collaborator)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            changed = commands.set_role(found, form.cleaned_data["role"], actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            if changed:
                messages.success(request, _("The role is changed, and holds at once."))
            # Who has made themselves something else may not see the team any more.
            mine = found.user_id == request.user.pk
            return redirect("b:home" if mine and changed else "b:team", request.business.slug)
    return _member_page(request, found, form, ProfessionForm(initial={"profession": found.profession}))


def _member_page(
    request: Page, found: Collaborator, form: RoleForm, work: ProfessionForm, called: NameForm | None = None
) -> HttpResponse:
    known = professions_of(request.business)
    context = {"form": form, "work": work, "known": known, "member": found, **_about(request, found)}
    if found.user_id == request.user.pk:
        context["called"] = called or NameForm(initial={"name": found.user.name})
    return render(request, "dashboard/team/member.html", context)


@staff("team.manage")
@require_POST
def rename(request: Page, collaborator: str) -> HttpResponse:
    """Say what you yourself are called (R-102)."""
    found = _member(request, collaborator)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            commands.set_own_name(found, form.cleaned_data["name"], actor=request.actor, now=request.now)
        except Invalid as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("b:team", request.business.slug)
    work = ProfessionForm(initial={"profession": found.profession})
    return _member_page(request, found, RoleForm(initial={"role": found.role}), work, form)


@staff("team.manage")
@require_POST
def profession(request: Page, collaborator: str) -> HttpResponse:
    """Say what somebody works as (Q-16)."""
    found = _member(request, collaborator)
    form = ProfessionForm(request.POST)
    if form.is_valid():
        try:
            commands.set_profession(found, form.cleaned_data["profession"], actor=request.actor, now=request.now)
        except Refused as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("b:team", request.business.slug)
    return _member_page(request, found, RoleForm(initial={"role": found.role}), form)


@staff("team.manage")
def remove(request: Page, collaborator: str) -> HttpResponse:
    """End somebody's access, after asking."""
    found = _member(request, collaborator)
    name = found.user.name or found.user.email
    about = _about(request, found, _("Remove"))
    theirs = Client.objects.of(request.business).filter(professional=found).count()
    form = ProfessionalForm(
        request.POST if request.method == "POST" else None, business=request.business, without=found
    )
    if request.method == "POST" and form.is_valid():
        try:
            if commands.remove_from_team(found, successor=form.chosen(), actor=request.actor, now=request.now):
                messages.success(request, _("%(name)s has no access any more.") % {"name": name})
        except Refused as error:
            messages.error(request, str(error))
            return redirect("b:team_member", request.business.slug, collaborator)
        return redirect("root" if found.user_id == request.user.pk else "b:team", *_slug(request, found))
    context = {
        **about,
        "title": _("Remove %(name)s from the team?") % {"name": name},
        "member": found,
        "form": form,
        "theirs": theirs,
    }
    return render(request, "dashboard/team/remove.html", context)


def _slug(request: Page, found: Collaborator) -> tuple[str, ...]:
    return () if found.user_id == request.user.pk else (request.business.slug,)


@staff("team.manage")
def roles(request: Page) -> HttpResponse:
    """Say what each role may see and do, in plain words, from the table that the doors read."""
    rows = [
        (label, [(ROLE_NAMES[role], allows(role, name)) for role in ROLE_NAMES]) for name, label in PERMISSIONS.items()
    ]
    context = {
        "nav": "team",
        "title": _("What can they see?"),
        "roles": [(name, ROLE_WORDS[role]) for role, name in ROLE_NAMES.items()],
        "rows": rows,
        "crumbs": [(_("Team"), reverse("b:team", args=[request.business.slug])), (_("What can they see?"), "")],
    }
    return render(request, "dashboard/team/roles.html", context)


def _member(request: Page, public_id: str) -> Collaborator:
    found = get(request.business, Collaborator, public_id)
    found.business = request.business
    return found


def _about(request: Page, found: Collaborator, here: str = "") -> dict[str, Any]:
    name, slug = found.user.name or found.user.email, request.business.slug
    way = [(_("Team"), reverse("b:team", args=[slug]))]
    if here:
        way += [(name, reverse("b:team_member", args=[slug, found.public_id])), (here, "")]
    else:
        way += [(name, "")]
    return {"nav": "team", "title": name, "crumbs": way}


urlpatterns = [
    path("settings/team/", index, name="team"),
    path("settings/team/roles/", roles, name="team_roles"),
    path("settings/team/invited/<str:invited>/resend/", resend, name="team_resend"),
    path("settings/team/invited/<str:invited>/revoke/", revoke, name="team_revoke"),
    path("settings/team/<str:collaborator>/", member, name="team_member"),
    path("settings/team/<str:collaborator>/name/", rename, name="team_name"),
    path("settings/team/<str:collaborator>/profession/", profession, name="team_profession"),
    path("settings/team/<str:collaborator>/remove/", remove, name="team_remove"),
]
