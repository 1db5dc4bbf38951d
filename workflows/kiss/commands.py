"""``rathaus kiss``: the commands of all that Anliegen need."""

from collections.abc import Callable

import typer

from storage.clock import local_date
from storage.house import House
from workflows.kiss.duplicates.commands import add_commands as add_duplicates
from workflows.kiss.evaluation.commands import add_commands as add_evaluation
from workflows.kiss.mail.commands import add_commands as add_mail
from workflows.kiss.places.commands import add_commands as add_places
from workflows.kiss.routing.book import RoutingBook
from workflows.kiss.routing.commands import add_commands as add_routing
from workflows.kiss.routing.shelf import load_book, load_voice


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The commands, each in its own room's words."""
    app = typer.Typer(help="Anliegen: Weiterleitung, Doppeltes, Auswertung.", no_args_is_help=True)
    add_mail(app, open_house)
    add_routing(app, open_house, _book_of)
    add_duplicates(app, open_house)
    add_evaluation(app, open_house)
    add_places(app, open_house)
    return app


def _book_of(house: House) -> RoutingBook:
    """Today's rules, groups, topics and what the text model has learned."""
    with house.database.read() as session:
        voice, _ = load_voice(session)
        return load_book(session, local_date(house.clock()), voice)
