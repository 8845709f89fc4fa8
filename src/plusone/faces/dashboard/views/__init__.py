"""The pages of the staff. Each module brings its own `urlpatterns`; urls.py gathers them."""
