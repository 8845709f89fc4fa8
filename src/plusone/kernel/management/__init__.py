"""The management commands of the kernel."""
