"""The city's name for pages; its data come from the seed until a room keeps them in a table."""

from config.seeds import load_city


def city_title() -> str:
    return load_city().title
