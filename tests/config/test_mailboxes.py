"""The file that lists the mailboxes: what it may say, and how wrong ones are refused without telling secrets."""

from pathlib import Path

import pytest

from config.mailboxes import MailboxesError, read_mailboxes

USUAL = "{name: info, address: info@stadt.example, host: imap.stadt.example, user: info, password: geheim}"


def write(folder: Path, text: str) -> Path:
    path = folder / "postfaecher.yaml"
    path.write_text(text, "utf-8")
    return path


def test_no_file_is_no_mailbox() -> None:
    assert read_mailboxes(None) == ()


def test_what_is_left_out_is_safe(tmp_path: Path) -> None:
    [box] = read_mailboxes(write(tmp_path, f"mailboxes: [{USUAL}]"))
    assert (box.tls, box.at_port, box.folder, box.done, box.plus) == (
        "tls",
        993,
        "INBOX",
        None,
        False,
    )
    assert box.secret == "geheim"
    assert "geheim" not in repr(box)


def test_a_password_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "kennwort"
    secret.write_text("brücke\n", "utf-8")
    line = USUAL.replace("password: geheim", f"password_file: {secret}")
    [box] = read_mailboxes(write(tmp_path, f"mailboxes: [{line}]"))
    assert box.secret == "brücke"
    secret.unlink()
    with pytest.raises(MailboxesError, match="„info“ lässt sich nicht lesen"):
        _ = box.secret


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mailboxes: [{name: info}]", "„mailboxes.0.address“ stimmt nicht|address.*fehlt"),
        (f"mailboxes: [{USUAL}]\nmore: 1", "„more“ nicht: Diese Angabe gibt es nicht"),
        (f"mailboxes: [{USUAL}, {USUAL}]", "„info“ zweimal"),
        ("mailboxes: [" + USUAL.replace("password", "tls: none, password") + "]", "Rechner"),
        (
            "mailboxes: [" + USUAL.replace("info@stadt.example", "info") + "]",
            "Der Wert passt nicht",
        ),
        (
            "mailboxes: [" + USUAL.replace("password", "port: 99999, password") + "]",
            "Der Wert passt nicht",
        ),
        ("mailboxes: [", "ist kein YAML"),
        ("", "stimmt"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(MailboxesError, match=words) as refused:
        read_mailboxes(write(tmp_path, text))
    assert "geheim" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MailboxesError, match="RATHAUS_MAILBOXES"):
        read_mailboxes(tmp_path / "fehlt.yaml")
