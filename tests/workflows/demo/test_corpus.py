"""The search corpus: German-looking, of the size asked for, with few common and many rare words."""

from collections import Counter
from itertools import islice

from workflows.demo.corpus import search_corpus, vocabulary


def test_the_vocabulary_has_no_doubles_and_long_compounds() -> None:
    words = vocabulary()
    assert len(set(words)) == len(words)
    assert sum(len(word) > 18 for word in words) > len(words) / 3


def test_texts_have_their_size_and_repeat_for_a_seed() -> None:
    texts = list(search_corpus(5, 300))
    assert all(1900 <= len(text) <= 2000 for text in texts)
    assert list(search_corpus(5, 300)) == texts
    assert next(search_corpus(6, 1)) != texts[0]
    assert all(400 <= len(text) <= 500 for text in islice(search_corpus(5, 50, size=500), 50))


def test_few_words_are_everywhere_and_most_are_rare() -> None:
    found: Counter[str] = Counter()
    for text in search_corpus(1, 1000):
        found.update(set(text.replace(".", "").split()))
    counts = sorted(found.values(), reverse=True)
    assert counts[0] == 1000
    assert counts[100] < 400
    assert counts[len(counts) // 2] <= 3
