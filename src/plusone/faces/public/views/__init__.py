"""The pages of strangers. Each module brings its own `urlpatterns`; urls.py gathers them."""
