"""Logs as they come: packed, in other alphabets, with missing columns, and such as are meant to do harm."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.kiss.evaluation.event_log import LogError
from workflows.kiss.evaluation.handing_over import hand_overs
from workflows.kiss.evaluation.moments import read_moment
from workflows.kiss.evaluation.reading import read_log

HEAD = "case:concept:name;time:timestamp;concept:name;Stelle\n"
ROWS = "1;2026-03-02T08:00:00+01:00;öffnen;Tiefbau\n1;2026-03-02T09:00:00Z;prüfen;Bürgerbüro\n"
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="org:group" value="UNKNOWN"/></global>
  <classifier name="x" keys="concept:name"/>
  <string key="concept:name" value="Protokoll"/>
  <trace>
    <string key="concept:name" value="Fall 1"><string key="org:group" value="nicht gemeint"/></string>
    <string key="org:group" value="auch nicht"/>
    <event><string key="org:group" value="B"/><date key="time:timestamp" value="2026-03-03T08:00:00.000+01:00"/></event>
    <event><string key="concept:name" value="x"/><string key="org:group" value="A"/><date key="time:timestamp" value="2026-03-02T08:00:00.000+01:00"/></event>
    <event><list key="l"><values><string key="org:group" value="C"/></values></list><date key="time:timestamp" value="2026-03-04T08:00:00.000+01:00"/></event>
    <event><int key="n" value="1"><string key="org:group" value="D"/></int><string key="org:group" value="A"/><date key="time:timestamp" value="2026-03-04T08:00:00.000+01:00"/></event>
  </trace>
  <trace/>
</log>"""


def csv_of(folder: Path, content: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_as_it_was_exported(tmp_path: Path, delimiter: str, encoding: str) -> None:
    content = (HEAD + ROWS).replace(";", delimiter).encode(encoding)
    log = read_log(csv_of(tmp_path, content), "Stelle")
    assert (len(log), list(log.groups)) == (2, ["Tiefbau", "Bürgerbüro"])
    assert hand_overs(log).median_days["handover"] == pytest.approx(2 / 24)


def test_short_rows_and_empty_lines_do_no_harm(tmp_path: Path) -> None:
    log = read_log(csv_of(tmp_path, HEAD + ROWS + "\n2;2026-03-02 08:00\n"), "Stelle")
    assert (len(log), hand_overs(log).cases) == (3, 1)


@pytest.mark.parametrize(
    "column", ["case:concept:name", "time:timestamp", "concept:name", "Stelle"]
)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    names = ["anders" if name == column else name for name in HEAD.strip().split(";")]
    path = csv_of(tmp_path, ";".join(names) + "\n" + ROWS)
    with pytest.raises(LogError, match=f"„{column}“ fehlt"):
        read_log(path, "Stelle")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "fehlt"),
        (HEAD.encode(), "keine Ereignisse"),
        ((HEAD + "1;gestern;x;A\n").encode(), "„gestern“ ist kein Zeitpunkt"),
        ((HEAD + ";2026-03-02;x;A\n").encode(), "nennt keinen Fall"),
        (b"\x00\x01\x02" * 50, "keine Textdatei"),
        ((HEAD.strip() + ";Stelle\n").encode(), "mehrmals"),
    ],
)
def test_what_is_no_log_is_refused_in_german(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(LogError, match=words):
        read_log(csv_of(tmp_path, content), "Stelle")


def test_only_attributes_of_the_event_itself_count(tmp_path: Path) -> None:
    log = read_log(csv_of(tmp_path, XES, "a.xes"), "org:group")
    found = hand_overs(log)
    assert (len(log), found.events, found.units, found.ping_pong_total) == (4, 3, 2, 1)
    assert found.median_days["ping_pong"] == 2.0


def test_a_packed_log_is_the_same(tmp_path: Path) -> None:
    plain = read_log(csv_of(tmp_path, XES, "a.xes"), "org:group")
    packed = read_log(csv_of(tmp_path, gzip.compress(XES.encode()), "a.xes.gz"), "org:group")
    assert hand_overs(packed) == hand_overs(plain)


def test_a_prefix_of_the_namespace_changes_nothing(tmp_path: Path) -> None:
    prefixed = '<x:log xmlns:x="u"><x:trace><x:event><x:string key="g" value="A"/></x:event></x:trace></x:log>'
    assert hand_overs(read_log(csv_of(tmp_path, prefixed, "a.xes"), "g")).cases == 1


def test_an_unknown_attribute_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"Vorhanden sind: .*„org:group“"):
        read_log(csv_of(tmp_path, XES, "a.xes"), "org:team")


ENTITIES = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><log><trace/></log>'
FOREIGN = '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>'
BROKEN = "<log><trace><event></trace></log>"
OTHER = "<html><trace/></html>"
DEEP = "<log>" + "<a>" * 100 + "</a>" * 100 + "</log>"
LONG = f'<log><string key="{"x" * (10 << 20)}"/></log>'


@pytest.mark.parametrize("content", [ENTITIES, FOREIGN, BROKEN, OTHER, DEEP, LONG, "", "kein XML"])
def test_xml_that_would_do_harm_or_is_no_log_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(LogError):
        read_log(csv_of(tmp_path, content, "a.xes"), "g")


def test_a_bomb_is_given_up_before_it_bursts(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "b.xes.gz", "wb", compresslevel=9) as bomb:
        bomb.write(b"<log>")
        for _ in range(100):
            bomb.write(b" " * (1 << 20))
    with pytest.raises(LogError, match="zu groß"):
        read_log(tmp_path / "b.xes.gz", "g")


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(XES.encode())[:-40]])
def test_a_damaged_archive_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(LogError, match=r"gepackt|beschädigt"):
        read_log(csv_of(tmp_path, content, "a.xes.gz"), "g")


def test_a_missing_file_and_another_kind_are_told(tmp_path: Path) -> None:
    for name, words in (
        ("nicht.xes", "nicht lesbar"),
        ("nicht.csv", "nicht lesbar"),
        ("a.txt", "kein bekanntes"),
    ):
        with pytest.raises(LogError, match=words):
            read_log(tmp_path / name, "g")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-02T08:00:00.1234567+01:00", "2026-03-02T08:00:00.123456+01:00"),
        ("2026-03-02 08:00:00+00", "2026-03-02T08:00:00+00:00"),
        ("2026-03-02 08:00:00 UTC", "2026-03-02T08:00:00+00:00"),
        ("2.3.2026 08:05", "2026-03-02T08:05:00"),
        ("02.03.2026", "2026-03-02T00:00:00"),
        (" 2026-03-02 ", "2026-03-02T00:00:00"),
    ],
)
def test_times_are_read_as_programs_write_them(text: str, iso: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.isoformat() == iso


@given(st.text(max_size=30))
def test_any_other_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with suppress(LogError):
        read_moment(text)
