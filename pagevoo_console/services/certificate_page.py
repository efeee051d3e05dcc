"""A deletion certificate as a page to print. Every value is data: it is escaped, and nothing hidden stays hidden."""

from __future__ import annotations

from datetime import datetime
from html import escape

from pagevoo_console.domain.deletion import DeletionCertificate
from pagevoo_console.domain.text import visible

_STYLE = """
body { font: 11pt/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 46em; margin: 2.5em auto; padding: 0 1em }
h1 { font-size: 18pt; margin-bottom: .2em }
h2 { font-size: 12pt; margin: 1.6em 0 .4em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25em .8em .25em 0; border-bottom: 1px solid #ddd }
th { font-weight: 600; width: 14em }
td.figure { text-align: right; font-variant-numeric: tabular-nums }
code { font-size: 9pt; overflow-wrap: anywhere }
@media print { body { margin: 0 } }
"""
_STATES = {
    "kept": "In the trash; it can be had back until its time there is over.",
    "purged": "Gone for good: it was purged from the trash.",
    "undeleted": "Had back: it is not deleted any more.",
    "dropped": "Gone for good: it was dropped at once.",
}


def page(certificate: DeletionCertificate) -> str:
    """The whole page as HTML, which needs nothing from elsewhere."""
    title = f"Deletion of {certificate.database}"
    counted = "counted by the backup" if certificate.rows_exact else "estimated by the server"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Deletion certificate</h1>\n<p>{_text(title)}, {_text(certificate.platform)}</p>\n"
        f"{_facts(_what(certificate))}\n<h2>What it held ({counted})</h2>\n{_tables(certificate)}\n"
        f"<h2>What is left of it</h2>\n{_facts(_left(certificate))}\n"
        f"<h2>Where this is recorded</h2>\n{_facts(_recorded(certificate))}\n</body>\n</html>\n"
    )


def _what(certificate: DeletionCertificate) -> list[tuple[str, str]]:
    person = " · ".join(part for part in (certificate.tenant_name, certificate.tenant_email) if part)
    return [
        ("Customer", f"{certificate.tenant}{f' · {person}' if person else ''}"),
        ("Database", certificate.database),
        ("Server", certificate.server),
        ("Row of the registry", certificate.generation or "none"),
        ("Website", certificate.website or "none"),
        ("Deleted by", f"{certificate.actor} at {certificate.host}"),
        ("Why", certificate.reason or "no reason was given"),
        ("Begun", _moment(certificate.began_at)),
        ("Deleted", _moment(certificate.deleted_at)),
    ]


def _left(certificate: DeletionCertificate) -> list[tuple[str, str]]:
    return [
        ("Now", _STATES.get(certificate.state, certificate.state)),
        ("In the trash until", _moment(certificate.purge_after)),
        ("Ended", _moment(certificate.ended_at)),
        ("Backup", certificate.backup or "none was made"),
        ("Its file", certificate.backup_path or "none"),
        ("SHA-256 of the file", certificate.backup_sha256 or "none"),
        ("Restored and compared", _moment(certificate.backup_proved_at)),
    ]


def _recorded(certificate: DeletionCertificate) -> list[tuple[str, str]]:
    return [
        ("Operation", certificate.operation),
        ("Ended by operation", certificate.ended_by or "none"),
        ("Entry in the audit trail", str(certificate.audit_seq or "none")),
        ("Hash of the entry", certificate.audit_hash or "none"),
        ("Drawn up by", f"Pagevoo Console {certificate.console_version}"),
    ]


def _facts(facts: list[tuple[str, str]]) -> str:
    rows = "\n".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in facts)
    return f"<table>\n{rows}\n</table>"


def _tables(certificate: DeletionCertificate) -> str:
    rows = "\n".join(
        f'<tr><th>{_text(name)}</th><td class="figure">{rows:,}</td></tr>' for name, rows in certificate.tables.items()
    )
    total = f'<tr><th>All {len(certificate.tables):,} tables</th><td class="figure">{certificate.rows:,}</td></tr>'
    return f"<table>\n{rows}\n{total}\n</table>"


def _text(value: str) -> str:
    """Data within the page: no markup, and nothing in it that hides or turns the line around."""
    return escape(visible(value))


def _moment(value: datetime | None) -> str:
    return "-" if value is None else f"{value:%Y-%m-%d %H:%M:%S} UTC"
