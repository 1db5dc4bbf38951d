"""What a benchmark reports: one promise, its figure, the reference measured in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``limit`` states the promise in words („höchstens 4x“), ``holds`` whether this run kept it."""

    promise: str
    value: float
    unit: str
    reference: float | None
    reference_name: str
    limit: str
    holds: bool

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None
