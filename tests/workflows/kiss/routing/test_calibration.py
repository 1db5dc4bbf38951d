"""Probabilities that hold what they say, and a threshold that keeps what is given away right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from workflows.kiss.routing.calibration import (
    HIGHEST,
    LOWEST,
    calibration_error,
    chances,
    fit_voices,
    softmax,
    threshold,
)


def _drawn(
    loud: float, seed: int = 0, texts: int = 3000
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Margins of three voices, of which only the first knows the truth, and truth drawn as it says times ``loud``."""
    draw = np.random.default_rng(seed)
    margins = draw.normal(size=(3, texts, 4))
    chances = softmax(loud * margins[0])
    truth = np.array([draw.choice(4, p=row) for row in chances])
    return margins, truth


@pytest.mark.parametrize("loud", [0.5, 1.0, 4.0])
def test_the_voice_that_knows_is_heard_as_loud_as_it_is_right(loud: float) -> None:
    margins, truth = _drawn(loud)
    found, doubt = fit_voices(margins, truth)
    assert found[0] == pytest.approx(loud, rel=0.2)
    assert (found[1:] < 0.1).all()
    assert doubt < 0.1
    assert _error(found, doubt, *_drawn(loud, seed=1)) < 0.03


def test_texts_that_were_put_anywhere_make_the_others_no_less_sure() -> None:
    margins, truth = _drawn(6.0)
    anywhere = np.random.default_rng(5).uniform(size=len(truth)) < 0.2
    truth[anywhere] = np.random.default_rng(6).integers(0, 4, anywhere.sum())
    found, doubt = fit_voices(margins, truth)
    assert doubt == pytest.approx(0.2, abs=0.04)
    assert found[0] == pytest.approx(6.0, rel=0.25)
    assert _error(found, doubt, margins, truth) < 0.03


def _error(
    loudness: NDArray[np.float64],
    doubt: float,
    margins: NDArray[np.float64],
    truth: NDArray[np.int64],
) -> float:
    likely = chances(np.tensordot(loudness, margins, axes=1), doubt)
    assert likely.sum(axis=1) == pytest.approx(1.0)
    return calibration_error(likely.max(axis=1), likely.argmax(axis=1) == truth)


def test_what_is_given_away_above_the_threshold_is_right_four_times_of_five() -> None:
    draw = np.random.default_rng(0)
    confidence = draw.uniform(0.2, 1.0, 4000)
    right = draw.uniform(size=4000) < confidence - 0.1
    least = threshold(confidence, right)
    assert right[confidence >= least].mean() == pytest.approx(0.8, abs=0.02)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_a_threshold_is_always_between_its_bounds(rows: list[tuple[float, bool]]) -> None:
    least = threshold(np.array([c for c, _ in rows]), np.array([r for _, r in rows], dtype=bool))
    assert LOWEST <= least <= HIGHEST


def test_who_is_never_right_gives_only_the_surest_away() -> None:
    assert threshold(np.full(50, 0.99), np.zeros(50, dtype=bool)) == HIGHEST


def test_calibration_error_of_bins_of_equal_mass() -> None:
    confidence = np.repeat([0.6, 0.9], 50)
    right = np.concatenate([np.repeat([True, False], 25), np.repeat([True, False], [45, 5])])
    # Five bins of 0.6 are right half the time in the mean, five of 0.9 as often as they say; within a bin order counts.
    assert calibration_error(confidence, right, bins=2) == pytest.approx(0.5 * 0.1 + 0.5 * 0.0)
    assert calibration_error(np.array([1.0, 1.0, 1.0]), np.array([True, True, True])) == 0.0
