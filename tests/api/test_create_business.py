"""`plusone create-business`: how a program comes to its first key."""

import json

import pytest

from plusone.faces.cli.app import main
from plusone.kernel.models import Business

ARGUMENTS = ("--owner", "olga@vela.example", "--currency", "EUR", "--timezone", "Europe/Madrid", "--language", "es")


@pytest.mark.django_db(transaction=True)
def test_a_business_is_opened_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """CONTRACT: with --json stdout holds one object: id, api_key, setup_url; names may repeat."""

    def plusone(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return ended.value.code, capsys.readouterr().out

    code, said = plusone("create-business", "Studio Vela", *ARGUMENTS, "--json")
    assert code == 0
    told = json.loads(said)
    assert sorted(told) == ["api_key", "id", "setup_url"]
    assert (len(told["id"]), told["setup_url"].split("/")[3]) == (22, "setup")
    code, said = plusone("create-business", "Studio Vela", *ARGUMENTS)
    assert (code, "/b/studio-vela-2/" in said) == (0, True)
    code, said = plusone("create-business", "X", "--owner", "no address", "--json")
    assert (code, json.loads(said)) == (1, {"error": "This is not an e-mail address."})
    assert Business.objects.count() == 2
