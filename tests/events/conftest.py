"""Rooms below the opening of a business: bare rows will do."""

from bare import gym, salon  # noqa: F401  # fixtures of this folder
