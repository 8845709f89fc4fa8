"""The tags of `{% load ui %}`, one module per family."""
