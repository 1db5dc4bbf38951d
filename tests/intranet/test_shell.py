"""Streamlit's own words are replaced, and an upgrade that loses one of them is noticed."""

from pathlib import Path

import pytest
from streamlit.file_util import get_static_dir

from intranet.shell import Shell
from intranet.translations import IN_BUNDLE

SCRIPTS = Path(get_static_dir()) / "static" / "js"


@pytest.mark.parametrize("kind", sorted(IN_BUNDLE))
def test_every_literal_is_still_there_and_gets_replaced(kind: str) -> None:
    shell = Shell(Path(get_static_dir()))
    before = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.glob(f"{kind}.*.js")}
    assert before
    after = {name: (shell.bundle(name) or (b"", ""))[0].decode() for name in before}
    for english, german in ((e, g) for words in IN_BUNDLE[kind] for e, g in words.items()):
        assert any(english in text for text in before.values()), english
        assert not any(english in text for text in after.values()), english
        assert any(german in text for text in after.values()), german


def test_the_page_holds_streamlits_scripts_and_our_own() -> None:
    page = Shell(Path(get_static_dir())).page
    assert page.count("<script") == page.count("</script>")
    assert "/static/js/index." in page
    assert 'href="/static/css/index.' in page
    assert "/eigen/rathaus.js" in page
    assert "./static" not in page


@pytest.mark.parametrize("name", ["index..js", "../index.js", "index.%2e.js", "unknown.1.js"])
def test_only_real_bundles_are_served(name: str) -> None:
    assert Shell(Path(get_static_dir())).bundle(name) is None
