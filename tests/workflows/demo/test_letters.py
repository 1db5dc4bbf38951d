"""Letters: every pattern can be filled, every kind and entry comes up, nothing repeats."""

import datetime as dt
import random
import re

import pytest
import yaml
from stdnum import iban
from stdnum.de import vat

from config.seeds import DOCUMENT_KINDS, load_aktenplan
from workflows.demo.documents import plain_texts
from workflows.demo.inventions import Inventions, euros, german_date, grouped, vat_id
from workflows.demo.letters import letters
from workflows.demo.phrases import render
from workflows.demo.topics import load_topics


def test_each_entry_has_a_topic_and_goods_where_it_has_invoices() -> None:
    topics = load_topics()
    entries = load_aktenplan().entries
    assert set(topics) == {entry.number for entry in entries}
    for entry in entries:
        topic = topics[entry.number]
        assert len(topic.subjects) >= 4
        assert len(topic.facts) >= 4
        if {"Rechnung", "Gutschrift", "Angebot", "Lieferschein"} & set(entry.kinds):
            assert topic.items, entry.number


def test_every_pattern_of_every_topic_reads_as_a_sentence() -> None:
    rng = random.Random(4)
    ideas = Inventions(rng, dt.date(2026, 3, 3))
    for number, topic in load_topics().items():
        for pattern in (*topic.subjects, *topic.facts):
            text = render(pattern, rng.random, ideas.fill)
            assert not re.search(r"[{}\[\]<>|]|  ", text), (number, text)


def test_the_first_letters_show_every_kind_and_then_every_entry() -> None:
    made = list(letters(9, 400))
    assert {letter.kind for letter in made[: len(DOCUMENT_KINDS)]} == set(DOCUMENT_KINDS)
    assert len({letter.entry.number for letter in made}) == len(load_aktenplan().entries)


def test_letters_on_one_subject_differ_strongly() -> None:
    texts = [text for text, truth in plain_texts(1, 4000) if truth["aktenplan"] == "K1.01"]
    assert len(texts) >= 30
    assert len(set(texts)) == len(texts)
    lengths = sorted(map(len, texts))
    assert lengths[-1] > 2 * lengths[0]


def test_texts_carry_what_the_truth_says() -> None:
    for text, truth in plain_texts(6, 300):
        assert truth["subject"] in text
        assert truth["sender"] in text
        assert german_date(dt.date.fromisoformat(truth["date"])) in text
        if truth["invoice"]:
            assert iban.is_valid(truth["invoice"]["iban"])
            assert grouped(truth["invoice"]["iban"]) in text


def test_bills_add_up() -> None:
    bills = [letter.bill for letter in letters(2, 600) if letter.bill]
    assert len(bills) > 50
    for bill in bills:
        assert bill.net == sum(line.quantity * line.price for line in bill.lines)
        assert abs(bill.tax - bill.net * bill.rate / 100) <= 0.5
        assert bill.due > bill.day
        assert vat.is_valid(bill.vat_id)
        assert (bill.signed_total < 0) == (bill.kind == "Gutschrift")


@pytest.mark.parametrize(
    ("cents", "text"), [(123450, "1.234,50 €"), (5, "0,05 €"), (-100000099, "-1.000.000,99 €")]
)
def test_amounts_are_german(cents: int, text: str) -> None:
    assert euros(cents) == text


def test_vat_ids_pass_the_check() -> None:
    assert all(vat.is_valid(vat_id(str(digits))) for digits in range(10_000_000, 10_000_200))


def test_frames_name_only_known_kinds() -> None:
    from importlib import resources

    data = yaml.safe_load((resources.files("workflows.demo") / "frames.yaml").read_text("utf-8"))
    assert set(data) - {"general"} == set(DOCUMENT_KINDS)
