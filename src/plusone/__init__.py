"""Plusone: referral software. A client recommends a friend, the friend comes in, and both are rewarded."""

__version__ = "0.1.0"
