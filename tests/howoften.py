"""How often a random or racing test tries again (TRUST A5): little in every run, the full number before a release."""

import os

import pytest


def often[Much](every_run: Much, release: Much) -> Much:
    """Return how much to try: `make test-release` sets PLUSONE_TEST_RELEASE."""
    return release if os.environ.get("PLUSONE_TEST_RELEASE") else every_run


# Minutes of a running server, or all pages once more: TRUST asks for these before a release, not in every run.
before_a_release = pytest.mark.skipif(often(True, False), reason="before a release only")
