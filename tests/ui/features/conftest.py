"""A tenant with a blog, and ways to harm it, for every test of the room."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.kit.runner import Runner
from tests.services.platform_world import World
from tests.ui.rooms import Hands


@dataclass(frozen=True)
class Blog:
    """A tenant whose blog is installed."""

    world: World
    tenant: str

    def write(self, *statements: str) -> None:
        for statement in statements:
            self.world.write(statement, database=self.world.name(self.tenant))

    def set_back(self) -> None:
        """As an older console left it, two tables short."""
        self.write(
            "DROP TABLE blog_comments", "DROP TABLE blog_post_tags",
            "UPDATE console_features SET version_num = 'blog_0003' WHERE version_num = 'blog_0005'",
        )  # fmt: skip

    def harm(self) -> None:
        """Three differences, of which two can be mended."""
        self.write(
            "ALTER TABLE blog_posts DROP COLUMN meta_title", "ALTER TABLE blog_posts ADD COLUMN legacy VARCHAR(9)",
            "DROP TABLE blog_comments",
        )  # fmt: skip

    def give_to_laravel(self) -> None:
        """The tables stay; neither row nor revision of ours does, and its ledger names its own."""
        self.write(
            "DELETE FROM installed_features", "DELETE FROM console_features WHERE version_num = 'blog_0005'",
            "INSERT INTO console_features SELECT 'core_0002'",
            "CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration VARCHAR(255), batch INTEGER)",
            "INSERT INTO migrations VALUES (1, '2025_11_22_400001_create_blog_posts_table', 1)",
        )  # fmt: skip

    def tables(self) -> set[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'blog!_%' ESCAPE '!'"
        return {name for (name,) in self.world.write(query, database=self.world.name(self.tenant))}

    def is_active(self) -> bool:
        ((active,),) = self.world.write(
            "SELECT is_active FROM installed_features WHERE feature_type = 'blog'",
            database=self.world.name(self.tenant),
        )
        return bool(active)


@pytest.fixture
def blog(world: World) -> Blog:
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, ["blog"]), JobContext())
    return Blog(world, tenant)


@pytest.fixture
def hands(world: World, runner: Runner, qtbot: QtBot) -> Hands:
    return Hands(world, runner, qtbot)
