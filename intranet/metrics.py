"""What ``/metrics`` counts (Prometheus). No label ever holds a person, an address or a document."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()
SIGN_INS = Counter("rathaus_sign_ins", "Sign-ins by outcome", ["outcome"], registry=REGISTRY)
SOCKETS = Gauge("rathaus_open_pages", "Pages open in browsers", registry=REGISTRY)
SCRIPT_ERRORS = Counter("rathaus_page_errors", "Pages that ended in an error", registry=REGISTRY)
REFUSED = Counter(
    "rathaus_refused_requests",
    "Requests refused at the door by reason",
    ["reason"],
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Prometheus' text format."""
    return generate_latest(REGISTRY)
