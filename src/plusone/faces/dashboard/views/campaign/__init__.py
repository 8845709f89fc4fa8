"""Marketing ▸ Referrals ▸ Campaign: the offer as one sentence (R-010..R-018, R-050..R-052, R-141)."""

from django.urls import path

from . import dates, news, pages, reminders, upgrading

urlpatterns = [
    path("campaign/", pages.campaign, name="campaign"),
    path("campaign/how/", pages.how, name="campaign_how"),
    path("campaign/begin/", pages.begin, name="campaign_begin"),
    path("campaign/preview/", pages.preview, name="campaign_preview"),
    path("campaigns/", pages.index, name="campaigns"),
    path("campaigns/new/", pages.new, name="campaign_new"),
    path("campaigns/new/save/", pages.save_new, name="campaign_save_new"),
    path("campaigns/<str:campaign>/", pages.one, name="campaign_one"),
    path("campaigns/<str:campaign>/save/", pages.save, name="campaign_save"),
    path("campaigns/<str:campaign>/activate/", pages.activate, name="campaign_activate"),
    path("campaigns/<str:campaign>/deactivate/", pages.deactivate, name="campaign_deactivate"),
    path("campaigns/<str:campaign>/archive/", pages.archive, name="campaign_archive"),
    *dates.urlpatterns,
    *upgrading.urlpatterns,
    path("campaigns/<str:campaign>/news/", news.page, name="campaign_news"),
    path("campaigns/<str:campaign>/news/preview/", news.preview, name="campaign_news_preview"),
    path("campaigns/<str:campaign>/news/save/", news.save, name="campaign_news_save"),
    path("campaigns/<str:campaign>/reminders/new/", reminders.new, name="reminder_new"),
    path("campaigns/<str:campaign>/reminders/preview/", reminders.preview, name="reminder_preview"),
    path("reminders/<str:reminder>/", reminders.one, name="reminder"),
    path("reminders/<str:reminder>/delete/", reminders.remove, name="reminder_remove"),
    path("mailings/<str:mailing>/stop/", news.stop, name="mailing_stop"),
    path("mailings/<str:mailing>/pause/", news.pause, name="mailing_pause"),
    path("mailings/<str:mailing>/resume/", news.resume, name="mailing_resume"),
]
