"""What messaging does by itself and offers to rules; what is written of store and balance, which lie below."""

from . import expiries, inviting, receipts, welcoming, words, writing

__all__ = ["expiries", "inviting", "receipts", "welcoming", "words", "writing"]
