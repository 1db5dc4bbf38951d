"""The wall monitors of the demo city: one for staff, one for the public. Their tokens are thrown away."""

from datetime import datetime
from importlib import resources

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from presence.monitor.devices import Wanted, create_monitor
from presence.monitor.subjects import Kind, Mode
from presence.monitor.tables import MonitorDevice
from storage.actors import System
from storage.organisation.tables import Office

FOUNDER = System("demo")


def found_monitors(session: Session, now: datetime) -> None:
    """Set them up, unless some are there already."""
    if session.scalar(select(func.count(MonitorDevice.id))):
        return
    file = resources.files("config") / "seed" / "monitors.yaml"
    offices = {row.key: row.id for row in session.scalars(select(Office))}
    for each in yaml.safe_load(file.read_text("utf-8")):
        office = offices[each["office"]]
        wanted = Wanted(each["name"], each["place"], Kind.OFFICE, office, Mode(each["mode"]))
        create_monitor(session, FOUNDER, wanted, now=now)
