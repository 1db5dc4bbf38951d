"""Whatever the text: its words find it, for those who may see it and nobody else."""

import string
from collections import Counter
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.fulltext import index as fulltext
from storage.fulltext.index import search
from storage.fulltext.tokens import analyse_entry, terms_of, together
from storage.fulltext.words import words

letters = st.text(string.ascii_letters + string.digits + "äöüÄÖÜßéñ", min_size=1, max_size=14)
german = st.sampled_from(
    [
        "Bauantrag",
        "Häuser",
        "Grundstücke",
        "Müllers",
        "neuer",
        "städtischer",
        "Genehmigungen",
        "Bürgern",
        "AEUER",
    ]
)
texts = st.lists(st.one_of(letters, german, st.text(max_size=8)), min_size=1, max_size=12).map(
    " ".join
)
EACH = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@EACH
@given(texts)
def test_every_word_finds_its_document(index: Database, text: str) -> None:
    entry, mine, other = uuid4(), frozenset({"mine", "more"}), frozenset({"other", "Mine", ""})
    with index.write() as session:
        fulltext.put(session, entry, "document", "mine", "", text)
    with index.read() as session:
        for word in list(words(text))[:4]:
            surface = text[word.start : word.end]
            whole = [surface, f'"{surface}"', f"{surface}*", f"{surface[:-1] or surface}*"]
            for query in whole if "\n" not in surface else whole[:1]:
                hits = search(session, query, mine)
                assert entry in {hit.entry for hit in hits.hits}, query
                assert search(session, query, other).total == 0
    with index.write() as session:
        fulltext.remove(session, entry)
    with index.read() as session:
        for word in words(text):
            assert search(session, text[word.start : word.end], None).total == 0


@EACH
@given(st.text(max_size=60), st.frozensets(st.text(max_size=10), max_size=3), st.booleans())
def test_no_query_and_no_token_breaks_or_opens_the_index(
    index: Database, query: str, tokens: frozenset[str], typing: bool
) -> None:
    with index.write() as session:
        fulltext.put(session, uuid4(), "document", "secret", "", query + " Inhalt")
    with index.read() as session:
        search(session, query, None, typing=typing)
        hits = search(session, query + " Inhalt", tokens - {"secret"}, typing=typing)
    assert hits.total == 0
    assert hits.hits == ()


@given(texts, texts, texts)
def test_two_texts_together_count_as_much_as_apart(title: str, head: str, body: str) -> None:
    first, second = analyse_entry(title, head), analyse_entry("", body)
    counts = Counter(dict(terms_of(first.forward))) + Counter(dict(terms_of(second.forward)))
    whole = together(first, second)
    assert Counter(dict(terms_of(whole.forward))) == counts
    assert whole.sequence.split() == first.sequence.split() + second.sequence.split()
    assert len(list(terms_of(whole.forward))) == len(counts)
