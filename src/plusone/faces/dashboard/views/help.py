"""Help beside each page, and whether it answered the question: a tick, and nobody's name (UX B4)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from plusone.faces.ui.helping import ANSWERED, TOPICS
from plusone.faces.ui.http import Page, staff
from plusone.insights.commands import answer_help
from plusone.insights.queries import help_answers
from plusone.kernel.errors import NotHere


@staff("home.view")
@require_safe
def index(request: Page) -> HttpResponse:
    """List all topics; who runs the business also sees what was answered."""
    answers = help_answers(request.business) if request.may("settings.manage") else {}
    rows = [(topic, answers.get(topic.key)) for topic in TOPICS.values()]
    return render(request, "dashboard/help/index.html", {"nav": "", "title": _("Help"), "rows": rows})


@staff("home.view")
@require_safe
def one(request: Page, topic: str) -> HttpResponse:
    """Show one topic, for who has no JavaScript or opens it in a tab of its own."""
    if topic not in TOPICS:
        raise NotHere
    found = TOPICS[topic]
    crumbs = [(_("Help"), reverse("b:help", args=[request.business.slug])), (found.title, "")]
    context = {"nav": "", "title": found.title, "topic": found, "crumbs": crumbs}
    return render(request, "dashboard/help/one.html", context)


@staff("home.view")
@require_POST
def answer(request: Page, topic: str) -> HttpResponse:
    """Note whether the help answered the question, once in a session."""
    said, back = request.POST.get("said", ""), request.POST.get("next", "")
    if topic not in TOPICS or said not in ("yes", "no"):
        raise NotHere
    given = request.session.get(ANSWERED, [])
    if topic not in given:
        answer_help(request.business, topic, is_yes=said == "yes")
        request.session[ANSWERED] = [*given, topic]
    if said == "yes":
        messages.success(request, _("Thank you. Good to know."))
    else:
        messages.info(request, _("Thank you. What is missing can be added now that it is known."))
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("b:help_topic", args=[request.business.slug, topic])
    return redirect(back)


urlpatterns = [
    path("help/", index, name="help"),
    path("help/<slug:topic>/", one, name="help_topic"),
    path("help/<slug:topic>/answer/", answer, name="help_answer"),
]
