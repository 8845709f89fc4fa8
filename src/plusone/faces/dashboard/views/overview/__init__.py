"""Marketing ▸ Referrals ▸ Impact overview: what recommendations brought (R-031..R-044, R-107)."""

from django.urls import path

from .files import figure_csv, indicators_csv, months_csv
from .pages import figure, indicators, overview

urlpatterns = [
    path("overview/", overview, name="overview"),
    path("overview/months.csv", months_csv, name="months_csv"),
    path("overview/new-clients/", indicators, name="indicators"),
    path("overview/new-clients.csv", indicators_csv, name="indicators_csv"),
    path("overview/<slug:name>/", figure, name="figure"),
    path("overview/<slug:name>.csv", figure_csv, name="figure_csv"),
]
