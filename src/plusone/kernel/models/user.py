"""A login. A person has one, whatever they are in however many businesses (Q-20)."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from plusone.kernel.identity import login_email


class UserManager(BaseUserManager["User"]):
    """Makes users by their address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user. Raise ValueError where `email` is no address."""
        user: User = self.model(email=login_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by address in any letter case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Someone who can log in. Made when an address is proved, or unproved when a code is asked for (DESIGN 6)."""

    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # The password came by a link that staff handed over: nobody has shown yet that the address is theirs, so it opens
    # the pages of that business and nothing else.
    is_handed = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    def __str__(self) -> str:
        return f"user {self.pk}"
