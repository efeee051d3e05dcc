"""What may not be loaded before the window has been painted."""

from tests.house.test_floors import loaded, run_and_list

PAINT = """
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pagevoo_console.ui.application import make_application
from pagevoo_console.ui.kit import theme
from pagevoo_console.ui.main_window import MainWindow
application = make_application()
window = MainWindow(theme.install(application))
window.show()
application.processEvents()
"""


def test_the_window_is_painted_before_anything_that_talks_to_databases_is_loaded() -> None:
    heavy = ("sqlalchemy", "alembic", "pymysql", "psycopg", "sqlite3", "keyring", "sqlglot", "tomlkit")

    assert loaded(run_and_list(PAINT), *heavy) == []
