"""What an operator sets, and what is said about a wrong value."""

import os
import runpy
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

import plusone

Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    """Read the settings with these variables and no others."""

    def read(**given: str) -> dict[str, Any]:
        for name in [name for name in os.environ if name.startswith("PLUSONE_")]:
            monkeypatch.delenv(name)
        for name, value in {"DATA_DIR": str(tmp_path / "var"), **given}.items():
            monkeypatch.setenv(f"PLUSONE_{name}", value)
        return runpy.run_path(str(Path(plusone.__file__).parent / "settings.py"))

    return read


def test_an_installation_without_settings(read: Read, tmp_path: Path) -> None:
    settings = read()
    assert settings["ENV"] == "production"
    assert settings["BASE_URL"] == "http://127.0.0.1:8000"
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "var" / "plusone.sqlite3")
    assert settings["MAILERS"] == {}
    assert not settings["SESSION_COOKIE_SECURE"]


def test_the_secret_is_made_once_and_kept_private(read: Read, tmp_path: Path) -> None:
    first, second = read()["SECRET_KEY"], read()["SECRET_KEY"]
    kept = tmp_path / "var" / "secret_key"
    assert first == second == kept.read_text()
    assert len(first) > 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_a_given_secret_is_not_written_down(read: Read, tmp_path: Path) -> None:
    assert read(SECRET_KEY="given by the operator")["SECRET_KEY"] == "given by the operator"
    assert not (tmp_path / "var" / "secret_key").exists()


def test_the_address_of_the_last_server_is_remembered(read: Read, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "base_url").write_text("http://127.0.0.1:9001\n")
    assert read()["BASE_URL"] == "http://127.0.0.1:9001"
    assert read(BASE_URL="https://club.example/")["BASE_URL"] == "https://club.example"


def test_https_makes_cookies_secure(read: Read) -> None:
    settings = read(BASE_URL="https://club.example")
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://club.example"]
    assert settings["ALLOWED_HOSTS"][0] == "club.example"


def test_scripts_run_only_from_us_or_with_a_nonce(read: Read) -> None:
    policy = read()["SECURE_CSP"]
    assert policy["script-src"] == ["'self'", "<CSP_NONCE_SENTINEL>"]
    assert not any("unsafe" in source for sources in policy.values() for source in sources)


def test_postgres_keeps_its_connections(read: Read) -> None:
    database = read(DATABASE_URL="postgres://ana:p%40ss@db.example:5433/club?sslmode=require")["DATABASES"]["default"]
    named = {name: database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    assert named == {
        "NAME": "club",
        "USER": "ana",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    assert database["CONN_MAX_AGE"] == 600


@pytest.mark.parametrize(("url", "path"), [("sqlite:///near.db", "near.db"), ("sqlite:////far/off.db", "/far/off.db")])
def test_sqlite_can_stand_elsewhere(read: Read, url: str, path: str) -> None:
    database = read(DATABASE_URL=url)["DATABASES"]["default"]
    assert database["NAME"] == path
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_mail_goes_out_by_the_server_named(read: Read) -> None:
    settings = read(EMAIL_URL="smtp+tls://ana:p%40ss@mail.example?from=Club+%3Chi%40club.example%3E")
    options = settings["MAILERS"]["default"]["OPTIONS"]
    assert (options["host"], options["port"], options["username"], options["password"]) == (
        "mail.example",
        587,
        "ana",
        "p@ss",
    )
    assert (options["use_tls"], options["use_ssl"]) == (True, False)
    assert settings["DEFAULT_FROM_EMAIL"] == "Club <hi@club.example>"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ENV": "staging"}, "must be production, demo or test"),
        ({"TEST_CLOCK": "/clock"}, "only for PLUSONE_ENV=test"),
        ({"ENV": "demo", "FAULTS": "mail"}, "only for PLUSONE_ENV=test"),
        ({"BASE_URL": "club.example"}, "must look like https://example.com"),
        ({"BASE_URL": "https://club.example/shop"}, "must look like https://example.com"),
        ({"BASE_URL": "https://club.example:many"}, "PLUSONE_BASE_URL is not a readable address"),
        ({"DATABASE_URL": "mysql://somewhere/club"}, "must begin with sqlite:/// or postgres://"),
        ({"EMAIL_URL": "mail.example"}, "must look like smtp+tls://"),
        ({"COMMISSION_RATE": "2,5"}, "PLUSONE_COMMISSION_RATE must be a percentage"),
        ({"COMMISSION_RATE": "101"}, "PLUSONE_COMMISSION_RATE must be a percentage"),
        ({"COMMISSION_RATE": "NaN"}, "PLUSONE_COMMISSION_RATE must be a percentage"),
        ({"DATA_DIR": "/dev/null/var"}, "The data folder /dev/null/var cannot be made"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(read: Read, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(**given)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_setting_is_said(read: Read, capsys: pytest.CaptureFixture[str]) -> None:
    read(DATABSE_URL="postgres://db.example/club")
    assert (
        capsys.readouterr().err
        == "plusone: the setting PLUSONE_DATABSE_URL is not known and is ignored. Do you mean PLUSONE_DATABASE_URL?\n"
    )


def test_a_secret_may_stand_in_a_file_and_is_never_shown(
    read: Read, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TRUST OPS-14."""
    file = tmp_path / "mail"
    file.write_text("smtps://olga:hush-hush@mail.example?from=Vela+<hello@vela.example>&dkim=vela\n")
    found = read(EMAIL_URL_FILE=str(file))
    assert found["MAILERS"]["default"]["OPTIONS"]["password"] == "hush-hush"
    assert (found["DEFAULT_FROM_EMAIL"], found["DKIM_SELECTOR"]) == ("Vela <hello@vela.example>", "vela")
    assert found["UNKNOWN_SETTINGS"] == {}
    with pytest.raises(ImproperlyConfigured, match="PLUSONE_EMAIL_URL_FILE are both set"):
        read(EMAIL_URL_FILE=str(file), EMAIL_URL="smtp://localhost")
    with pytest.raises(ImproperlyConfigured, match="none cannot be read: No such file or directory"):
        read(SECRET_KEY_FILE=str(tmp_path / "none"))
    file.write_text("postgres://plusone:hush:hush/hush@db.example/plusone")
    with pytest.raises(ImproperlyConfigured) as refused:
        read(DATABASE_URL_FILE=str(file))
    assert "hush" not in str(refused.value) + capsys.readouterr().err


def test_an_https_installation_passes_the_deployment_checks(read: Read, settings: Any) -> None:
    """AUTH-10, AUTH-3: a year of HSTS, cookies for this host alone, and nothing left to warn of."""
    made = read(BASE_URL="https://club.example", SECRET_KEY="k7" * 40 + "xyzabc")
    for name in [name for name in made if name.startswith(("SECURE_", "SESSION_", "CSRF_", "LANGUAGE_COOKIE"))]:
        setattr(settings, name, made[name])
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = made["SECRET_KEY"], made["ALLOWED_HOSTS"]
    settings.SILENCED_SYSTEM_CHECKS = made["SILENCED_SYSTEM_CHECKS"]
    said = run_checks(tags=["security"], include_deployment_checks=True)
    assert [one.id for one in said if not one.is_silenced()] == []
    assert made["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert (made["SESSION_COOKIE_NAME"], made["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert made["SESSION_COOKIE_SECURE"]
    assert made["CSRF_COOKIE_SECURE"]
    plain = read(SECRET_KEY="x" * 60)
    assert "SESSION_COOKIE_NAME" not in plain
