"""Enabling and disabling: off is asked for, on is done at once, and a refusal is told with its way out."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pagevoo_console.domain.errors import Refused
from pagevoo_console.services.jobs import JobContext
from pagevoo_console.ui.features.switching import switch
from pagevoo_console.ui.kit.questions import QuestionDialog
from tests.services.platform_world import World
from tests.ui.features.conftest import Blog
from tests.ui.rooms import Hands


def begin(hands: Hands, blog: Blog, place: QWidget, *, turns_on: bool) -> None:
    switch(
        blog.world.console, hands.runner, blog.tenant, "blog", turns_on=turns_on, window=place,
        on_submitted=hands.submitted,
    )  # fmt: skip
    hands.settle()


def test_disabling_is_asked_for_and_keeps_every_row(hands: Hands, blog: Blog) -> None:
    blog.write("INSERT INTO blog_tags (name, slug) VALUES ('A', 'a')")
    place = hands.show(QWidget())
    begin(hands, blog, place, turns_on=False)
    (question,) = place.findChildren(QuestionDialog)
    assert "Disable Blog?" in hands.texts(question)
    assert "Its tables and all they hold stay." in hands.texts(question)
    assert hands.jobs == []

    question.yes.click()
    hands.wait_for(hands.jobs[0])

    assert not blog.is_active()
    assert blog.world.write("SELECT count(*) FROM blog_tags", database=blog.world.name(blog.tenant)) == [(1,)]


def test_the_safe_way_out_of_the_question_changes_nothing(hands: Hands, blog: Blog) -> None:
    place = hands.show(QWidget())
    begin(hands, blog, place, turns_on=False)

    place.findChildren(QuestionDialog)[0].no.click()
    hands.settle()

    assert hands.jobs == []
    assert blog.is_active()


def test_enabling_is_done_at_once(hands: Hands, blog: Blog) -> None:
    features = blog.world.console.features
    features.switch(features.plan_disable(blog.tenant, "blog"), JobContext())
    place = hands.show(QWidget())

    begin(hands, blog, place, turns_on=True)
    hands.wait_for(hands.jobs[0])

    assert blog.is_active()


def test_a_tier_that_has_not_the_feature_refuses_and_says_which_has(hands: Hands, world: World) -> None:
    tenant, _ = world.provisioned()
    features = world.console.features
    features.install(features.plan_install(tenant, ["shop"]), JobContext())
    features.switch(features.plan_disable(tenant, "shop"), JobContext())
    world.write("UPDATE users SET tier = 'brochure'")
    told: list[Exception] = []
    hands.runner.query_failed.connect(told.append)

    switch(
        world.console, hands.runner, tenant, "shop", turns_on=True, window=hands.show(QWidget()),
        on_submitted=hands.submitted,
    )  # fmt: skip
    hands.settle()

    (error,) = told
    assert isinstance(error, Refused)
    assert error.code == "not_in_tier"
    assert "pro" in error.hint
    assert hands.jobs == []
