"""The client book: list, profile, and everything that can be done with a client (R-056..R-060, R-067..R-073)."""

from django.urls import path

from . import acts, book, bulk, invite, link, profile, record, refer, tags, views

urlpatterns = [
    path("clients/", book.index, name="clients"),
    path("clients/add/", book.add, name="client_add"),
    path("clients/new/", book.new, name="client_new"),
    path("clients/invite/", invite.invite, name="client_invite"),
    path("clients/link/", link.link, name="client_link"),
    path("clients/link/change/", link.change, name="client_link_change"),
    path("clients/several/", bulk.several, name="clients_several"),
    path("clients/jobs/<str:job>/", bulk.job, name="job"),
    path("clients/jobs/<str:job>/undo/", bulk.undo, name="job_undo"),
    path("clients/views/", views.keep, name="client_view_keep"),
    path("clients/views/<str:savedview>/forget/", views.forget, name="client_view_forget"),
    path("clients/tags/", tags.index, name="tags"),
    path("clients/tags/<str:tag>/", tags.edit, name="tag"),
    path("clients/tags/<str:tag>/delete/", tags.delete, name="tag_delete"),
    path("clients/<str:client>/", profile.overview, name="client"),
    path("clients/<str:client>/edit/", profile.edit, name="client_edit"),
    path("clients/<str:client>/friends/", profile.friends, name="client_friends"),
    path("clients/<str:client>/balance/", profile.balance, name="client_balance"),
    path("clients/<str:client>/balance/adjust/", profile.adjust, name="client_adjust"),
    path("clients/<str:client>/orders/", profile.orders, name="client_orders"),
    path("clients/<str:client>/data.json", record.record, name="client_data"),
    path("clients/<str:client>/plan/", profile.plan, name="client_plan"),
    path("clients/<str:client>/history/", profile.history, name="client_history"),
    path("clients/<str:client>/referred-by/", refer.referred_by, name="client_referred_by"),
    path("clients/<str:client>/tags/", tags.give, name="client_tag"),
    path("clients/<str:client>/tags/<str:tag>/", tags.take, name="client_untag"),
    path("clients/<str:client>/activate/", acts.activate, name="client_activate"),
    path("clients/<str:client>/archive/", acts.archive, name="client_archive"),
    path("clients/<str:client>/reactivate/", acts.reactivate, name="client_reactivate"),
    path("clients/<str:client>/invitation/again/", invite.again, name="client_invite_again"),
    path("clients/<str:client>/invitation/revoke/", invite.revoke, name="client_invite_revoke"),
    path("clients/<str:client>/export/", acts.export, name="client_export"),
    path("clients/<str:client>/delete/", acts.delete, name="client_delete"),
]
