"""The pages of clients. Each module brings its own `urlpatterns`; urls.py gathers them."""
