"""What messaging does by itself and offers to rules; the receipts of the store, which lies below."""

from . import receipts, words

__all__ = ["receipts", "words"]
