"""The addresses of the dashboard: those of every module of `views`, under /b/<business>/."""

from plusone.faces.ui.gathering import gathered

from . import views

app_name = "b"
urlpatterns = gathered(views)
