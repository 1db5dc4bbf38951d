"""Names stand where people look for them."""

from storage.alphabet import place_of


def test_umlauts_stand_with_their_letters() -> None:
    names = [
        "Zoe",
        "Ömer",
        "Otto",
        "Ähre",
        "Anna",
        "Åsa",
        "ottilie",
        "Straße",
        "Strasse b",
        "Çelik",
    ]
    assert sorted(names, key=place_of) == [
        "Ähre", "Anna", "Åsa", "Çelik", "Ömer", "ottilie", "Otto", "Straße", "Strasse b", "Zoe",
    ]  # fmt: skip
