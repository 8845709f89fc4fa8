"""What the loop does by itself and offers to rules: reactions, messages, and the rules every business has."""

from . import defaults, mailings, messages, reactions, words

__all__ = ["defaults", "mailings", "messages", "reactions", "words"]
