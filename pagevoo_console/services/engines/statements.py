"""What the read-only console lets through to a server: one statement that reads, and nothing that could leave its cage.

This is the outer of two guards. The inner one is the server's own READ ONLY transaction; a parser alone never suffices.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pagevoo_console.domain.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

_DIALECTS = {"mysql": "mysql", "postgresql": "postgres", "sqlite": "sqlite"}
_COMMANDS = frozenset({"SHOW", "EXPLAIN", "DESCRIBE", "DESC"})
_QUERIES = frozenset({"SELECT", "WITH", "("})
_EXPLAIN_OPTIONS = frozenset({"ANALYZE", "VERBOSE", "EXTENDED", "PARTITIONS", "QUERY", "PLAN"})
_HINT = "One SELECT, SHOW, EXPLAIN or WITH is what can be run here."

_MYSQL_LEXEME = re.compile(
    r"(?P<string>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`(?:[^`]|``)*`)"
    r"|(?P<comment>\#[^\n]*|--(?=\s|\Z)[^\n]*|/\*.*?\*/)"
    r"|(?P<minuses>--)",
    re.DOTALL,
)

_FORBIDDEN_FUNCTIONS = {
    "mysql": re.compile(
        r"sleep|benchmark|load_file|(get|release)_lock|release_all_locks|(master|source)_(pos|gtid)_wait"
        r"|wait_for_executed_gtid_set|wait_until_sql_thread_after_gtids|nextval|setval|sys_(exec|eval|set)|set_user_id"
    ),
    "postgresql": re.compile(
        r"pg_(sleep\w*|terminate_backend|cancel_backend|read_\w+|ls_\w+|stat_file|file_\w+|reload_conf|rotate_logfile\w*)"
        r"|pg_((try_)?advisory\w*|switch_wal|create_\w+|drop_\w+|copy_\w+|promote|logical_\w+|replication_\w+|wal_replay\w*)"
        r"|pg_(stat_reset\w*|stat_statements_reset|notify|export_snapshot|import_system_collations|backup_\w+|st\w+_backup)"
        r"|pg_(log_\w+|extension_config_dump|execute_server_program|prewarm)"
        r"|nextval|setval|set_config|lo_\w+|loread|lowrite|dblink\w*|query_to_xml\w*|cursor_to_xml\w*|database_to_xml\w*"
        r"|brin_\w+|gin_clean_\w+|ts_stat"
    ),
    "sqlite": re.compile(r"load_extension|readfile|writefile|edit|fts3_tokenizer|sqlite_log"),
}


def ensure_read_only(statement: str, dialect: str) -> None:
    """Let pass one statement whose root is SELECT, SHOW, EXPLAIN or WITH and in which nothing writes, locks or waits.

    `dialect` is an engine's name. MySQL's sessions must have neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES set, so that
    strings end where they seem to. Raises Refused, or WrongUsage for what is not SQL. Importing the parser takes a
    moment, so that is put off until somebody types a statement.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    if "\0" in statement:
        raise WrongUsage("The statement holds a NUL character", hint=_HINT)
    if dialect == "postgresql" and re.search(r"\bU&['\"]", statement, re.IGNORECASE):
        raise Refused("Names and texts spelt with Unicode escapes are not run here", hint="Write the characters.")
    seen = _as_mysql_reads_it(statement) if dialect == "mysql" else statement
    grammar = sqlglot.Dialect.get_or_raise(_DIALECTS[dialect])
    try:
        tokens = grammar.tokenize(seen)
        word = tokens[0].text.upper() if tokens else ""
        offset = tokens[0].end + 1 if word in _COMMANDS else 0
        if offset:
            # The tokenizer takes some commands' tails for one text.
            tokens = grammar.tokenize(seen[offset:])
        while tokens and tokens[-1].text == ";":
            tokens.pop()
        query = _query_tokens(word, tokens, dialect)
        _ensure_harmless_tokens(tokens, dialect)
        if query:
            _ensure_only_queries(seen[offset + query[0].start : offset + query[-1].end + 1], grammar)
    except (SqlglotError, RecursionError) as error:
        raise WrongUsage(f"The statement cannot be read as {dialect} SQL", hint=_HINT) from error


def _as_mysql_reads_it(statement: str) -> str:
    """Without comments, and with `--1` as the two minuses that MySQL takes it for."""

    def replace(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match["string"]
        if match["minuses"] is not None:
            return "- -"
        if match["comment"].startswith(("/*!", "/*M!")):
            raise Refused("Comments that the server executes are not run here", hint="Write it without /*! … */.")
        return " "

    return _MYSQL_LEXEME.sub(replace, statement)


def _query_tokens(root: str, tokens: list[Token], dialect: str) -> list[Token]:
    """The tokens of the query, behind EXPLAIN where there is one; none for SHOW and for the description of a table."""
    if root in ("", ";"):
        raise WrongUsage("There is no statement", hint=_HINT)
    if root not in _COMMANDS | _QUERIES:
        raise Refused(f"{root[:40]} is not run here", hint=_HINT)
    if root == "SHOW":
        return []
    if root in _QUERIES:
        return tokens
    words = [token.text.upper() for token in tokens]
    start = _behind_options(words)
    if words[start : start + 1] and words[start] in _QUERIES:
        return tokens[start:]
    if dialect == "mysql":
        _ensure_names(tokens[start:])
        return []
    raise Refused("Only queries are explained here", hint=_HINT)


def _behind_options(words: list[str]) -> int:
    position = 0
    while position < len(words):
        if words[position] in _EXPLAIN_OPTIONS:
            position += 1
        elif words[position] == "FORMAT":
            position += 3
        elif words[position] == "(" and words[position + 1 : position + 2] not in (["SELECT"], ["WITH"], ["("]):
            while position < len(words) and words[position] != ")":
                position += 1
            position += 1
        else:
            break
    return position


def _ensure_names(described: list[Token]) -> None:
    """MySQL describes a table, perhaps one column of it, under the same words."""
    from sqlglot.tokenizer_core import TokenType

    names = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.DOT, TokenType.STRING}
    if not 0 < len(described) <= 4 or any(token.token_type not in names for token in described):
        raise Refused("Only queries are explained here", hint=_HINT)


def _ensure_harmless_tokens(tokens: list[Token], dialect: str) -> None:
    from sqlglot.tokenizer_core import TokenType

    forbidden = _FORBIDDEN_FUNCTIONS[dialect]
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type is TokenType.SEMICOLON:
            raise Refused("More than one statement is not run here", hint=_HINT)
        if token.token_type is TokenType.INTO:
            raise Refused("A query that writes its result somewhere (INTO) is not run here", hint=_HINT)
        is_call = following is not None and following.token_type is TokenType.L_PAREN
        if is_call and token.token_type is not TokenType.STRING and forbidden.fullmatch(token.text.lower()):
            raise Refused(f"The function {token.text} is not run here", hint="It waits, locks, writes or reads files.")


def _ensure_only_queries(text: str, grammar: object) -> None:
    import sqlglot
    from sqlglot import exp

    parsed = sqlglot.parse(text, read=grammar)  # type: ignore[arg-type]
    if len(parsed) != 1 or parsed[0] is None:
        raise Refused("More than one statement is not run here", hint=_HINT)
    root = parsed[0]
    if not isinstance(root, exp.Query):
        raise Refused("Only queries are run here", hint=_HINT)
    writers = (exp.DML, exp.Merge, exp.Into, exp.Lock, exp.Command, exp.DDL, exp.Drop, exp.Set, exp.NextValueFor)
    for node in root.walk():
        if isinstance(node, writers) and not isinstance(node, exp.Query):
            raise Refused(f"A query that holds {type(node).__name__.upper()} is not run here", hint=_HINT)
