"""What is wrong with a call of the command line, in one German line instead of Typer's English box."""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Any

import typer

from storage.command_line import without_surrogates

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's own class for all of them; it has no public name."""

_QUOTED = re.compile(r"'([^']*)'")
_NUMBERS = {int: "eine ganze Zahl", float: "eine Zahl"}


def explain(error: Any) -> str:
    """The line for one of Typer's usage errors, with the command whose help tells more.

    Who names no command at all gets the help itself.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.message)
    path = error.ctx.command_path if error.ctx is not None else "rathaus"
    return without_surrogates(f"{' '.join(_what(error).split())} Hilfe: `{path} --help`.")


def _what(error: Any) -> str:
    kind = type(error).__name__
    if kind == "MissingParameter":
        return f"{_name(error.param)} fehlt.{_expected(error.param)}"
    if kind == "NoSuchOption":
        return f"Die Option {error.option_name} gibt es hier nicht.{_perhaps(error.possibilities)}"
    if kind == "BadOptionUsage":
        takes_none = "does not take" in error.message
        needs = "nimmt keinen Wert" if takes_none else "braucht einen Wert"
        return f"Die Option {error.option_name} {needs}."
    if isinstance(error, typer.BadParameter):
        return f"{_name(error.param)} passt nicht.{_expected(error.param)}"
    return _other(error.message)


def _other(message: str) -> str:
    quoted = _QUOTED.findall(message)
    if message.startswith("No such command") and quoted:
        return f"Den Befehl „{quoted[0]}“ gibt es nicht.{_perhaps(quoted[1:])}"
    if message.startswith("Got unexpected extra argument"):
        return f"Zu viele Angaben: {message.rpartition('(')[2].rstrip(')')}."
    return "Der Aufruf ist unvollständig oder enthält etwas Unbekanntes."


def _name(param: Any) -> str:
    if param is None:
        return "Eine Angabe"
    if param.param_type_name == "option":
        return f"Die Option {max(param.opts, key=len)}"
    return f"Die Angabe {param.metavar or str(param.name).upper()}"


def _expected(param: Any) -> str:
    """Which values there are, where the parameter says so."""
    kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f" Möglich: {', '.join(str(each.value) for each in kind)}."
    if kind not in _NUMBERS:
        return ""
    bounds = "".join(
        f" {word} {bound}"
        for word, bound in (("von", param.min), ("bis", param.max))
        if bound is not None
    )
    return f" Nötig ist {_NUMBERS[kind]}{bounds}."


def _perhaps(names: Sequence[str] | None) -> str:
    return f" Gemeint ist vielleicht {' oder '.join(sorted(names))}." if names else ""
