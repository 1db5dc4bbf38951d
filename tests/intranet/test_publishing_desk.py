"""Publishing a report from its page: only with consent, with the text a person wrote and the pictures they released."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from streamlit.testing.v1 import AppTest

from storage.actors import Citizen
from storage.clock import new_id
from storage.house import House
from tests.intranet.public.reports.conftest import SYSTEM, picture
from tests.intranet.test_anliegen_pages import groups, press, row_of
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.taking_in import staged
from workflows.kiss.citizens.published import Published, published
from workflows.kiss.citizens.reporting import Report, send_report

Browse = Callable[..., AppTest]
__all__ = ["groups"]


def reported(furnished: Any, groups: dict[str, UUID], *, consent: bool) -> UUID:
    house: House = furnished.house
    report = Report(
        Kind.COMPLAINT, "Nachts laut im Hof", groups["laerm"], "Marktplatz", may_publish=consent
    )
    with (
        staged(house, [("hof.jpg", picture())]) as files,
        house.database.write() as session,
    ):
        row = send_report(
            session, Citizen(new_id()), report, Channel.FORM, files, key=new_id().hex, blobs=house.blobs,
            now=house.clock(),
        )  # fmt: skip
        to = To(groups["ordnungsamt"], topic=groups["laerm"])
        assign(session, SYSTEM, row.id, row.revision, to, now=house.clock())
        return row.id


def listed(furnished: Any) -> list[Published]:
    with furnished.house.database.read() as session:
        return published(session)


def test_a_clerk_releases_text_and_picture_and_withdraws_both(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = reported(furnished, groups, consent=True)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert not app.exception
    app = press(app, "Bilder ansehen")
    app.text_area(key=f"text-{anliegen.hex}").set_value("Laut im Hof").run()
    (tick,) = [each for each in app.checkbox if each.label.startswith("Bild 1")]
    tick.check().run()
    app = press(app, "Veröffentlichen")
    (found,) = listed(furnished)
    assert (found.text, len(found.pictures)) == ("Laut im Hof", 1)
    assert row_of(furnished, anliegen).published_at is not None
    press(app, "Zurückziehen")
    assert listed(furnished) == []


def test_a_refused_text_is_told_and_stays(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = reported(furnished, groups, consent=True)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    app.text_area(key=f"text-{anliegen.hex}").set_value("Bitte 07089 204 111 anrufen").run()
    app = press(app, "Veröffentlichen")
    assert any("Telefonnummer" in each.value for each in app.error)
    assert app.text_area(key=f"text-{anliegen.hex}").value == "Bitte 07089 204 111 anrufen"
    assert listed(furnished) == []


def test_without_consent_there_is_nothing_to_press(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    anliegen = reported(furnished, groups, consent=False)
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Veröffentlichen" not in [each.label for each in app.button]
