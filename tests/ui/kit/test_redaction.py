"""What is copied out of the window holds no password."""

import pytest

from pagevoo_console.ui.kit.messages import bug_report
from pagevoo_console.ui.kit.redaction import redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql+pymysql://root:hunter2@db:3306/x", "mysql+pymysql://root:…@db:3306/x"),
        ("DB_PASSWORD=hunter2 DB_HOST=db", "DB_PASSWORD=… DB_HOST=db"),
        ("connect(password='hun\\'ter2', host='db')", "connect(password=…, host='db')"),
        ('{"api_key": "hunter2"}', '{"api_key": …}'),
        ("CREATE USER x IDENTIFIED BY 'hunter2'", "CREATE USER x IDENTIFIED BY …"),
        ("postgresql://db/x has no password", "postgresql://db/x has no password"),
        ("http://example.org:8080/x", "http://example.org:8080/x"),
    ],
)
def test_passwords_are_taken_out_and_the_rest_stays(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_bug_report_holds_no_password() -> None:
    assert "hunter2" not in bug_report(ValueError("cannot use mysql://root:hunter2@db"))
