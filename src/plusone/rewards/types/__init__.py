"""Kinds of reward: one class in one file each (DESIGN 3). Every module here is read, so a new kind is a new file."""

import importlib
import pkgutil

from .base import Input, RewardType, Slot, types

__all__ = ["Input", "RewardType", "Slot", "types"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
