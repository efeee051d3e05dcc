"""Scenes in which dumps of other tools are looked through: one as a host exports it, one that means harm."""

from __future__ import annotations

from collections.abc import Callable

from pagevoo_console.ui.screenshot_scenes import Arrange, Scene

_SHOP = """PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE products (id INTEGER PRIMARY KEY AUTOINCREMENT, sku TEXT NOT NULL, title TEXT, price REAL);
{products}
CREATE TABLE orders (id INTEGER PRIMARY KEY, product INTEGER REFERENCES products (id), placed_at TEXT);
{orders}
CREATE VIEW best_sellers AS SELECT product, COUNT(*) AS sold FROM orders GROUP BY product;
CREATE TRIGGER touched AFTER INSERT ON orders BEGIN UPDATE products SET title = title WHERE id = NEW.product; END;
PRAGMA journal_mode = WAL;
ATTACH DATABASE 'statistics.db' AS statistics;
{more}COMMIT;
"""
_HARM = """INSERT INTO statistics.visits VALUES (1);
CREATE VIRTUAL TABLE files USING fsdir;
.shell rm -r shop
"""


def _text(more: str = "") -> str:
    products = "\n".join(f"INSERT INTO products VALUES({n},'SKU-{n:04}','Product {n}',{n}.5);" for n in range(1, 241))
    orders = "\n".join(
        f"INSERT INTO orders VALUES({n},{n % 240 + 1},'2026-03-{n % 28 + 1:02}');" for n in range(1, 981)
    )
    return _SHOP.format(products=products, orders=orders, more=more)


def importing(tenant: str, *then: Callable[[Scene], object], is_hostile: bool = False) -> Arrange:
    """The wizard with a file chosen, and what is done in it."""

    def arrange(scene: Scene) -> None:
        file = scene.worlds.folder / "old-shop.sql"
        file.write_text(_text(_HARM if is_hostile else ""), encoding="utf-8")
        scene.show_tenant(tenant)
        scene.doors.import_dump(tenant)
        scene.settle()
        scene.type("importFileEdit", str(file))
        for step in then:
            step(scene)

    return arrange
