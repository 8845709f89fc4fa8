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


@pytest.mark.django_db(transaction=True)
def test_a_business_is_deleted_only_by_its_name_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """ISO-13: without --yes nothing happens and the sentence says what to write; then it is gone, once."""

    def plusone(*arguments: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    plusone("create-business", "Studio Vela", *ARGUMENTS)
    code, _out, error = plusone("delete-business", "studio-vela", "--yes", "studio")
    assert (code, "--yes studio-vela" in error, Business.objects.count()) == (1, True, 1)
    code, out, _error = plusone("delete-business", "studio-vela", "--yes", "studio-vela", "--json")
    assert (code, json.loads(out)["rows"] > 3, Business.objects.count()) == (0, True, 0)
    assert plusone("delete-business", "studio-vela", "--yes", "studio-vela")[0] == 1
