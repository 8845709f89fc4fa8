"""The addresses of the portal: those of every module of `views`, under /p/<business>/."""

from plusone.faces.ui.gathering import gathered

from . import views

app_name = "p"
urlpatterns = gathered(views)
