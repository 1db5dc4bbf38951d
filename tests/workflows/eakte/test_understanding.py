"""What a reader process does for the e-Akte."""

import subprocess
import sys
from pathlib import Path

from storage.fulltext.tokens import Analysed, terms_of
from workflows.eakte.understanding import understand


def test_a_reader_process_holds_no_database() -> None:
    """It looks at files of strangers: neither the database's driver nor Prefect may be at hand there."""
    check = (
        "import sys, workflows.eakte.understanding as u; u.warm_up(); "
        "sys.exit(bool({'sqlalchemy', 'psycopg', 'prefect', 'storage.house'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False)
    assert done.returncode == 0


def test_the_words_for_the_index_come_with_the_reading(tmp_path: Path) -> None:
    file = tmp_path / "brief.txt"
    file.write_text("Ich bitte um die Baugenehmigung.", encoding="utf-8")
    understood, words = understand(str(file), file.name)
    assert understood.text.startswith("Ich bitte")
    found = dict(terms_of(Analysed(*words).forward))
    assert {"baugenehm", "bau", "genehm"} <= set(found)
    assert words[1].split() == b"ich bitte um die baugenehmigung".split()
