"""What is typed as a phone number, in the country of the business and from abroad, becomes E.164 (CASES 22)."""

import pytest

from plusone.kernel.identity import e164, foreign_example

LOCAL = {
    "ES": ("612 34 56 78", "+34612345678"),
    "FR": ("06 12 34 56 78", "+33612345678"),
    "DE": ("01512 3456789", "+4915123456789"),
    "GB": ("07400 123456", "+447400123456"),
    "US": ("(201) 555-0123", "+12015550123"),
    "JP": ("090-1234-5678", "+819012345678"),
    "AU": ("0412 345 678", "+61412345678"),
    "BR": ("(11) 96123-4567", "+5511961234567"),
    "MX": ("222 123 4567", "+522221234567"),
    "IT": ("312 345 6789", "+393123456789"),
    "KW": ("500 12345", "+96550012345"),
}


@pytest.mark.parametrize("country", [*LOCAL, ""])
@pytest.mark.parametrize(
    "typed",
    ["+33 6 12 34 56 78", "0033 6 12 34 56 78", "00 33 (0)6 12 34 56 78", "(+33) 06.12.34.56.78", "＋33612345678"],
)
def test_numbers_from_abroad_are_read_wherever_the_business_is(country: str, typed: str) -> None:
    """Also with 00 where one dials 011, 0011 or 010 to call abroad: who comes from there writes what they know."""
    assert e164(typed, country) == "+33612345678"


@pytest.mark.parametrize("country", LOCAL)
def test_numbers_of_the_country_need_no_code(country: str) -> None:
    typed, stored = LOCAL[country]
    assert e164(typed, country) == stored
    with pytest.raises(ValueError, match="not a phone number"):
        e164(typed, "")


@pytest.mark.parametrize("typed", ["12", "+33 6 12", "0033", "00", "+999 123 456", "my number", "0033 612 345 678 901"])
def test_what_is_none_is_none(typed: str) -> None:
    for country in (*LOCAL, ""):
        with pytest.raises(ValueError, match="not a phone number"):
            e164(typed, country)


@pytest.mark.parametrize("country", [*LOCAL, ""])
def test_the_example_is_of_another_country_and_right(country: str) -> None:
    example = foreign_example(country)
    assert e164(example, country).startswith("+34" if country == "FR" else "+33")
